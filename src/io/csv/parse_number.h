#pragma once

#include <cstdint>
#include <string_view>

#include "io/csv/digits.h"

namespace treadle::csv {

/// How text was read as a value of a type.
enum class Parsed : std::uint8_t {
  kNo,          ///< it is no such value
  kOutOfRange,  ///< it spells a value that the type cannot hold
  kOdd,         ///< it is one, but the value's usual spelling is another: "007", "-0"
  kYes,
};

/// Up to 16 digits with or without a minus, in their usual spelling: what nearly all integers in files are.
/// Reads up to 17 bytes, whatever `size`. False: parse_int64() decides.
inline bool parse_int64_fast(const std::uint8_t* text, std::uint32_t size, std::int64_t& out) {
  const bool negative = *text == '-';
  text += negative;
  size -= negative;
  if ((*text == '0') & ((size > 1) | negative)) return false;
  if (size - 1 < 8) {
    const std::uint64_t digits = (load8(text) ^ kZeros) << (64 - 8 * size);
    if (!all_digits(digits)) return false;
    const auto value = static_cast<std::int64_t>(number_of(digits));
    out = negative ? -value : value;
    return true;
  }
  if (size - 9 >= 8) return false;
  const std::uint64_t high = load8(text) ^ kZeros;
  const std::uint64_t low = (load8(text + 8) ^ kZeros) << (128 - 8 * size);
  if (!all_digits(high) || !all_digits(low)) return false;
  const auto value = static_cast<std::int64_t>(number_of(high) * kPowersOfTen[size - 8] + number_of(low));
  out = negative ? -value : value;
  return true;
}

/// A decimal integer with an optional sign; spaces around it are passed over.
Parsed parse_int64(std::string_view text, std::int64_t& out);
Parsed parse_uint64(std::string_view text, std::uint64_t& out);

/// Short decimals without exponent, exactly rounded: mantissa and power of ten are both exact doubles, so one
/// division rounds once. (Clinger, How to Read Floating Point Numbers Accurately, 1990.) Reads up to 17
/// bytes. False: parse_double() decides.
inline bool parse_double_fast(const std::uint8_t* text, std::uint32_t size, double& out) {
  static constexpr double kExact[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                      1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  constexpr std::uint64_t kPoints = kEachByte * ('.' ^ '0');
  const auto points_in = [](std::uint64_t bytes) {
    const std::uint64_t differs = bytes ^ kPoints;
    return (differs - kEachByte) & ~differs & kEachByte * 0x80;
  };
  const bool negative = *text == '-';
  text += negative;
  size -= negative;
  double value = 0;
  if (size - 1 < 8) {
    std::uint64_t digits = (load8(text) ^ kZeros) & first_bytes(size);
    std::uint32_t decimals = 0;
    if (const std::uint64_t points = points_in(digits); points != 0) {
      const std::uint64_t before = ((points & -points) >> 7) - 1;
      decimals = size - 1 - static_cast<std::uint32_t>(__builtin_ctzll(points)) / 8;
      digits = (digits & before) | ((digits >> 8) & ~before);
      if (--size == 0) return false;
    }
    digits <<= 64 - 8 * size;
    if (!all_digits(digits)) return false;
    value = static_cast<double>(static_cast<std::int64_t>(number_of(digits))) / kExact[decimals];
  } else {
    if (size - 9 >= 8) return false;
    const std::uint64_t first = load8(text) ^ kZeros;
    const std::uint64_t second = (load8(text + 8) ^ kZeros) & first_bytes(size - 8);
    UInt128 digits = UInt128{second} << 64 | first;
    std::uint32_t decimals = 0;
    const std::uint64_t near = points_in(first);
    if (const std::uint64_t points = near != 0 ? near : points_in(second); points != 0) {
      const std::uint32_t point =
          static_cast<std::uint32_t>(__builtin_ctzll(points)) / 8 + (near != 0 ? 0 : 8);
      const UInt128 before = (UInt128{1} << (8 * point)) - 1;
      decimals = size - 1 - point;
      digits = (digits & before) | ((digits >> 8) & ~before);
      --size;
    }
    digits <<= 128 - 8 * size;
    const auto low = static_cast<std::uint64_t>(digits), high = static_cast<std::uint64_t>(digits >> 64);
    if (!all_digits(low) || !all_digits(high)) return false;
    const std::uint64_t mantissa = number_of(low) * 100'000'000 + number_of(high);
    if (mantissa > std::uint64_t{1} << 53) return false;
    value = static_cast<double>(static_cast<std::int64_t>(mantissa)) / kExact[decimals];
  }
  out = negative ? -value : value;
  return true;
}

/// A decimal number, "inf" or "nan" in any case, exactly rounded; "1e400" is infinite. Spaces around it are
/// passed over.
Parsed parse_double(std::string_view text, double& out);
Parsed parse_float(std::string_view text, float& out);

/// true, false, True, False, TRUE, FALSE; the lower-case ones are the usual spelling.
Parsed parse_bool(std::string_view text, bool& out);

/// A decimal number as an integer of `scale` decimals with at most `precision` digits. Digits beyond the
/// scale must be 0.
Parsed parse_decimal(std::string_view text, int precision, int scale, Int128& out);

/// `text` without spaces at its ends.
std::string_view trimmed(std::string_view text);

}  // namespace treadle::csv
