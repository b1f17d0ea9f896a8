#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "columnar/bitmap.h"
#include "columnar/builder.h"
#include "columnar/cast/converters.h"
#include "columnar/decimal.h"
#include "columnar/format.h"
#include "columnar/functions/kernel.h"
#include "columnar/type_dispatch.h"

// Numbers to numbers. Floats lose their fraction towards zero; what a type does not hold becomes null.
namespace treadle::columnar {
namespace {

using functions::fixed_width;
using functions::map_values;

/// The least power of two that is too large for T.
template <class T>
constexpr double kBeyond =
    std::is_signed_v<T> ? -static_cast<double>(std::numeric_limits<T>::min())
                        : 2.0 * static_cast<double>(std::uint64_t{1} << (sizeof(T) * 8 - 1));

template <class From, class To>
bool fits(From value) noexcept {
  if constexpr (std::is_floating_point_v<To>) {
    return true;
  } else if constexpr (std::is_floating_point_v<From>) {
    const double whole = std::trunc(static_cast<double>(value));
    return whole >= static_cast<double>(std::numeric_limits<To>::min()) && whole < kBeyond<To>;
  } else {
    return std::in_range<To>(value);
  }
}

/// Every value of From has its like in To.
template <class From, class To>
constexpr bool always_fits() {
  if constexpr (std::is_floating_point_v<To>)
    return true;
  else if constexpr (std::is_floating_point_v<From>)
    return false;
  else
    return std::in_range<To>(std::numeric_limits<From>::min()) &&
           std::in_range<To>(std::numeric_limits<From>::max());
}

template <class From, class To>
Column convert_values(const Column& column, const DataType& to) {
  const From* from = column.values_as<From>();
  const std::int64_t length = column.length();
  if constexpr (always_fits<From, To>()) {
    return fixed_width(to, length, column.validity(),
                       map_values<To>(from, length, [](From value) { return static_cast<To>(value); }));
  } else {
    BufferPtr values = map_values<To>(
        from, length, [](From value) { return fits<From, To>(value) ? static_cast<To>(value) : To{}; });
    bool all = true;
    for (std::int64_t i = 0; i < length; ++i) all &= fits<From, To>(from[i]);
    if (all) return fixed_width(to, length, column.validity(), std::move(values));
    const BufferPtr fitting =
        bits_from_rows(length, [from](std::int64_t i) { return fits<From, To>(from[i]); });
    return fixed_width(to, length, and_bits(fitting, column.validity(), length), std::move(values));
  }
}

Column bools_to_numbers(const Column& column, const DataType& to) {
  return visit_number(to.id(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    BufferBuilder values(static_cast<std::size_t>(column.length()) * sizeof(T));
    const std::uint8_t* bits = column.values()->data();
    for (std::int64_t i = 0; i < column.length(); ++i) values.as<T>()[i] = static_cast<T>(get_bit(bits, i));
    return fixed_width(to, column.length(), column.validity(), values.finish());
  });
}

Column numbers_to_bools(const Column& column, const DataType& to) {
  return visit_fixed_width(column.type().id(), [&](auto tag) {
    const auto* values = column.values_as<typename decltype(tag)::type>();
    return fixed_width(to, column.length(), column.validity(),
                       bits_from_rows(column.length(), [values](std::int64_t i) { return values[i] != 0; }));
  });
}

/// Row by row with a function that may have no answer.
template <class To, class Convert>
Column convert_rows(const Column& column, const DataType& to, const Convert& convert) {
  FixedBuilder<To> builder;
  builder.reserve(column.length());
  for (std::int64_t row = 0; row < column.length(); ++row) {
    const std::optional<To> value = column.is_valid(row) ? convert(row) : std::nullopt;
    if (value)
      builder.append(*value);
    else
      builder.append_null();
  }
  return builder.finish(to);
}

double decimal_to_double(int128_t unscaled, int scale) {
  constexpr int128_t kExact = int128_t{1} << 53;
  if (unscaled > -kExact && unscaled < kExact && scale <= 22) {
    return static_cast<double>(unscaled) /
           static_cast<double>(power_of_ten(scale));  // both exact: one rounding
  }
  std::string digits;
  append_decimal(digits, unscaled, scale);
  double value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

template <class T>
std::optional<T> decimal_to_integer(int128_t unscaled, int scale) {
  const int128_t whole = unscaled / power_of_ten(scale);
  if (whole < int128_t{std::numeric_limits<T>::min()} || whole > int128_t{std::numeric_limits<T>::max()})
    return std::nullopt;
  return static_cast<T>(whole);
}

/// By its shortest digits: 0.1 becomes 0.10, not 0.1000000000000000055...
template <class T>
std::optional<int128_t> float_to_decimal(T value, int scale) {
  if (!std::isfinite(value)) return std::nullopt;
  char text[400];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed);
  return parse_decimal({text, static_cast<std::size_t>(end - text)}, scale);
}

/// To a type that has room for all digits: nothing to check.
Column widen_decimals(const Column& column, const DataType& to) {
  const int shift = to.scale() - column.type().scale();
  if (shift == 0) return fixed_width(to, column.length(), column.validity(), column.values());
  const int128_t power = power_of_ten(shift);
  return fixed_width(to, column.length(), column.validity(),
                     map_values<int128_t>(column.values_as<int128_t>(), column.length(),
                                          [power](int128_t value) { return value * power; }));
}

}  // namespace

Column convert_numbers(const Column& column, const DataType& to) {
  if (column.type().id() == TypeId::kBool) return bools_to_numbers(column, to);
  if (to.id() == TypeId::kBool) return numbers_to_bools(column, to);
  return visit_number(column.type().id(), [&](auto from_tag) {
    return visit_number(to.id(), [&](auto to_tag) {
      return convert_values<typename decltype(from_tag)::type, typename decltype(to_tag)::type>(column, to);
    });
  });
}

Column convert_decimals(const Column& column, const DataType& to) {
  const auto* from = column.values_as<int128_t>();
  const int scale = column.type().scale();
  if (to.id() == TypeId::kBool) return numbers_to_bools(column, to);
  if (to.id() == TypeId::kDecimal128) {
    const int shift = to.scale() - scale;
    if (shift >= 0 && column.type().precision() + shift <= to.precision()) return widen_decimals(column, to);
    return convert_rows<int128_t>(column, to, [&](std::int64_t row) {
      const auto value = rescale(from[row], scale, to.scale());
      return value && fits_precision(*value, to.precision()) ? value : std::nullopt;
    });
  }
  return visit_number(to.id(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    return convert_rows<T>(column, to, [&](std::int64_t row) -> std::optional<T> {
      if constexpr (std::is_floating_point_v<T>)
        return static_cast<T>(decimal_to_double(from[row], scale));
      else
        return decimal_to_integer<T>(from[row], scale);
    });
  });
}

Column convert_to_decimals(const Column& column, const DataType& to) {
  if (column.type().id() == TypeId::kBool)
    return convert_to_decimals(bools_to_numbers(column, TypeId::kInt8), to);
  return visit_number(column.type().id(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* from = column.values_as<T>();
    return convert_rows<int128_t>(column, to, [&](std::int64_t row) {
      std::optional<int128_t> value;
      if constexpr (std::is_floating_point_v<T>)
        value = float_to_decimal(from[row], to.scale());
      else
        value = rescale(from[row], 0, to.scale());
      return value && fits_precision(*value, to.precision()) ? value : std::nullopt;
    });
  });
}

}  // namespace treadle::columnar
