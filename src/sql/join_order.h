#pragma once

#include <vector>

#include "sql/environment.h"
#include "treadle/data_frame.h"

namespace treadle::sql {

/// The rows of all sources for which all conditions hold, as joins in a good order. The sources' columns have
/// different names, and the result has all of them.
///
/// Conditions on one source filter it first. Of the rest, the pair of frames whose join promises the fewest
/// rows is joined first (greedy operator ordering: Fegaras, "A New Heuristic for Optimizing Large Queries"),
/// the larger of the two streaming past a table of the smaller. The order depends on the sources' sizes and
/// the text alone.
DataFrame join_sources(const std::vector<DataFrame>& sources, const std::vector<Expression>& conditions);

/// An equality of something of the left frame with something of the right one, whose types can be compared as
/// keys of a join.
struct JoinKeys {
  std::vector<Expression> left;
  std::vector<Expression> right;
  /// Takes `condition` if it is one.
  bool take(const Expression& condition, const Schema& left_schema, const Schema& right_schema);
};

/// `right` for a join of `left` with it that asks only whether there are partners: where there are far fewer
/// left rows, without the rows that are nobody's partner, so that no table is made of them. The left rows are
/// then computed once for both uses.
DataFrame without_strangers(const DataFrame& left, const DataFrame& right, const JoinOptions& options,
                            NameSource& names);

/// The parts of a conjunction; what all branches of a disjunction have in common is a part, too.
std::vector<Expression> parts_of(const Expression& condition);
Expression all_of(const std::vector<Expression>& parts);
/// Whether the expression looks at columns of this schema only, at one at least.
bool is_over(const Expression& expression, const Schema& schema);

}  // namespace treadle::sql
