#include "dataframe/expressions/literal_types.h"

#include <algorithm>
#include <array>

#include "columnar/function.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

constexpr std::array<std::string_view, 19> kSharing = {
    "add",      "and",           "coalesce", "divide",   "equal", "fill_null",  "floor_divide",
    "greater",  "greater_equal", "if_else",  "is_in",    "less",  "less_equal", "modulo",
    "multiply", "not_equal",     "or",       "subtract", "xor",
};
static_assert(std::is_sorted(kSharing.begin(), kSharing.end()));

bool is_number(const Scalar& literal) {
  return literal.type().id() == TypeId::kInt64 || literal.type().id() == TypeId::kUInt64 ||
         literal.type().id() == TypeId::kFloat64;
}

/// Whether the number takes `type` without losing anything that it was typed for.
bool number_takes(const Scalar& literal, const DataType& type) {
  if (literal.type().id() == TypeId::kFloat64) return type.is_float();
  return type.is_integer() || type.is_float();
}

}  // namespace

bool arguments_share_type(std::string_view function) {
  // A dialect's variant, "sql.divide", types its literals as the function it varies.
  const std::size_t dot = function.rfind('.');
  if (dot != std::string_view::npos && function.substr(0, dot) == "sql") function.remove_prefix(dot + 1);
  return std::binary_search(kSharing.begin(), kSharing.end(), function);
}

std::size_t first_shared_argument(std::string_view function) { return function == "if_else" ? 1 : 0; }

std::optional<Scalar> literal_as(const Scalar& literal, const DataType& type) {
  if (literal.type() == type || type.id() == TypeId::kNull) return std::nullopt;
  if (literal.is_null()) return Scalar(type, std::monostate());
  if (is_number(literal) && number_takes(literal, type)) {
    Scalar converted = columnar::cast(literal, type, false);
    // An integer that does not fit keeps its width, and the column is widened instead.
    if (converted.is_null()) return std::nullopt;
    return converted;
  }
  if (literal.type().id() == TypeId::kUtf8 && type.is_temporal()) {
    Scalar converted = columnar::cast(literal, type, false);
    if (converted.is_null()) {
      throw TypeError("expected text that is a " + type.to_string() + ", found " + literal.to_string());
    }
    return converted;
  }
  return std::nullopt;
}

std::optional<Scalar> compared_decimal(const Scalar& literal, const DataType& type) {
  // Decimals of so many digits are different floats if they are different.
  constexpr int kDigitsOfFloat = 15;
  const DataType& own = literal.type();
  if (type.id() != TypeId::kDecimal128 || literal.is_null() || own == type) return std::nullopt;
  if (own.is_float() ? type.precision() > kDigitsOfFloat
                     : !own.is_integer() && own.id() != TypeId::kDecimal128) {
    return std::nullopt;
  }
  Scalar converted = columnar::cast(literal, type, false);
  if (converted.is_null() || columnar::cast(converted, own, false) != literal) return std::nullopt;
  return converted;
}

bool is_comparison(std::string_view function) {
  constexpr std::array<std::string_view, 7> kComparisons = {"equal", "greater",    "greater_equal", "is_in",
                                                            "less",  "less_equal", "not_equal"};
  return std::find(kComparisons.begin(), kComparisons.end(), function) != kComparisons.end();
}

}  // namespace treadle::dataframe
