#include "array/kernels/distributions.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "treadle/error.h"

// Distributions, drawn from uniform numbers: by inversion where the inverse is a formula, by rejection
// elsewhere.
namespace treadle::array {
namespace {

using P = std::span<const double>;

/// Box and Muller (1958).
double standard_normal(ElementBits& bits) {
  const double radius = std::sqrt(-2 * std::log(bits.uniform_above_zero()));
  return radius * std::cos(2 * std::numbers::pi * bits.uniform());
}

double standard_exponential(ElementBits& bits) { return -std::log(bits.uniform_above_zero()); }

/// Marsaglia and Tsang (2000).
double standard_gamma(ElementBits& bits, double shape) {
  if (shape == 0) return 0;
  if (shape < 1) return standard_gamma(bits, shape + 1) * std::pow(bits.uniform_above_zero(), 1 / shape);
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = standard_normal(bits);
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log(bits.uniform_above_zero()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

double beta(ElementBits& bits, double a, double b) {
  const double x = standard_gamma(bits, a);
  const double y = standard_gamma(bits, b);
  return x / (x + y);
}

/// Small means by multiplying, large ones by halving: a count of mean m is a binomial share of one that is
/// known at a gamma-distributed time (Ahrens and Dieter, 1974).
double poisson(ElementBits& bits, double mean);

double binomial(ElementBits& bits, double trials, double p) {
  double successes = 0;
  // Order statistics cut the trials in halves until so few are left that each is tried.
  while (trials > 32) {
    const double middle = std::floor(trials / 2) + 1;
    const double x = beta(bits, middle, trials + 1 - middle);
    if (x <= p) {
      successes += middle;
      p = std::min(1.0, (p - x) / (1 - x));
      trials -= middle;
    } else {
      p = std::min(1.0, p / x);
      trials = middle - 1;
    }
  }
  for (; trials >= 1; --trials) successes += bits.uniform() < p ? 1 : 0;
  return successes;
}

double poisson(ElementBits& bits, double mean) {
  double count = 0;
  while (mean > 16) {
    const double events = std::floor(mean * 7 / 8);
    const double time = standard_gamma(bits, events);
    if (time > mean) return count + binomial(bits, events - 1, mean / time);
    count += events;
    mean -= time;
  }
  const double limit = std::exp(-mean);
  for (double product = bits.uniform_above_zero(); product > limit; product *= bits.uniform_above_zero())
    ++count;
  return count;
}

/// Best and Fisher (1979).
double von_mises(ElementBits& bits, double mean, double kappa) {
  if (kappa < 1e-8) return mean + std::numbers::pi * (2 * bits.uniform() - 1);
  const double tau = 1 + std::sqrt(1 + 4 * kappa * kappa);
  const double rho = (tau - std::sqrt(2 * tau)) / (2 * kappa);
  const double r = (1 + rho * rho) / (2 * rho);
  while (true) {
    const double z = std::cos(std::numbers::pi * bits.uniform());
    const double f = (1 + r * z) / (r + z);
    const double c = kappa * (r - f);
    const double u = bits.uniform_above_zero();
    if (c * (2 - c) - u <= 0 && std::log(c / u) + 1 - c < 0) continue;
    const double angle = mean + (bits.uniform() < 0.5 ? -std::acos(f) : std::acos(f));
    return std::remainder(angle, 2 * std::numbers::pi);
  }
}

/// Michael, Schucany and Haas (1976).
double wald(ElementBits& bits, double mean, double scale) {
  const double normal = standard_normal(bits);
  const double y = mean * normal * normal;
  const double x = mean + mean / (2 * scale) * (y - std::sqrt(4 * scale * y + y * y));
  return bits.uniform() <= mean / (mean + x) ? x : mean * mean / x;
}

double triangular(ElementBits& bits, double left, double mode, double right) {
  const double u = bits.uniform();
  const double width = right - left;
  if (u < (mode - left) / width) return left + std::sqrt(u * width * (mode - left));
  return right - std::sqrt((1 - u) * width * (right - mode));
}

bool any(P) { return true; }
bool scale_second(P p) { return p[1] >= 0; }
bool scale_only(P p) { return p[0] >= 0; }
bool above_zero(P p) {
  return std::all_of(p.begin(), p.end(), [](double value) { return value > 0; });
}
bool probability(P p) { return p[0] > 0 && p[0] <= 1; }

constexpr Distribution kDistributions[] = {
    {"beta", 2, above_zero, [](ElementBits& b, P p) { return beta(b, p[0], p[1]); }},
    {"binomial", 2, [](P p) { return p[0] >= 0 && p[0] == std::floor(p[0]) && p[1] >= 0 && p[1] <= 1; },
     [](ElementBits& b, P p) { return binomial(b, p[0], p[1]); }, true},
    {"chisquare", 1, above_zero, [](ElementBits& b, P p) { return 2 * standard_gamma(b, p[0] / 2); }},
    {"exponential", 1, scale_only, [](ElementBits& b, P p) { return p[0] * standard_exponential(b); }},
    {"f", 2, above_zero,
     [](ElementBits& b, P p) {
       const double top = standard_gamma(b, p[0] / 2) / p[0];
       return top / (standard_gamma(b, p[1] / 2) / p[1]);
     }},
    {"gamma", 2, [](P p) { return p[0] >= 0 && p[1] >= 0; },
     [](ElementBits& b, P p) { return p[1] * standard_gamma(b, p[0]); }},
    {"geometric", 1, probability,
     [](ElementBits& b, P p) {
       return p[0] == 1 ? 1.0
                        : std::max(1.0, std::ceil(std::log(b.uniform_above_zero()) / std::log1p(-p[0])));
     },
     true},
    {"gumbel", 2, scale_second,
     [](ElementBits& b, P p) { return p[0] - p[1] * std::log(-std::log(b.uniform() + 0x1p-54)); }},
    {"laplace", 2, scale_second,
     [](ElementBits& b, P p) {
       const double u = b.uniform() - 0.5 + 0x1p-54;
       return p[0] - std::copysign(p[1] * std::log1p(-2 * std::abs(u)), u);
     }},
    {"logistic", 2, scale_second,
     [](ElementBits& b, P p) {
       const double u = b.uniform() + 0x1p-54;
       return p[0] + p[1] * std::log(u / (1 - u));
     }},
    {"lognormal", 2, scale_second,
     [](ElementBits& b, P p) { return std::exp(p[0] + p[1] * standard_normal(b)); }},
    {"negative_binomial", 2, [](P p) { return p[0] > 0 && p[1] > 0 && p[1] <= 1; },
     [](ElementBits& b, P p) { return poisson(b, standard_gamma(b, p[0]) * (1 - p[1]) / p[1]); }, true},
    {"normal", 2, scale_second, [](ElementBits& b, P p) { return p[0] + p[1] * standard_normal(b); }},
    {"pareto", 1, above_zero, [](ElementBits& b, P p) { return std::expm1(standard_exponential(b) / p[0]); }},
    {"poisson", 1, [](P p) { return p[0] >= 0 && p[0] < 9.2e18; },
     [](ElementBits& b, P p) { return poisson(b, p[0]); }, true},
    {"power", 1, above_zero, [](ElementBits& b, P p) { return std::pow(b.uniform_above_zero(), 1 / p[0]); }},
    {"rayleigh", 1, scale_only,
     [](ElementBits& b, P p) { return p[0] * std::sqrt(2 * standard_exponential(b)); }},
    {"standard_cauchy", 0, any,
     [](ElementBits& b, P) { return std::tan(std::numbers::pi * (b.uniform() - 0.5)); }},
    {"standard_exponential", 0, any, [](ElementBits& b, P) { return standard_exponential(b); }},
    {"standard_gamma", 1, scale_only, [](ElementBits& b, P p) { return standard_gamma(b, p[0]); }},
    {"standard_normal", 0, any, [](ElementBits& b, P) { return standard_normal(b); }},
    {"standard_t", 1, above_zero,
     [](ElementBits& b, P p) {
       const double normal = standard_normal(b);
       return normal * std::sqrt(p[0] / (2 * standard_gamma(b, p[0] / 2)));
     }},
    {"triangular", 3, [](P p) { return p[0] <= p[1] && p[1] <= p[2] && p[0] < p[2]; },
     [](ElementBits& b, P p) { return triangular(b, p[0], p[1], p[2]); }},
    {"uniform", 2, [](P p) { return std::isfinite(p[1] - p[0]); },
     [](ElementBits& b, P p) { return p[0] + (p[1] - p[0]) * b.uniform(); }},
    {"vonmises", 2, scale_second, [](ElementBits& b, P p) { return von_mises(b, p[0], p[1]); }},
    {"wald", 2, above_zero, [](ElementBits& b, P p) { return wald(b, p[0], p[1]); }},
    {"weibull", 1, scale_only,
     [](ElementBits& b, P p) { return p[0] == 0 ? 0.0 : std::pow(standard_exponential(b), 1 / p[0]); }},
};

}  // namespace

const Distribution& find_distribution(std::string_view name) {
  std::string all;
  for (const Distribution& distribution : kDistributions) {
    if (distribution.name == name) return distribution;
    all += (all.empty() ? "" : ", ") + std::string(distribution.name);
  }
  throw NotFound("expected a distribution (" + all + "), found " + std::string(name));
}

}  // namespace treadle::array
