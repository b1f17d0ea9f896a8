#include "sql/table_options.h"

#include <algorithm>

#include "base/nearest_name.h"
#include "sql/scopes.h"
#include "sql/translate.h"

namespace treadle::sql {
namespace {

// delim = ';' is a comparison in the tree, delim := ';' an argument with a name.
struct NamedArgument {
  std::string name;
  const Json* value;
};

std::optional<NamedArgument> named_argument(const Json& tree) {
  const ParseNode node(tree);
  if (node.is("NamedArgExpr")) return NamedArgument{node.text("name"), &node.at("arg")};
  if (!node.is("A_Expr") || last_name(node.at("name")) != "=" || !node.has("lexpr")) return std::nullopt;
  const ParseNode left(node.at("lexpr"));
  if (!left.is("ColumnRef")) return std::nullopt;
  return NamedArgument{last_name(left.at("fields")), &node.at("rexpr")};
}

// The items of a list or, alone, the value itself.
std::vector<const Json*> items_of(const Json& tree) {
  const ParseNode node(tree);
  if (!node.is("RowExpr")) return {&tree};
  std::vector<const Json*> items;
  for (const Json& item : node.at("args")) items.push_back(&item);
  return items;
}

}  // namespace

TableOptions::TableOptions(const ParseNode& call, const QueryText& text)
    : text_(text), function_(last_name(call.at("funcname"))) {
  for (const Json& argument : call.at("args")) {
    if (const auto named = named_argument(argument)) {
      options_[named->name] = named->value;
    } else if (!options_.empty()) {
      fail(argument, "a value without a name is expected before those that have one");
    } else {
      values_.push_back(&argument);
    }
  }
}

std::vector<std::string> TableOptions::paths() const {
  const FreeScope nothing(text_, Dialect::kPostgres);
  std::vector<std::string> paths;
  for (const Json* item : items_of(*values_.at(0))) {
    const auto value = literal(*item, nothing);
    const auto* path = value ? std::get_if<std::string>(&value->storage()) : nullptr;
    if (path == nullptr)
      fail(*item, function_ + "() expects the name of a file in single quotes, or a list of them");
    paths.push_back(*path);
  }
  return paths;
}

const Json* TableOptions::take(std::initializer_list<const char*> names) {
  known_.insert(known_.end(), names.begin(), names.end());
  for (const char* name : names) {
    if (const auto found = options_.find(name); found != options_.end()) return found->second;
  }
  return nullptr;
}

Scalar TableOptions::literal_of(const Json& tree, const std::string& expected) const {
  const FreeScope nothing(text_, Dialect::kPostgres);
  if (auto value = literal(tree, nothing)) return *value;
  fail(tree, expected + " is expected");
}

std::string TableOptions::text_in(const Json& tree) const {
  const Scalar value = literal_of(tree, "a text in single quotes");
  const auto* text = std::get_if<std::string>(&value.storage());
  if (text == nullptr) fail(tree, "a text in single quotes is expected");
  return *text;
}

std::vector<std::string> TableOptions::texts_in(const Json& tree) const {
  std::vector<std::string> texts;
  for (const Json* item : items_of(tree)) texts.push_back(text_in(*item));
  return texts;
}

std::optional<bool> TableOptions::flag(std::initializer_list<const char*> names) {
  const Json* tree = take(names);
  if (tree == nullptr) return std::nullopt;
  const Scalar value = literal_of(*tree, "true or false");
  if (const auto* flag = std::get_if<bool>(&value.storage())) return *flag;
  if (const auto* number = std::get_if<std::int64_t>(&value.storage())) return *number != 0;
  fail(*tree, "true or false is expected");
}

std::optional<std::string> TableOptions::text_of(std::initializer_list<const char*> names) {
  const Json* tree = take(names);
  return tree == nullptr ? std::nullopt : std::optional(text_in(*tree));
}

std::optional<std::int64_t> TableOptions::number(std::initializer_list<const char*> names) {
  const Json* tree = take(names);
  if (tree == nullptr) return std::nullopt;
  const Scalar value = literal_of(*tree, "a whole number");
  const auto* number = std::get_if<std::int64_t>(&value.storage());
  if (number == nullptr || *number < 0) fail(*tree, "a whole number of at least 0 is expected");
  return *number;
}

std::optional<std::vector<std::string>> TableOptions::texts(std::initializer_list<const char*> names) {
  const Json* tree = take(names);
  return tree == nullptr ? std::nullopt : std::optional(texts_in(*tree));
}

std::optional<std::vector<std::pair<std::string, std::string>>> TableOptions::pairs(
    std::initializer_list<const char*> names) {
  const Json* tree = take(names);
  if (tree == nullptr) return std::nullopt;
  const std::vector<std::string> texts = texts_in(*tree);
  if (texts.size() % 2 != 0) fail(*tree, "names and types are expected, as in {'id': 'BIGINT'}");
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::size_t i = 0; i < texts.size(); i += 2) pairs.emplace_back(texts[i], texts[i + 1]);
  return pairs;
}

void TableOptions::ignore(std::initializer_list<const char*> names) { take(names); }

void TableOptions::check_all_known() const {
  for (const auto& [name, value] : options_) {
    if (std::ranges::count(known_, name) != 0) continue;
    fail(*value, function_ + "() has no option \"" + name + '"' + nearest_hint(name, known_));
  }
}

void TableOptions::fail(const Json& tree, const std::string& message) const {
  text_.fail(ParseNode(tree).location(), message);
}

}  // namespace treadle::sql
