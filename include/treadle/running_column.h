#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace treadle {

/// What a running column has in a row.
enum class RunningKind : std::uint8_t {
  kSum,        ///< the sum of the values up to this row; integers wrap
  kProduct,    ///< their product
  kMin,        ///< the smallest of them
  kMax,        ///< the largest of them
  kNumber,     ///< how many rows came before; takes no column
  kPartition,  ///< the number of the row's partition; takes no column
  kShift,      ///< the value `distance` rows before; null where there is none
  kFill,       ///< the value, or where it is null the last one that is not
};

/// A column that is computed from row to row. Sums to extremes leave nulls out and are null in their rows;
/// they have the type of their column.
struct RunningColumn {
  RunningKind kind = RunningKind::kNumber;
  std::string column;
  /// Of the new column.
  std::string name;
  /// Of kShift: how many rows; not negative. Of kFill: how many nulls one after the other are filled at most;
  /// -1 for all.
  std::int64_t distance = 1;
};

/// How rows are gone through.
struct RunningOptions {
  /// A run begins anew in each row that differs in one of these columns from the row before it.
  std::vector<std::string> keys;
  /// From the last row to the first.
  bool backward = false;
};

}  // namespace treadle
