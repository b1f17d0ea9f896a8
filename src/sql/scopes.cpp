#include "sql/scopes.h"

#include <algorithm>
#include <cctype>

#include "base/nearest_name.h"
#include "dataframe/expressions/bind.h"

namespace treadle::sql {
namespace {

bool same_but_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// As the user spelled it; the tree holds it folded to lower case and cut to 63 bytes.
std::string spelled(const ParseNode& reference, const QueryText& text) {
  if (reference.has("exact")) return last_name(reference.at("fields"));
  const std::string name = text.spelled_name(reference.location());
  return name.empty() ? last_name(reference.at("fields")) : name;
}

[[noreturn]] void throw_not_found(const std::string& name, const ParseNode& reference, const QueryText& text,
                                  const Schema& schema) {
  const std::vector<std::string> names = schema.names();
  const std::size_t location = reference.location();
  throw NotFound(text.place(location) + "unknown column \"" + name + '"' + nearest_hint(name, names) +
                 text.excerpt(location));
}

void write_canonical(const Json& json, const QueryText& text, const Schema& schema, std::string& out) {
  if (json.is_array()) {
    for (const Json& item : json) write_canonical(item, text, schema, out += '[');
    out += ']';
  } else if (!json.is_object()) {
    out += json.dump();
  } else if (json.size() == 1 && json.contains("ColumnRef")) {
    out += Json(column_name(ParseNode(json), text, schema)).dump();
  } else {
    for (const auto& [key, value] : json.items()) {
      if (key != "location") write_canonical(value, text, schema, (out += key) += ':');
    }
    out += ';';
  }
}

}  // namespace

std::string column_name(const ParseNode& reference, const QueryText& text, const Schema& schema) {
  const Json& fields = reference.at("fields");
  if (ParseNode(fields.back()).is("A_Star"))
    text.fail(reference.location(), "* is expected alone in a SELECT list");
  const std::string name = spelled(reference, text);
  if (schema.find(name)) return name;
  const std::string* match = nullptr;
  for (const Field& field : schema.fields()) {
    if (!same_but_case(field.name, name)) continue;
    if (match != nullptr)
      text.fail(reference.location(),
                "\"" + name + "\" is ambiguous: \"" + *match + "\" or \"" + field.name + '"');
    match = &field.name;
  }
  if (match == nullptr) throw_not_found(name, reference, text, schema);
  return *match;
}

std::string canonical(const ParseNode& node, const QueryText& text, const Schema& schema) {
  if (node.is("ColumnRef")) return Json(column_name(node, text, schema)).dump();
  std::string out(node.kind);
  write_canonical(*node.fields, text, schema, out);
  return out;
}

Expression RowScope::column(const ParseNode& reference) { return col(column_name(reference, text, schema_)); }

Expression RowScope::aggregate(const Expression&, const ParseNode& call) {
  return argument_scope(call).column(call);
}

Scope& RowScope::argument_scope(const ParseNode& call) {
  text.fail(call.location(), "an aggregate cannot stand in " + clause_);
}

std::optional<DataType> RowScope::type_of(const Expression& expression) {
  try {
    return dataframe::type_of(expression.node(), schema_);
  } catch (const Error&) {
    // Whoever takes the expression reports what is wrong with it, in its context.
    return std::nullopt;
  }
}

GroupScope::GroupScope(const QueryText& text, Dialect dialect, const Schema& rows)
    : Scope(text, dialect), schema_(rows), rows_(text, dialect, rows, "an aggregate") {}

void GroupScope::add_key(const ParseNode& key, std::string name) {
  reserve(name);
  keys_[canonical(key, text, schema_)] = std::move(name);
}

void GroupScope::reserve(std::string name) { ++taken_[std::move(name)]; }

std::optional<Expression> GroupScope::known(const ParseNode& node) {
  if (keys_.empty() || node.is("A_Const")) return std::nullopt;
  const auto found = keys_.find(canonical(node, text, schema_));
  return found == keys_.end() ? std::nullopt : std::optional(col(found->second));
}

Expression GroupScope::column(const ParseNode& reference) {
  const std::string name = column_name(reference, text, schema_);
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
  if (ParseNode(reference.at("fields").back()).is("A_Star")) {
    text.fail(reference.location(), "* is expected alone in a SELECT list");
  }
  return col(spelled(reference, text));
}

}  // namespace treadle::sql
