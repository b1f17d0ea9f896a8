#pragma once

#include <string>
#include <vector>

#include "sql/parse_tree.h"
#include "treadle/data_frame.h"
#include "treadle/schema.h"

namespace treadle::sql {

/// A column that can be named at a place of a statement.
struct VisibleColumn {
  /// What its table goes by; empty: none, as for the columns that USING merges.
  std::string table;
  std::string name;
  /// What it is called in the frame, where names are unique.
  std::string column;
  /// Found as t.x only, and not part of *: what USING has merged into another column.
  bool qualified_only = false;
  /// 0: of this SELECT; 1: of the one around it, and so on. Inner names hide outer ones.
  int level = 0;
};

/// The columns that can be named, and the types of the frame's.
struct Names {
  Names() = default;
  /// All columns of a table under their own names.
  explicit Names(const Schema& schema, const std::string& table = {});

  std::vector<VisibleColumn> columns;
  Schema schema;
};

/// A frame whose columns can be named.
struct Relation {
  DataFrame frame;
  Names names;
};

/// The column that a reference means: as spelled, else regardless of case; null if there is none. Throws
/// ParseError if there are several.
const VisibleColumn* look_up_column(const ParseNode& reference, const QueryText& text, const Names& names);
/// The same; throws NotFound with its position and the nearest name if there is none.
const VisibleColumn& find_column(const ParseNode& reference, const QueryText& text, const Names& names);

/// The columns that `*` or `t.*` stands for. Throws NotFound if no table is called t.
std::vector<const VisibleColumn*> star_columns(const ParseNode& reference, const QueryText& text,
                                               const Names& names);
bool is_star(const ParseNode& node);

/// A node as text without its positions and with columns by their names in the frame: equal for equal
/// expressions.
std::string canonical(const ParseNode& node, const QueryText& text, const Names& names);

}  // namespace treadle::sql
