#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "columnar/batch.h"
#include "columnar/column.h"

namespace treadle::columnar {

/// Rows of `column` where `mask` (bool, same length) is true; nulls count as false. Keeps the layout.
Column filter(const Column& column, const Column& mask);
Batch filter(const Batch& batch, const Column& mask);

/// Rows of `column` by number, in the order given; -1 gives a null. Keeps views and dictionaries.
Column take(const Column& column, std::span<const std::int64_t> rows);
Batch take(const Batch& batch, std::span<const std::int64_t> rows);

/// One column after the other. Types must be equal; layouts are brought together (dictionaries merged).
Column concatenate(std::span<const Column> columns);
Batch concatenate(std::span<const Batch> batches);

/// Whose order a sort follows.
struct SortKey {
  std::size_t column = 0;
  bool descending = false;
  bool nulls_first = false;
};

/// A number for each row of a column: smaller ones come first in the order of the key they are made for.
struct SortRanks {
  std::vector<std::uint64_t> ranks;
  /// Whether rows of equal ranks are equal, too; else they may differ, as long texts do that begin alike.
  bool decide = true;
};
/// The ranks of a column of a type without children. They compare with those of other columns of the type.
SortRanks sort_ranks(const Column& column, const SortKey& key);

/// The stable order of the batch's rows. Text by its bytes; NaN above every number; -0.0 equals 0.0.
std::vector<std::int64_t> sort_order(const Batch& batch, std::span<const SortKey> keys);

}  // namespace treadle::columnar
