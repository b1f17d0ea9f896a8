#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "treadle/item.h"
#include "treadle/item_expression.h"

namespace treadle::bag {

/// A condition as a tree.
struct Condition {
  enum class Kind : std::uint8_t {
    kExists,
    kEqual,
    kNotEqual,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kAnd,
    kOr,
    kNot
  };
  Kind kind = Kind::kExists;
  ItemPath path;  // of what is compared
  Item value;     // what with
  std::vector<std::shared_ptr<const Condition>> parts;
};

/// What comparisons see of a value: a scalar, or that it is something else. Views what it was made from.
struct Scalar {
  enum class Kind : std::uint8_t { kMissing, kBool, kNumber, kText, kOther };
  Kind kind = Kind::kMissing;
  std::variant<std::int64_t, double> number = std::int64_t{0};
  std::string_view text;

  static Scalar of(const Item& item);
};

/// Whether a comparison of `found` with the condition's value holds.
bool compare(Condition::Kind kind, const Scalar& found, const Item& wanted);

/// Whether the condition holds where `scalar_at(path)` says what there is.
template <class ScalarAt>
bool holds(const Condition& condition, const ScalarAt& scalar_at) {
  using Kind = Condition::Kind;
  switch (condition.kind) {
    case Kind::kAnd:
      return holds(*condition.parts[0], scalar_at) && holds(*condition.parts[1], scalar_at);
    case Kind::kOr:
      return holds(*condition.parts[0], scalar_at) || holds(*condition.parts[1], scalar_at);
    case Kind::kNot:
      return !holds(*condition.parts[0], scalar_at);
    case Kind::kExists:
      return scalar_at(condition.path).kind != Scalar::Kind::kMissing;
    default:
      return compare(condition.kind, scalar_at(condition.path), condition.value);
  }
}

/// `user.name`, `0`.
std::string to_string(const ItemPath& path);

}  // namespace treadle::bag
