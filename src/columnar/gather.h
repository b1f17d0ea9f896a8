#pragma once

#include <cstdint>
#include <span>

#include "columnar/column.h"

namespace treadle::columnar {

/// A row of one of several columns or batches.
struct RowRef {
  std::uint32_t source = 0;
  std::uint32_t row = 0;
};

/// Rows of several columns of one type, in the order given, as a column in plain layout; take() for rows
/// that lie apart. Sources in any layout; there is at least one.
Column gather(std::span<const Column> sources, std::span<const RowRef> rows);

}  // namespace treadle::columnar
