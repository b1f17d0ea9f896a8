#pragma once

#include <utility>

#include "treadle/array.h"

namespace treadle::array {

/// Q and R of a matrix (of a working type) in one column of chunks: of each chunk alone, then of their R's
/// together (Benson, Gleich and Demmel, 2013). Where chunks have unknown numbers of rows, computing throws
/// InvalidArgument if these are fewer than columns.
std::pair<Array, Array> tall_qr(const Array& matrix);

}  // namespace treadle::array
