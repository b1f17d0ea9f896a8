#include "io/prune.h"

#include <algorithm>
#include <cmath>
#include <compare>
#include <optional>
#include <utility>
#include <variant>

#include "columnar/decimal.h"
#include "columnar/int128.h"

namespace treadle::io {
namespace {

using Op = PrunePredicate::Op;

constexpr double kExactIntegers = 9007199254740992.0;  // 2^53

std::partial_ordering order(bool left, bool right) { return left <=> right; }
std::partial_ordering order(std::int64_t left, std::int64_t right) { return left <=> right; }
std::partial_ordering order(std::uint64_t left, std::uint64_t right) { return left <=> right; }
std::partial_ordering order(double left, double right) { return left <=> right; }
std::partial_ordering order(const std::string& left, const std::string& right) {
  return left.compare(right) <=> 0;
}

std::partial_ordering order(std::int64_t left, std::uint64_t right) {
  if (std::cmp_less(left, right)) return std::partial_ordering::less;
  return std::cmp_equal(left, right) ? std::partial_ordering::equivalent : std::partial_ordering::greater;
}
std::partial_ordering order(std::uint64_t left, std::int64_t right) { return 0 <=> order(right, left); }

template <class Integer>
std::partial_ordering order_with_float(Integer left, double right) {
  const auto rounded = static_cast<double>(left);
  if (std::abs(rounded) >= kExactIntegers || std::abs(right) >= kExactIntegers)
    return std::partial_ordering::unordered;
  return rounded <=> right;
}
std::partial_ordering order(std::int64_t left, double right) { return order_with_float(left, right); }
std::partial_ordering order(std::uint64_t left, double right) { return order_with_float(left, right); }
std::partial_ordering order(double left, std::int64_t right) { return 0 <=> order_with_float(right, left); }
std::partial_ordering order(double left, std::uint64_t right) { return 0 <=> order_with_float(right, left); }

template <class Left, class Right>
std::partial_ordering order(const Left&, const Right&) {
  return std::partial_ordering::unordered;
}

using Int128 = columnar::int128_t;

/// An integer or decimal in units of its last digit at `scale`.
std::optional<Int128> unscaled(const Scalar& value, int scale) {
  if (const auto* digits = std::get_if<std::string>(&value.storage())) {
    const auto own = columnar::parse_decimal(*digits, value.type().scale());
    return own ? columnar::rescale(*own, value.type().scale(), scale) : std::nullopt;
  }
  if (const auto* number = std::get_if<std::int64_t>(&value.storage()))
    return columnar::rescale(*number, 0, scale);
  if (const auto* number = std::get_if<std::uint64_t>(&value.storage()))
    return columnar::rescale(*number, 0, scale);
  return std::nullopt;
}

std::int64_t nanoseconds_per_unit(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kSecond:
      return 1'000'000'000;
    case TimeUnit::kMilli:
      return 1'000'000;
    case TimeUnit::kMicro:
      return 1'000;
    case TimeUnit::kNano:
      break;
  }
  return 1;
}

/// Nanoseconds of a date, time, timestamp or duration.
std::optional<Int128> nanoseconds(const Scalar& value) {
  constexpr std::int64_t kDay = 86'400'000'000'000;
  const auto* count = std::get_if<std::int64_t>(&value.storage());
  if (count == nullptr) return std::nullopt;
  const bool is_date = value.type().id() == TypeId::kDate;
  return Int128{*count} * (is_date ? kDay : nanoseconds_per_unit(value.type().unit()));
}

std::partial_ordering order(const std::optional<Int128>& left, const std::optional<Int128>& right) {
  if (!left || !right) return std::partial_ordering::unordered;
  if (*left < *right) return std::partial_ordering::less;
  return *left > *right ? std::partial_ordering::greater : std::partial_ordering::equivalent;
}

/// Points of one kind of time; a date is the instant at which it begins, to whom no zone matters.
bool same_time(const DataType& left, const DataType& right) {
  const auto zoned = [](const DataType& type) {
    return type.id() == TypeId::kTimestamp && !type.zone().empty();
  };
  const auto instant = [](const DataType& type) {
    return type.id() == TypeId::kTimestamp || type.id() == TypeId::kDate;
  };
  if (zoned(left) != zoned(right)) return false;
  return left.id() == right.id() || (instant(left) && instant(right));
}

/// Unordered if in doubt.
std::partial_ordering compare(const Scalar& left, const Scalar& right) {
  const DataType &l = left.type(), &r = right.type();
  if (left.is_null() || right.is_null()) return std::partial_ordering::unordered;
  const bool is_decimal = l.id() == TypeId::kDecimal128 || r.id() == TypeId::kDecimal128;
  if (is_decimal) {
    const auto exact = [](const DataType& type) {
      return type.is_integer() || type.id() == TypeId::kDecimal128;
    };
    if (!exact(l) || !exact(r)) return std::partial_ordering::unordered;
    const int scale = std::max(l.scale(), r.scale());
    return order(unscaled(left, scale), unscaled(right, scale));
  }
  if (l.is_temporal() && r.is_temporal()) {
    return same_time(l, r) ? order(nanoseconds(left), nanoseconds(right)) : std::partial_ordering::unordered;
  }
  const bool numbers = l.is_numeric() && r.is_numeric();
  if (!numbers && (l.id() != r.id() || l.is_nested())) return std::partial_ordering::unordered;
  return std::visit([](const auto& a, const auto& b) { return order(a, b); }, left.storage(),
                    right.storage());
}

bool all_null(const ColumnBounds& bounds) { return bounds.num_nulls && *bounds.num_nulls == bounds.num_rows; }

bool compares_out(Op op, const Scalar& value, const ColumnBounds& bounds) {
  const std::partial_ordering least = compare(bounds.least, value);
  const std::partial_ordering greatest = compare(bounds.greatest, value);
  const bool is_float = bounds.least.type().is_float() || bounds.greatest.type().is_float();
  const bool hides_nan = is_float && !bounds.has_no_nan;
  switch (op) {
    case Op::kEqual:
      return least > 0 || greatest < 0;
    case Op::kNotEqual:
      return !hides_nan && bounds.exact && least == 0 && greatest == 0;
    case Op::kLess:
      return least >= 0;
    case Op::kLessEqual:
      return least > 0;
    case Op::kGreater:
      return !hides_nan && greatest <= 0;
    case Op::kGreaterEqual:
      return !hides_nan && greatest < 0;
    default:
      return false;
  }
}

bool holds_nowhere(const PrunePredicate& predicate, const ColumnBounds& bounds) {
  if (predicate.op == Op::kIsNull) return bounds.num_nulls && *bounds.num_nulls == 0;
  if (predicate.op == Op::kIsNotNull) return all_null(bounds);
  if (predicate.value.is_null()) return false;
  return all_null(bounds) || compares_out(predicate.op, predicate.value, bounds);
}

}  // namespace

ColumnBounds ColumnBounds::constant(Scalar value, std::uint64_t num_rows) {
  const std::uint64_t num_nulls = value.is_null() ? num_rows : 0;
  return {value, value, true, num_nulls, num_rows, false};
}

bool ruled_out(const PrunePredicate& predicate, const BoundsOf& bounds_of) {
  return holds_nowhere(predicate, bounds_of(predicate.column)) &&
         std::ranges::all_of(predicate.or_else, [&](const PrunePredicate& other) {
           return holds_nowhere(other, bounds_of(other.column));
         });
}

}  // namespace treadle::io
