#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "treadle/expression.h"

namespace treadle {

/// Which rows a join answers with.
enum class JoinKind : std::uint8_t {
  kInner,  ///< pairs of rows with equal keys
  kLeft,   ///< these, and left rows without a partner
  kRight,  ///< these, and right rows without a partner
  kFull,   ///< these, and rows of both sides without a partner
  kSemi,   ///< left rows that have a partner, each once
  kAnti,   ///< left rows that have none
  kCross,  ///< all pairs; takes no keys
};

/// How two frames are joined. The defaults follow Polars.
///
/// The order of the result depends on the rows only: that of the left rows, partners of one left row in the
/// order of the right rows; for kRight the other way round; for kFull, right rows without a partner come
/// last, in their order.
struct JoinOptions {
  JoinKind how = JoinKind::kInner;
  /// Keys, the same for both sides; or left_on and right_on, as many of the one as of the other. Columns, or
  /// expressions over the columns of that side. Numbers of different types are equal if their values are.
  /// -0.0 equals 0.0, and NaN equals NaN.
  std::vector<Expression> on = {};
  std::vector<Expression> left_on = {};
  std::vector<Expression> right_on = {};
  /// Whether a missing key equals a missing key: not in SQL and Polars, but in pandas.
  bool nulls_equal = false;
  /// Only pairs for which this is true are partners. Names columns as an inner join of all columns would
  /// deliver them.
  std::optional<Expression> where = {};
  /// Whether a pair of keys, both columns, becomes one column: under the left one's name, in its place, with
  /// the key of the side that has the row. Unset: yes, but not for kFull.
  std::optional<bool> coalesce = {};
  /// Added to the names of columns that both sides have.
  std::string left_suffix = {};
  std::string right_suffix = "_right";
};

/// How frames are put below each other.
struct ConcatOptions {
  enum class Match : std::uint8_t {
    kAllNames,     ///< columns of any frame, by name; null where a frame has none
    kCommonNames,  ///< columns that all frames have
    kPositions,    ///< by position; as many in each; named as in the first frame
  };
  Match match = Match::kAllNames;
};

}  // namespace treadle
