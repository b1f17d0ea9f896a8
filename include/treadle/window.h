#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "treadle/data_frame.h"

// Windows: a column whose value in a row is computed from the rows of the same group (`partition_by`) in an
// order (`order_by`), without making one row of them.

namespace treadle {

/// What a window column has in a row. Nulls of the column are left out but by kFirst, kLast and kShift.
enum class WindowKind : std::uint8_t {
  kSum,        ///< the sum over the frame, in the column's type; integers wrap
  kProduct,    ///< their product
  kMin,        ///< the smallest value in the frame
  kMax,        ///< the largest
  kCount,      ///< how many values in the frame are not null
  kFirst,      ///< the value of the frame's first row
  kLast,       ///< that of its last row
  kNumber,     ///< how many rows of the group come before; takes no column and no frame
  kRank,       ///< 1 and how many rows of the group come before in the order; equal rows have one rank
  kDenseRank,  ///< 1 and how many different ones come before
  kShift,      ///< the value `distance` rows before, behind if negative; null where there is none
  kFill,       ///< the value, or where it is null the last one before it that is not
  kFillBack,   ///< or the next one behind it
};

/// Which rows of the group, counted from a row in the order: negative ones come before it.
struct WindowFrame {
  /// Not given: from the group's first row, to its last one.
  std::optional<std::int64_t> first;
  std::optional<std::int64_t> last = 0;
  /// With `last` of 0: up to the last of the rows that are equal in the order, as SQL's RANGE has it.
  bool with_peers = false;

  static WindowFrame whole_group() { return {std::nullopt, std::nullopt, false}; }
};

struct WindowColumn {
  WindowKind kind = WindowKind::kNumber;
  std::string column;
  /// Of the new column.
  std::string name;
  /// Of kSum to kLast. One end may be open if the other one is open or 0.
  WindowFrame frame = {};
  /// Of kShift: how many rows. Of fills: how many nulls one after the other are filled at most; -1 for all.
  std::int64_t distance = 1;
  /// Rows in which the column is null get null, as running sums of Polars and pandas have it; else they get
  /// what the rest of their frame gives, as in SQL. Frames that begin or end in the row only.
  bool keep_nulls = false;
};

struct WindowOptions {
  std::vector<std::string> partition_by;
  std::vector<SortColumn> order_by;
  /// Rows come in the order they had; else group by group, in the windows' order, which is cheaper.
  bool keep_order = true;
};

/// The same rows with window columns behind the others. Rows that are equal in the order come in the order of
/// the frame. Spills. Throws NotFound; TypeError and InvalidArgument naming the column.
///
///     with_windows(trades, {{WindowKind::kShift, "price", "price_before"}}, {{"symbol"}, {"time"}})
DataFrame with_windows(const DataFrame& frame, std::vector<WindowColumn> columns, WindowOptions options);

}  // namespace treadle
