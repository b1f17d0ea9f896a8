#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "treadle/array.h"

namespace treadle::array {

/// Random numbers without state: an element is a function of the seed, of the number of the call and of its
/// position in the array (Philox 4x32-10; Salmon, Moraes, Dror and Shaw, 2011). How an array is cut, and who
/// computes which chunk, change nothing.
///
/// A call takes the next number, so that two calls give different arrays and a program run again gives the
/// same ones. Not thread-safe.
class Random {
 public:
  /// Without a seed: one from the operating system.
  explicit Random(std::optional<std::uint64_t> seed = {});
  /// The seed, and how many arrays were made of it: what the next one depends on.
  using State = std::pair<std::uint64_t, std::uint64_t>;
  explicit Random(State state) : seed_(state.first), calls_(state.second) {}
  State state() const { return {seed_, calls_}; }

  /// In [0, 1).
  Array random(const Shape& shape, const Chunking& chunking = {}, DType dtype = ElementKind::kFloat64);
  /// Integers from `low` to below `high`, each as likely. Throws InvalidArgument if there are none, or if
  /// they do not fit the type.
  Array integers(std::int64_t low, std::int64_t high, const Shape& shape, const Chunking& chunking = {},
                 DType dtype = ElementKind::kInt64);
  /// A distribution by its NumPy name and its parameters in NumPy's order: normal (mean, deviation), uniform
  /// (low, high), lognormal, exponential, gamma, standard_gamma, beta, chisquare, poisson, binomial,
  /// geometric, laplace, logistic, gumbel, weibull, pareto, power, rayleigh, triangular, standard_cauchy,
  /// standard_t, f, wald, negative_binomial, vonmises. Throws NotFound, and InvalidArgument for parameters
  /// that it has not.
  Array distribution(std::string_view name, const std::vector<double>& parameters, const Shape& shape,
                     const Chunking& chunking = {});
  Array normal(double mean, double deviation, const Shape& shape, const Chunking& chunking = {}) {
    return distribution("normal", {mean, deviation}, shape, chunking);
  }
  /// 0 to count - 1 in random order; the numbers are made at once.
  std::vector<std::int64_t> permutation(std::int64_t count);
  /// The slices of the first axis in random order.
  Array permutation(const Array& x);
  /// Elements of a 1-d array; `weights`: how likely each is. With replacement they are as many as asked for,
  /// else at most as many as there are.
  Array choice(const Array& from, std::int64_t count, bool replace = true,
               const std::optional<std::vector<double>>& weights = {}, const Chunking& chunking = {});

 private:
  /// What tells one call's numbers from another's.
  std::uint64_t next_stream();

  std::uint64_t seed_;
  std::uint64_t calls_ = 0;
};

}  // namespace treadle::array
