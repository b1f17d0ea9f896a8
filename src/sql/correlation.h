#pragma once

#include <string>
#include <vector>

#include "sql/environment.h"
#include "sql/names.h"

namespace treadle::sql {

/// What a sub-query sees of the rows around it.
struct OuterRows {
  /// The distinct values of the columns that it names; of none, not to be looked at.
  DataFrame frame;
  /// How it names them; `column` is the one of `frame`.
  std::vector<VisibleColumn> visible;
  /// Pairs: in the rows around it, in `frame`.
  std::vector<std::string> outer;
  std::vector<std::string> own;

  bool empty() const noexcept { return own.empty(); }
};

/// Finds the columns of `rows` that a SELECT names and that are not its own.
OuterRows outer_rows(const ParseNode& select, const Relation& rows, const Environment& environment);

/// The columns of `rows` one level further out.
std::vector<VisibleColumn> as_outer(const Names& names);

}  // namespace treadle::sql
