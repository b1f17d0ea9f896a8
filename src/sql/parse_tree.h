#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include "sql/query_text.h"

namespace treadle::sql {

using Json = nlohmann::json;

/// A node of PostgreSQL's parse tree: its kind ("FuncCall", "A_Expr") and its fields. A view into the tree.
struct ParseNode {
  /// Of {"Kind": {fields}}.
  explicit ParseNode(const Json& json);
  ParseNode(std::string_view kind, const Json& fields) : kind(kind), fields(&fields) {}

  bool is(std::string_view other) const noexcept { return kind == other; }
  bool has(const char* field) const { return fields->contains(field); }
  /// A field; JSON null if it is not there: PostgreSQL leaves out what is zero, false or empty.
  const Json& at(const char* field) const;
  std::string text(const char* field) const;
  /// Where the node starts: its own location, else that of the first child that has one.
  std::size_t location() const;

  std::string_view kind;
  const Json* fields;
};

/// The one statement of the text, of any kind. Throws ParseError.
Json parse_any(const QueryText& text);
/// The SELECT of the text: exactly one statement. Throws ParseError.
/// An expression's is the SELECT that stands around it.
Json parse_select(const QueryText& text);

/// The list of a clause that was taken out of the text: QUALIFY's condition, the columns of * REPLACE.
Json parse_clause(const QueryText& text, const FriendlySyntax::Clause& clause);

/// The last name of a list of names: [pg_catalog, extract] is "extract".
std::string last_name(const Json& names);

}  // namespace treadle::sql
