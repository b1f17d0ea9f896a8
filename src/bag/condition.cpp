#include "bag/condition.h"

#include <compare>
#include <optional>

#include "treadle/error.h"

namespace treadle {
namespace bag {
namespace {

constexpr const char* kSigns[] = {"exists", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "!"};

const Item* find(const Item& item, const ItemPath& path) {
  const Item* found = &item;
  for (const ItemKey& key : path) {
    found = std::visit([&](const auto& one) { return found->find(one); }, key);
    if (found == nullptr) return nullptr;
  }
  return found;
}

/// An integer and a float compare by value: the integer may have more digits than a float holds.
std::partial_ordering order(const std::variant<std::int64_t, double>& a,
                            const std::variant<std::int64_t, double>& b) {
  return std::visit(
      [](auto x, auto y) -> std::partial_ordering {
        if constexpr (std::is_same_v<decltype(x), decltype(y)>) {
          return x <=> y;
        } else {
          return static_cast<long double>(x) <=> static_cast<long double>(y);
        }
      },
      a, b);
}

/// Nothing for values of different kinds, and for what has no order.
std::optional<std::partial_ordering> order(const Scalar& a, const Scalar& b) {
  if (a.kind != b.kind) return std::nullopt;
  if (a.kind == Scalar::Kind::kNumber || a.kind == Scalar::Kind::kBool) return order(a.number, b.number);
  if (a.kind == Scalar::Kind::kText) return std::partial_ordering(a.text <=> b.text);
  return std::nullopt;
}

std::shared_ptr<const Condition> both(Condition::Kind kind, const ItemCondition& a, const ItemCondition& b) {
  return std::make_shared<const Condition>(Condition{kind, {}, {}, {a.condition(), b.condition()}});
}

ItemCondition comparison(Condition::Kind kind, const ItemPath& path, const Item& value) {
  return ItemCondition(std::make_shared<const Condition>(Condition{kind, path, value, {}}));
}

std::string text_of(const Condition& condition) {
  const std::string sign = kSigns[static_cast<std::size_t>(condition.kind)];
  switch (condition.kind) {
    case Condition::Kind::kExists:
      return to_string(condition.path) + " " + sign;
    case Condition::Kind::kNot:
      return sign + "(" + text_of(*condition.parts[0]) + ")";
    case Condition::Kind::kAnd:
    case Condition::Kind::kOr:
      return "(" + text_of(*condition.parts[0]) + " " + sign + " " + text_of(*condition.parts[1]) + ")";
    default:
      return to_string(condition.path) + " " + sign + " " + condition.value.to_json();
  }
}

}  // namespace

Scalar Scalar::of(const Item& item) {
  Scalar scalar;
  const Item::Variant& value = item.value();
  if (const auto* truth = std::get_if<bool>(&value)) {
    scalar.kind = Kind::kBool;
    scalar.number = std::int64_t{*truth};
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    scalar.kind = Kind::kNumber;
    scalar.number = *integer;
  } else if (const auto* number = std::get_if<double>(&value)) {
    scalar.kind = Kind::kNumber;
    scalar.number = *number;
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    scalar.kind = Kind::kText;
    scalar.text = *text;
  } else if (!item.is_null()) {
    scalar.kind = Kind::kOther;
  }
  return scalar;
}

bool compare(Condition::Kind kind, const Scalar& found, const Item& wanted) {
  using Kind = Condition::Kind;
  if (found.kind == Scalar::Kind::kMissing) return false;
  const auto ordered = order(found, Scalar::of(wanted));
  if (!ordered) return kind == Kind::kNotEqual;
  switch (kind) {
    case Kind::kEqual:
      return *ordered == 0;
    case Kind::kNotEqual:
      return *ordered != 0;
    case Kind::kLess:
      return *ordered < 0;
    case Kind::kLessEqual:
      return *ordered <= 0;
    case Kind::kGreater:
      return *ordered > 0;
    case Kind::kGreaterEqual:
      return *ordered >= 0;
    default:
      throw InternalError("no comparison");
  }
}

std::string to_string(const ItemPath& path) {
  std::string text;
  for (const ItemKey& key : path) {
    if (!text.empty()) text += '.';
    const auto* name = std::get_if<std::string>(&key);
    text += name != nullptr ? *name : std::to_string(std::get<std::int64_t>(key));
  }
  return text.empty() ? "item" : text;
}

}  // namespace bag

using bag::Condition;

bool ItemCondition::holds(const Item& item) const {
  return bag::holds(*condition_, [&](const ItemPath& path) {
    const Item* found = bag::find(item, path);
    return found == nullptr ? bag::Scalar() : bag::Scalar::of(*found);
  });
}

std::string ItemCondition::to_string() const { return bag::text_of(*condition_); }

ItemCondition operator&&(const ItemCondition& a, const ItemCondition& b) {
  return ItemCondition(bag::both(Condition::Kind::kAnd, a, b));
}
ItemCondition operator||(const ItemCondition& a, const ItemCondition& b) {
  return ItemCondition(bag::both(Condition::Kind::kOr, a, b));
}
ItemCondition operator!(const ItemCondition& a) {
  return ItemCondition(
      std::make_shared<const Condition>(Condition{Condition::Kind::kNot, {}, {}, {a.condition()}}));
}

ItemCondition ItemPart::exists() const { return bag::comparison(Condition::Kind::kExists, path_, {}); }
ItemCondition ItemPart::operator==(const Item& value) const {
  return bag::comparison(Condition::Kind::kEqual, path_, value);
}
ItemCondition ItemPart::operator!=(const Item& value) const {
  return bag::comparison(Condition::Kind::kNotEqual, path_, value);
}
ItemCondition ItemPart::operator<(const Item& value) const {
  return bag::comparison(Condition::Kind::kLess, path_, value);
}
ItemCondition ItemPart::operator<=(const Item& value) const {
  return bag::comparison(Condition::Kind::kLessEqual, path_, value);
}
ItemCondition ItemPart::operator>(const Item& value) const {
  return bag::comparison(Condition::Kind::kGreater, path_, value);
}
ItemCondition ItemPart::operator>=(const Item& value) const {
  return bag::comparison(Condition::Kind::kGreaterEqual, path_, value);
}

}  // namespace treadle
