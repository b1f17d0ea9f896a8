#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sql/parse_tree.h"
#include "sql/query_text.h"
#include "treadle/expression.h"

namespace treadle::sql {

/// Whose answers expressions give where systems differ: see docs/semantics.md.
enum class Dialect : std::uint8_t {
  kPostgres,  ///< SQL statements: integer division truncates, a sum of nothing is null
  kPolars,    ///< expressions in jobs: `/` is true division, a sum of nothing is 0
};

class RowWindows;
class Windows;

/// What names and aggregates mean at a place of a statement. Lives while one clause is translated.
class Scope {
 public:
  Scope(const QueryText& text, Dialect dialect) : text(text), dialect(dialect) {}
  virtual ~Scope() = default;
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  /// What a whole node stands for here, if it is more than the sum of its parts: a group key.
  virtual std::optional<Expression> known(const ParseNode& node) = 0;
  /// Throws NotFound, suggesting the nearest column.
  virtual Expression column(const ParseNode& reference) = 0;
  /// Takes one plain aggregate ("col(x).sum()") that is part of `call`; answers with what stands for its
  /// result.
  virtual Expression aggregate(const Expression& aggregate, const ParseNode& call) = 0;
  /// The scope in which arguments of aggregates are translated. Throws ParseError if no aggregate may stand
  /// here.
  virtual Scope& argument_scope(const ParseNode& call) = 0;
  /// The type of an expression over this scope's columns, if that is known here.
  virtual std::optional<DataType> type_of(const Expression& expression) = 0;

  const QueryText& text;
  const Dialect dialect;
  /// Takes calls with OVER; null where none may stand.
  Windows* windows = nullptr;
  /// Takes what aggregates need of the rows of their groups; null where there are no groups to look at.
  RowWindows* row_windows = nullptr;
};

}  // namespace treadle::sql
