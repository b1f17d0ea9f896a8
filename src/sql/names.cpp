#include "sql/names.h"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "base/nearest_name.h"

namespace treadle::sql {
namespace {

bool same_but_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// As the user spelled it; the tree holds it folded to lower case and cut to 63 bytes.
std::string spelled(const ParseNode& reference, const QueryText& text) {
  if (reference.has("unspelled")) return last_name(reference.at("fields"));
  const std::string name = text.spelled_name(reference.location());
  return name.empty() ? last_name(reference.at("fields")) : name;
}

// The t of t.x; empty if there is none.
std::string qualifier(const ParseNode& reference) {
  const Json& fields = reference.at("fields");
  return fields.size() < 2 ? std::string() : ParseNode(fields[fields.size() - 2]).text("sval");
}

std::string described(const VisibleColumn& column, const VisibleColumn& other) {
  if (column.name != other.name || column.table.empty()) return '"' + column.name + '"';
  return '"' + column.table + '.' + column.name + '"';
}

const VisibleColumn* only_one(const std::vector<const VisibleColumn*>& found, const std::string& name,
                              const ParseNode& reference, const QueryText& text) {
  for (const VisibleColumn* other : found) {
    if (other->column == found[0]->column) continue;
    text.fail(reference.location(), '"' + name + "\" is ambiguous: " + described(*found[0], *other) + " or " +
                                        described(*other, *found[0]));
  }
  return found[0];
}

// Columns of the innermost SELECT that has any that fit.
std::vector<const VisibleColumn*> innermost(const Names& names, const auto& fits) {
  std::vector<const VisibleColumn*> found;
  for (const VisibleColumn& column : names.columns) {
    if (!fits(column)) continue;
    if (!found.empty() && column.level < found[0]->level) found.clear();
    if (found.empty() || column.level == found[0]->level) found.push_back(&column);
  }
  return found;
}

[[noreturn]] void throw_unknown_table(const std::string& table, const ParseNode& reference,
                                      const QueryText& text, const Names& names) {
  std::vector<std::string> tables;
  for (const VisibleColumn& column : names.columns) {
    if (!column.table.empty()) tables.push_back(column.table);
  }
  const std::size_t location = reference.location();
  throw NotFound(text.place(location) + "FROM has no table \"" + table + '"' + nearest_hint(table, tables) +
                 text.excerpt(location));
}

bool has_table(const Names& names, const std::string& table) {
  return std::any_of(names.columns.begin(), names.columns.end(),
                     [&](const VisibleColumn& column) { return same_but_case(column.table, table); });
}

void write_canonical(const Json& json, const QueryText& text, const Names& names, std::string& out) {
  if (json.is_array()) {
    for (const Json& item : json) write_canonical(item, text, names, out += '[');
    out += ']';
  } else if (!json.is_object()) {
    out += json.dump();
  } else if (json.size() == 1 && json.contains("SubLink")) {
    // Its names have meanings of their own: equal to itself only, by its position.
    out += json.dump();
  } else if (json.size() == 1 && json.contains("ColumnRef")) {
    out += Json(find_column(ParseNode(json), text, names).column).dump();
  } else {
    for (const auto& [key, value] : json.items()) {
      if (key != "location") write_canonical(value, text, names, (out += key) += ':');
    }
    out += ';';
  }
}

}  // namespace

Names::Names(const Schema& schema, const std::string& table) : schema(schema) {
  for (const Field& field : schema.fields()) columns.push_back({table, field.name, field.name});
}

bool is_star(const ParseNode& node) {
  return node.is("ColumnRef") && ParseNode(node.at("fields").back()).is("A_Star");
}

const VisibleColumn* look_up_column(const ParseNode& reference, const QueryText& text, const Names& names) {
  if (is_star(reference)) text.fail(reference.location(), "* is expected alone in a SELECT list");
  if (reference.has("exact")) {
    const std::string column = last_name(reference.at("fields"));
    const auto found = std::find_if(names.columns.begin(), names.columns.end(),
                                    [&](const VisibleColumn& c) { return c.column == column; });
    return found == names.columns.end() ? nullptr : &*found;
  }
  const std::string name = spelled(reference, text);
  const std::string table = qualifier(reference);
  const auto in_table = [&](const VisibleColumn& column) {
    return table.empty() ? !column.qualified_only : same_but_case(column.table, table);
  };
  const auto folded =
      innermost(names, [&](const VisibleColumn& c) { return in_table(c) && same_but_case(c.name, name); });
  if (folded.empty()) return nullptr;
  std::vector<const VisibleColumn*> exact;
  std::copy_if(folded.begin(), folded.end(), std::back_inserter(exact),
               [&](const VisibleColumn* c) { return c->name == name; });
  return only_one(exact.empty() ? folded : exact, name, reference, text);
}

const VisibleColumn& find_column(const ParseNode& reference, const QueryText& text, const Names& names) {
  if (const VisibleColumn* found = look_up_column(reference, text, names)) return *found;
  const std::string table = qualifier(reference);
  if (!table.empty() && !has_table(names, table)) throw_unknown_table(table, reference, text, names);
  std::vector<std::string> known;
  for (const VisibleColumn& column : names.columns) {
    if (table.empty() || same_but_case(column.table, table)) known.push_back(column.name);
  }
  const std::string name = spelled(reference, text);
  const std::size_t location = reference.location();
  throw NotFound(text.place(location) + "unknown column \"" + (table.empty() ? name : table + '.' + name) +
                 '"' + nearest_hint(name, known) + text.excerpt(location));
}

std::vector<const VisibleColumn*> star_columns(const ParseNode& reference, const QueryText& text,
                                               const Names& names) {
  const std::string table = qualifier(reference);
  std::vector<const VisibleColumn*> found;
  for (const VisibleColumn& column : names.columns) {
    const bool wanted = table.empty() ? !column.qualified_only : same_but_case(column.table, table);
    if (wanted && column.level == 0) found.push_back(&column);
  }
  if (found.empty() && !table.empty()) throw_unknown_table(table, reference, text, names);
  return found;
}

std::string canonical(const ParseNode& node, const QueryText& text, const Names& names) {
  if (node.is("ColumnRef")) return Json(find_column(node, text, names).column).dump();
  std::string out(node.kind);
  write_canonical(*node.fields, text, names, out);
  return out;
}

}  // namespace treadle::sql
