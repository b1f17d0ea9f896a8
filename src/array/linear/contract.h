#pragma once

#include "treadle/array.h"

namespace treadle::array {

/// Sums of products. The axes of `a` are batch axes, its own and those that are summed over; the axes of `b`
/// batch axes, summed ones and its own; the answer has batch axes, a's own and b's own. Both are of one type
/// and agree in the lengths of what they share.
struct Contraction {
  std::size_t num_batch = 0;
  std::size_t num_summed = 1;
};
Array contract(const Array& a, const Array& b, const Contraction& contraction);

}  // namespace treadle::array
