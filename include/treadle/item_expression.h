#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "treadle/item.h"

namespace treadle {

/// A name or place in an item: `"user"`, `0`.
using ItemKey = std::variant<std::string, std::int64_t>;
/// Keys from the outside in.
using ItemPath = std::vector<ItemKey>;

namespace bag {
struct Condition;
}

/// A condition on items, which is checked while JSON is read: `item("status") == 200 && !item("user",
/// "name").exists()`. Immutable, cheap to copy.
///
/// What an item lacks, and null, satisfies no comparison. Numbers compare by value, texts by their
/// characters' numbers; a number and a text are different, and neither is less.
class ItemCondition {
 public:
  explicit ItemCondition(std::shared_ptr<const bag::Condition> condition)
      : condition_(std::move(condition)) {}
  /// Whether `item` satisfies it.
  bool holds(const Item& item) const;
  /// As it is written: `(status == 200)`.
  std::string to_string() const;
  const std::shared_ptr<const bag::Condition>& condition() const noexcept { return condition_; }

 private:
  std::shared_ptr<const bag::Condition> condition_;
};

ItemCondition operator&&(const ItemCondition& a, const ItemCondition& b);
ItemCondition operator||(const ItemCondition& a, const ItemCondition& b);
ItemCondition operator!(const ItemCondition& a);

/// A part of an item, to be compared.
class ItemPart {
 public:
  explicit ItemPart(ItemPath path) : path_(std::move(path)) {}
  /// Whether the item has it and it is not null.
  ItemCondition exists() const;
  ItemCondition operator==(const Item& value) const;
  ItemCondition operator!=(const Item& value) const;
  ItemCondition operator<(const Item& value) const;
  ItemCondition operator<=(const Item& value) const;
  ItemCondition operator>(const Item& value) const;
  ItemCondition operator>=(const Item& value) const;

 private:
  ItemPath path_;
};

/// The part of items at the end of `keys`; the items themselves without keys.
template <class... Keys>
ItemPart item(Keys... keys) {
  return ItemPart(ItemPath{ItemKey(std::move(keys))...});
}

}  // namespace treadle
