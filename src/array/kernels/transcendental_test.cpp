#include "array/kernels/transcendental.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace treadle::array {
namespace {

std::vector<double> run(TileFunction function, const std::vector<double>& x) {
  std::vector<double> out(x.size());
  const void* in = x.data();
  function(&in, out.data(), x.size());
  return out;
}

/// How many doubles lie between, by the true value in long double.
double ulps(double found, long double truth) {
  const auto rounded = static_cast<double>(truth);
  if (std::isnan(found) || std::isnan(rounded)) return std::isnan(found) == std::isnan(rounded) ? 0 : 1e9;
  if (std::isinf(rounded) || rounded == 0) return found == rounded ? 0 : 1e9;
  const double unit = std::abs(std::nextafter(rounded, 2 * rounded) - rounded);
  return static_cast<double>(std::abs(static_cast<long double>(found) - truth) /
                             static_cast<long double>(unit));
}

/// Of all sizes and both signs.
std::vector<double> arguments(double least, double most) {
  std::vector<double> x;
  for (double value = least; value < most; value *= 1.00137) {
    x.push_back(value);
    x.push_back(-value);
  }
  return x;
}

TEST(Transcendental, StaysUnderOneUlp) {
  const TranscendentalLoops loops = transcendental_of_double();
  const std::vector<double> angles = arguments(1e-10, 1e8);
  const std::vector<double> sines = run(loops.sin, angles);
  const std::vector<double> cosines = run(loops.cos, angles);
  for (std::size_t i = 0; i < angles.size(); ++i) {
    ASSERT_LT(ulps(sines[i], std::sin(static_cast<long double>(angles[i]))), 1) << angles[i];
    ASSERT_LT(ulps(cosines[i], std::cos(static_cast<long double>(angles[i]))), 1) << angles[i];
  }
  const std::vector<double> exponents = arguments(1e-10, 740);
  const std::vector<double> powers = run(loops.exp, exponents);
  for (std::size_t i = 0; i < exponents.size(); ++i) {
    ASSERT_LT(ulps(powers[i], std::exp(static_cast<long double>(exponents[i]))), 1) << exponents[i];
  }
  const std::vector<double> positive = arguments(1e-300, 1e300);
  const std::vector<double> logarithms = run(loops.log, positive);
  for (std::size_t i = 0; i < positive.size(); i += 2) {
    ASSERT_LT(ulps(logarithms[i], std::log(static_cast<long double>(positive[i]))), 1) << positive[i];
  }
}

TEST(Transcendental, AnswersAtTheEdgesAsTheCLibraryDoes) {
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<double> x = {0.0,   -0.0,  inf,    -inf,   std::nan(""),     5e-324,
                                 1e300, 709.9, -745.0, -750.0, 3.141592653589793};
  const TranscendentalLoops loops = transcendental_of_double();
  const auto same = [&](TileFunction function, double (*expected)(double)) {
    const std::vector<double> found = run(function, x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (std::isnan(expected(x[i])))
        EXPECT_TRUE(std::isnan(found[i])) << x[i];
      else
        EXPECT_EQ(std::bit_cast<std::uint64_t>(found[i]), std::bit_cast<std::uint64_t>(expected(x[i])))
            << x[i];
    }
  };
  same(loops.sin, std::sin);
  same(loops.cos, std::cos);
  same(loops.exp, std::exp);
  same(loops.log, std::log);
}

TEST(Transcendental, DoesNotDependOnThePlaceInATile) {
  std::vector<double> x;
  for (int i = 0; i < 100; ++i) x.push_back(i % 9 == 0 ? 1e9 : 0.37 * i);
  const TileFunction sine = transcendental_of_double().sin;
  const std::vector<double> whole = run(sine, x);
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(run(sine, {x[i]})[0], whole[i]);
}

TEST(Transcendental, RoundsSinglePrecisionOnce) {
  for (float value = 1e-3F; value < 80; value *= 1.013F) {
    const void* in = &value;
    float out = 0;
    transcendental_of_float().exp(&in, &out, 1);
    EXPECT_EQ(out, static_cast<float>(std::exp(static_cast<double>(value)))) << value;
    transcendental_of_float().sin(&in, &out, 1);
    EXPECT_EQ(out, static_cast<float>(std::sin(static_cast<double>(value)))) << value;
  }
}

}  // namespace
}  // namespace treadle::array
