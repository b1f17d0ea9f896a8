#include "sql/correlation.h"

#include <algorithm>
#include <set>
#include <utility>

#include "sql/from_clause.h"
#include "sql/query.h"

namespace treadle::sql {
namespace {

// Walks over a SELECT for names that it does not explain itself.
class OuterNames {
 public:
  OuterNames(const Names& outer, const QueryText& text) : outer_(outer), text_(text) {}

  // `around`: the columns of the SELECTs between this one and the outer rows.
  void read_select(const ParseNode& select, const Names& around, const Environment& environment) {
    if (select.has("larg") || select.has("valuesLists")) return;
    const Environment own = with_queries(select, environment);
    Names names = plan_from(select, own, {}).names;
    for (const VisibleColumn& column : as_outer(around)) names.columns.push_back(column);
    for (const auto& [clause, tree] : select.fields->items()) {
      if (clause != "fromClause" && clause != "withClause") read(tree, names, own);
    }
  }
  const std::set<std::string>& columns() const noexcept { return columns_; }

 private:
  void read(const Json& tree, const Names& names, const Environment& environment) {
    if (tree.is_object() && tree.size() == 1 && tree.contains("ColumnRef")) {
      read_column(ParseNode(tree), names);
    } else if (tree.is_object() && tree.size() == 1 && tree.contains("SelectStmt")) {
      const ParseNode select(tree);
      read_select(select, names, inside(environment, select.location()));
    } else if (tree.is_structured()) {
      for (const Json& child : tree) read(child, names, environment);
    }
  }

  void read_column(const ParseNode& reference, const Names& names) {
    if (is_star(reference) || look_up_column(reference, text_, names) != nullptr) return;
    if (const VisibleColumn* found = look_up_column(reference, text_, outer_)) columns_.insert(found->column);
  }

  const Names& outer_;
  const QueryText& text_;
  std::set<std::string> columns_;
};

}  // namespace

std::vector<VisibleColumn> as_outer(const Names& names) {
  std::vector<VisibleColumn> columns = names.columns;
  for (VisibleColumn& column : columns) ++column.level;
  return columns;
}

OuterRows outer_rows(const ParseNode& select, const Relation& rows, const Environment& environment) {
  OuterNames names(rows.names, environment.text);
  names.read_select(select, {}, environment);
  OuterRows out{rows.frame, {}, {}, {}};
  std::vector<Expression> columns;
  for (const std::string& column : names.columns()) {
    out.outer.push_back(column);
    out.own.push_back(environment.names.next("outer " + column));
    columns.push_back(col(column).alias(out.own.back()));
    for (VisibleColumn visible : as_outer(rows.names)) {
      if (visible.column != column) continue;
      visible.column = out.own.back();
      out.visible.push_back(std::move(visible));
    }
  }
  if (!columns.empty()) out.frame = rows.frame.select(std::move(columns)).unique();
  return out;
}

}  // namespace treadle::sql
