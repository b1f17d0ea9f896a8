#include "sql/grouping_sets.h"

#include <algorithm>
#include <utility>

namespace treadle::sql {
namespace {

using Set = std::vector<std::size_t>;
constexpr std::size_t kMostSets = 4096;

class Reader {
 public:
  Reader(const QueryText& text, GroupingSets& out) : text_(text), out_(out) {}

  // (a, b), ROLLUP (c) are all pairs of a set of the one and a set of the other.
  std::vector<Set> read_all(const std::vector<Json>& items) {
    std::vector<Set> sets = {{}};
    for (const Json& item : items) {
      const std::vector<Set> own = read(item);
      if (sets.size() * own.size() > kMostSets) {
        text_.fail(ParseNode(item).location(),
                   "at most " + std::to_string(kMostSets) + " grouping sets are expected, found more");
      }
      std::vector<Set> both;
      for (const Set& a : sets) {
        for (const Set& b : own) both.push_back(joined(a, b));
      }
      sets = std::move(both);
    }
    return sets;
  }

 private:
  static Set joined(Set a, const Set& b) {
    for (const std::size_t key : b) {
      if (std::ranges::count(a, key) == 0) a.push_back(key);
    }
    return a;
  }

  std::size_t key(const Json& tree) {
    const auto place = static_cast<std::size_t>(std::ranges::find(out_.keys, tree) - out_.keys.begin());
    if (place == out_.keys.size()) out_.keys.push_back(tree);
    return place;
  }

  // A key, or several in brackets.
  Set element(const Json& tree) {
    const ParseNode node(tree);
    if (!node.is("RowExpr")) return {key(tree)};
    Set keys;
    for (const Json& item : node.at("args")) keys = joined(std::move(keys), {key(item)});
    return keys;
  }

  std::vector<Set> read(const Json& item) {
    const ParseNode node(item);
    if (!node.is("GroupingSet")) return {element(item)};
    const std::string kind = node.text("kind");
    if (kind == "GROUPING_SET_EMPTY") return {{}};
    if (kind == "GROUPING_SET_SETS") {
      std::vector<Set> sets;
      for (const Json& inner : node.at("content")) {
        for (Set& one : read(inner)) sets.push_back(std::move(one));
      }
      return sets;
    }
    std::vector<Set> elements;
    for (const Json& inner : node.at("content")) elements.push_back(element(inner));
    return kind == "GROUPING_SET_CUBE" ? cube(elements, node) : rollup(elements);
  }

  static std::vector<Set> rollup(const std::vector<Set>& elements) {
    std::vector<Set> sets = {{}};
    for (const Set& one : elements) sets.push_back(joined(sets.back(), one));
    std::ranges::reverse(sets);
    return sets;
  }

  std::vector<Set> cube(const std::vector<Set>& elements, const ParseNode& node) const {
    if (elements.size() > 12) text_.fail(node.location(), "CUBE takes at most 12 keys");
    std::vector<Set> sets;
    for (std::size_t chosen = std::size_t{1} << elements.size(); chosen-- > 0;) {
      Set one;
      for (std::size_t i = 0; i < elements.size(); ++i) {
        if (((chosen >> (elements.size() - 1 - i)) & 1) != 0) one = joined(std::move(one), elements[i]);
      }
      sets.push_back(std::move(one));
    }
    return sets;
  }

  const QueryText& text_;
  GroupingSets& out_;
};

}  // namespace

GroupingSets read_grouping_sets(const std::vector<Json>& items, const QueryText& text) {
  GroupingSets out;
  out.sets = Reader(text, out).read_all(items);
  return out;
}

}  // namespace treadle::sql
