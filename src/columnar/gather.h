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

/// Rows of several columns of one type, in the order given: take() for rows that lie apart. Sources are in
/// any layout, and at least one; the result is in plain layout (views for texts that it does not hold).
Column gather(std::span<const Column> sources, std::span<const RowRef> rows);

}  // namespace treadle::columnar
