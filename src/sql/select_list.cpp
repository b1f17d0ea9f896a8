#include "sql/select_list.h"

#include <algorithm>
#include <cctype>

#include "sql/function_call.h"
#include "sql/parse_tree.h"

namespace treadle::sql {
namespace {

// A reference to a column that stands in no text: what * comes to.
Json reference_to(const std::string& column, std::size_t location) {
  Json reference;
  reference["ColumnRef"] = {
      {"fields", Json::array({{{"String", {{"sval", column}}}}})}, {"location", location}, {"exact", true}};
  return reference;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// What stands behind a star: the columns that it leaves out, and expressions in the places of others.
class StarChanges {
 public:
  StarChanges(std::size_t location, const QueryText& text) : text_(text) {
    const std::size_t star = text.star_from(location);
    for (const auto& one : text.friendly().exclude) {
      if (one.star == star) excluded_.push_back({&one, false});
    }
    for (const auto& clause : text.friendly().replace) {
      if (clause.place != star) continue;
      for (const Json& item : parse_clause(text, clause)) {
        const ParseNode target(item);
        if (!target.has("name")) text.fail(target.location(), "a name is expected in REPLACE: (x + 1 AS x)");
        replaced_.push_back({target.text("name"), target.at("val"), target.location(), false});
      }
    }
  }
  bool excludes(const std::string& name) {
    bool any = false;
    for (auto& [one, used] : excluded_) {
      if (lower(one->name) == lower(name)) any = used = true;
    }
    return any;
  }
  /// The expression in the place of a column; null if none is.
  Json replacement(const std::string& name) {
    for (Replaced& one : replaced_) {
      if (lower(one.name) != lower(name)) continue;
      one.used = true;
      return one.node;
    }
    return Json();
  }
  void check() const {
    for (const auto& [one, used] : excluded_) {
      if (!used) text_.fail(one->location, "EXCLUDE: * has no column \"" + one->name + '"');
    }
    for (const Replaced& one : replaced_) {
      if (!one.used) text_.fail(one.location, "REPLACE: * has no column \"" + one.name + '"');
    }
  }

 private:
  struct Replaced {
    std::string name;
    Json node;
    std::size_t location;
    bool used;
  };
  const QueryText& text_;
  std::vector<std::pair<const FriendlySyntax::Excluded*, bool>> excluded_;
  std::vector<Replaced> replaced_;
};

}  // namespace

std::string unique_name(const std::string& name, const std::vector<std::string>& taken) {
  std::string unique = name;
  for (int i = 1; std::find(taken.begin(), taken.end(), unique) != taken.end(); ++i) {
    unique = name + '_' + std::to_string(i);
  }
  return unique;
}

std::vector<Target> read_targets(const ParseNode& select, const QueryText& text, const Names& input,
                                 std::vector<std::string> taken) {
  std::vector<Target> targets;
  const auto add = [&](Json node, const std::string& name) {
    taken.push_back(unique_name(name, taken));
    targets.push_back({std::move(node), taken.back()});
  };
  for (const Json& item : select.at("targetList")) {
    const ParseNode target(item);
    const ParseNode value(target.at("val"));
    if (is_star(value)) {
      StarChanges changes(value.location(), text);
      for (const VisibleColumn* column : star_columns(value, text, input)) {
        if (changes.excludes(column->name)) continue;
        Json replaced = changes.replacement(column->name);
        add(replaced.is_null() ? reference_to(column->column, value.location()) : std::move(replaced),
            column->name);
      }
      changes.check();
    } else if (target.has("name")) {
      add(target.at("val"), target.text("name"));
    } else {
      add(target.at("val"),
          value.is("ColumnRef") ? find_column(value, text, input).name : text.item_text(target.location()));
    }
  }
  if (targets.empty()) text.fail(0, "a SELECT list is expected, found none");
  return targets;
}

bool are_all_columns(const std::vector<Target>& targets, const QueryText& text, const Names& input) {
  if (targets.size() != input.schema.num_fields()) return false;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const ParseNode node(targets[i].node);
    const std::string& column = input.schema.field(i).name;
    if (!node.is("ColumnRef") || targets[i].name != column) return false;
    if (find_column(node, text, input).column != column) return false;
  }
  return true;
}

const Target* find_target(const ParseNode& item, const std::vector<Target>& targets, const QueryText& text,
                          bool by_name) {
  if (item.is("A_Const") && item.has("ival")) {
    const std::int64_t position = text.signed_integer(item.location());
    if (position < 1 || position > static_cast<std::int64_t>(targets.size())) {
      text.fail(item.location(), "a position from 1 to " + std::to_string(targets.size()) +
                                     " in the SELECT list is expected, found " + std::to_string(position));
    }
    return &targets[static_cast<std::size_t>(position - 1)];
  }
  if (item.is("A_Const"))
    text.fail(item.location(), "a column, a position or an expression is expected, found a constant");
  if (!by_name || !item.is("ColumnRef") || item.at("fields").size() != 1) return nullptr;
  const std::string spelled = text.spelled_name(item.location());
  for (const std::string& name : {spelled, lower(spelled)}) {
    const auto found =
        std::find_if(targets.begin(), targets.end(), [&](const Target& t) { return t.name == name; });
    if (found != targets.end()) return &*found;
  }
  return nullptr;
}

bool contains_aggregate(const Json& node) {
  // The aggregates of a sub-query are its own.
  if (node.is_object() && node.contains("SubLink")) {
    const Json& test = ParseNode(node).at("testexpr");
    return !test.is_null() && contains_aggregate(test);
  }
  if (node.is_object() && node.contains("GroupingFunc")) return true;
  if (node.is_object() && node.contains("FuncCall")) {
    const Json& call = node["FuncCall"];
    if (!call.contains("over") && is_aggregate_function(last_name(call["funcname"]))) return true;
  }
  return node.is_structured() &&
         std::any_of(node.begin(), node.end(), [](const Json& child) { return contains_aggregate(child); });
}

bool contains_window(const Json& node) {
  if (node.is_object() && node.contains("SubLink")) return false;
  if (node.is_object() && node.contains("FuncCall") && node["FuncCall"].contains("over")) return true;
  return node.is_structured() &&
         std::any_of(node.begin(), node.end(), [](const Json& child) { return contains_window(child); });
}

}  // namespace treadle::sql
