#pragma once

#include <vector>

#include "sql/parse_tree.h"

namespace treadle::sql {

/// The sets of keys that a GROUP BY groups by, each an index into `keys`: one with all of them, but for
/// ROLLUP, CUBE and GROUPING SETS.
struct GroupingSets {
  std::vector<Json> keys;
  std::vector<std::vector<std::size_t>> sets;

  /// Whether it is a plain GROUP BY.
  bool is_plain() const noexcept { return sets.size() == 1; }
};

/// Of the items of a GROUP BY, which go together by pairs of sets, as SQL has it.
GroupingSets read_grouping_sets(const std::vector<Json>& items, const QueryText& text);

}  // namespace treadle::sql
