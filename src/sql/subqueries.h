#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sql/environment.h"
#include "sql/names.h"
#include "sql/scope.h"

// Sub-queries in expressions, without a loop over rows.
//
//   rows  ──distinct values of the outer columns that the sub-query names──>  D
//   sub-query  with D as one more source: its answer for every row of D at once
//   rows  ⟕ answer  on those columns: the sub-query is a column like any other
//
// After Neumann and Kemper, "Unnesting Arbitrary Queries" (BTW 2015). A sub-query that names nothing outside
// has no D: its answer is joined to all rows. EXISTS and IN that stand alone in WHERE are semi and anti
// joins.
namespace treadle::sql {

/// The sub-queries that expressions of one clause name: columns that attach() adds to the rows.
class Subqueries {
 public:
  explicit Subqueries(const Environment& environment) : environment_(environment) {}

  /// What stands for the value of a SubLink. What it compares with ("x IN ...") is read in `scope`. The tree
  /// must outlive attach().
  Expression take(const ParseNode& link, Scope& scope);
  /// Plans what was taken and adds its values as columns. Throws ParseError, NotFound, TypeError.
  void attach(Relation& rows);

 private:
  struct Pending {
    ParseNode link;
    std::string column;
    std::optional<Expression> test;
  };
  const Environment& environment_;
  std::vector<Pending> pending_;
};

/// The rows for which a condition of WHERE that has sub-queries is true.
void filter_by_subqueries(const Json& condition, Relation& rows, const Environment& environment);

/// Whether a sub-query stands anywhere below.
bool contains_subquery(const Json& node);

}  // namespace treadle::sql
