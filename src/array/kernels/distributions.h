#pragma once

#include <span>
#include <string_view>

#include "array/kernels/philox.h"

namespace treadle::array {

/// A distribution of real numbers.
struct Distribution {
  std::string_view name;
  std::size_t num_parameters;
  /// Whether there is a distribution with these parameters.
  bool (*allows)(std::span<const double> parameters);
  double (*draw)(ElementBits& bits, std::span<const double> parameters);
  /// Whether it gives counts (int64).
  bool counts = false;
};

/// Throws NotFound naming all there are.
const Distribution& find_distribution(std::string_view name);

}  // namespace treadle::array
