#include "sql/scopes.h"

#include "dataframe/expressions/bind.h"
#include "sql/subqueries.h"

namespace treadle::sql {
std::optional<Expression> RowScope::known(const ParseNode& node) {
  if (node.is("SubLink") && subqueries_ != nullptr) return subqueries_->take(node, *this);
  return std::nullopt;
}

Expression RowScope::column(const ParseNode& reference) {
  return col(find_column(reference, text, names_).column);
}

Expression RowScope::aggregate(const Expression&, const ParseNode& call) {
  return argument_scope(call).column(call);
}

Scope& RowScope::argument_scope(const ParseNode& call) {
  text.fail(call.location(), "an aggregate cannot stand in " + clause_);
}

std::optional<DataType> RowScope::type_of(const Expression& expression) {
  try {
    return dataframe::type_of(expression.node(), names_.schema);
  } catch (const Error&) {
    // Whoever takes the expression reports what is wrong with it, in its context.
    return std::nullopt;
  }
}

GroupScope::GroupScope(const QueryText& text, Dialect dialect, const Names& rows, Subqueries* subqueries)
    : Scope(text, dialect),
      names_(rows),
      rows_(text, dialect, rows, "an aggregate"),
      subqueries_(subqueries) {}

void GroupScope::add_key_column(const std::string& name) {
  reserve(name);
  keys_[Json(name).dump()] = name;
}

void GroupScope::add_key(const ParseNode& key, std::string name) {
  reserve(name);
  keys_[canonical(key, text, names_)] = std::move(name);
}

void GroupScope::add_grouping(const ParseNode& key, std::string column) {
  groupings_[canonical(key, text, names_)] = std::move(column);
}

// GROUPING(a, b): a bit for each key, the last one the lowest.
Expression GroupScope::grouping(const ParseNode& call) const {
  std::optional<Expression> bits;
  for (const Json& key : call.at("args")) {
    const auto found = groupings_.find(canonical(ParseNode(key), text, names_));
    if (found == groupings_.end() && keys_.count(canonical(ParseNode(key), text, names_)) == 0)
      text.fail(ParseNode(key).location(), "GROUPING() takes what is in GROUP BY");
    const Expression bit = found == groupings_.end() ? lit(std::int64_t{0}) : col(found->second);
    bits = bits ? *bits * 2 + bit : bit;
  }
  return *bits;
}

void GroupScope::reserve(std::string name) { ++taken_[std::move(name)]; }

std::optional<Expression> GroupScope::known(const ParseNode& node) {
  if (node.is("SubLink") && subqueries_ != nullptr) return subqueries_->take(node, *this);
  if (node.is("GroupingFunc")) return grouping(node);
  if (keys_.empty() || node.is("A_Const")) return std::nullopt;
  const auto found = keys_.find(canonical(node, text, names_));
  return found == keys_.end() ? std::nullopt : std::optional(col(found->second));
}

Expression GroupScope::column(const ParseNode& reference) {
  const std::string& name = find_column(reference, text, names_).name;
  text.fail(reference.location(), "column \"" + name + "\" must be in GROUP BY or in an aggregate");
}

Expression GroupScope::aggregate(const Expression& aggregate, const ParseNode& call) {
  const std::string printed = aggregate.to_string();
  auto found = collected_.find(printed);
  if (found == collected_.end()) {
    std::string name = text.call_text(call.location());
    if (name.size() > 60) name = name.substr(0, name.find('(')) + "(...)";
    while (taken_.count(name) != 0) name += "'";
    reserve(name);
    aggregates_.push_back(aggregate.alias(name));
    found = collected_.emplace(printed, name).first;
  }
  return col(found->second);
}

Expression FreeScope::column(const ParseNode& reference) {
  if (is_star(reference)) text.fail(reference.location(), "* is expected alone in a SELECT list");
  const std::string name = text.spelled_name(reference.location());
  return col(name.empty() ? last_name(reference.at("fields")) : name);
}

}  // namespace treadle::sql
