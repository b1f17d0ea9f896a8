#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sql/environment.h"
#include "treadle/window.h"

namespace treadle::sql {

/// A key of an order that rows of a group are gone through in.
struct RowOrder {
  Expression key;
  bool descending = false;
  bool nulls_first = false;
};

/// Columns that the rows of a GROUP BY get before they are grouped, for aggregates that look at the order of
/// rows or at their group as a whole: arg_max(), mode(), first(x ORDER BY y), sum(DISTINCT x), corr(). And
/// values that are collected: string_agg(), list().
class RowWindows {
 public:
  explicit RowWindows(NameSource& names) : names_(names) {}

  /// By what rows are grouped. Before anything is asked for.
  void set_keys(std::vector<Expression> keys) { keys_ = std::move(keys); }

  /// The number of each row of its group, from 0, in an order; without one, in that of the rows. `inner` cuts
  /// groups further.
  Expression number(std::vector<RowOrder> order, const std::vector<Expression>& inner = {});
  /// The sum, or the number of values, over all rows of a group; `inner` cuts groups further.
  Expression total(WindowKind kind, const Expression& argument, const std::vector<Expression>& inner = {});
  /// What stands for the collected values of a group, in the order of `place`: one text with `separator`
  /// between them, or a list. `values` are those of the rows that are `chosen`.
  Expression collect(const Expression& values, const Expression& chosen, const Expression& place,
                     std::optional<std::string> separator);

  /// The rows with these columns.
  DataFrame attach(DataFrame rows) const;
  /// What else to aggregate: which group a row of the result is.
  std::vector<Expression> aggregates() const;
  /// The groups with the columns of what was collected, from the rows that attach() gave.
  DataFrame join_collected(const DataFrame& rows, DataFrame groups) const;
  bool empty() const noexcept { return wanted_.empty() && collected_.empty(); }

 private:
  struct Wanted {
    std::vector<Expression> keys;
    std::vector<RowOrder> order;
    WindowColumn column;
    std::optional<Expression> argument;
  };
  struct Collected {
    std::string name;
    Expression values;
    Expression chosen;
    Expression place;
    std::optional<std::string> separator;
  };
  Expression add(Wanted wanted);
  std::vector<Expression> all_keys(const std::vector<Expression>& inner) const;
  DataFrame with_window(DataFrame rows, const Wanted& wanted) const;

  NameSource& names_;
  std::vector<Expression> keys_;
  std::vector<Wanted> wanted_;
  std::vector<Collected> collected_;
  std::string group_;  // the column that numbers the groups, if anything is collected
};

}  // namespace treadle::sql
