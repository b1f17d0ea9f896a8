#include "io/csv/parse_number.h"

#include <fast_float/fast_float.h>

#include <charconv>
#include <limits>
#include <system_error>

namespace treadle::csv {
namespace {

/// Without one plus sign; a sign after it is left for the parser to refuse.
std::string_view without_plus(std::string_view text) {
  const bool plus = text.size() > 1 && text[0] == '+' && text[1] != '-' && text[1] != '+';
  return plus ? text.substr(1) : text;
}

template <class Integer>
Parsed parse_integer(std::string_view text, Integer& out) {
  const std::string_view digits = without_plus(trimmed(text));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (end != digits.data() + digits.size() || digits.empty()) return Parsed::kNo;
  if (error == std::errc::result_out_of_range) return Parsed::kOutOfRange;
  if (error != std::errc()) return Parsed::kNo;
  const std::string_view unsigned_part = digits.substr(digits[0] == '-' ? 1 : 0);
  const bool zero_first = unsigned_part[0] == '0' && (unsigned_part.size() > 1 || digits[0] == '-');
  return zero_first || digits.size() != text.size() ? Parsed::kOdd : Parsed::kYes;
}

template <class Float>
Parsed parse_floating(std::string_view text, Float& out) {
  const std::string_view number = without_plus(trimmed(text));
  // Out of range is what rounding makes of it: infinite or zero. Some versions report it as an error, with
  // the value.
  const auto answer = fast_float::from_chars(number.data(), number.data() + number.size(), out);
  const bool taken = !number.empty() && answer.ptr == number.data() + number.size();
  if (!taken || answer.ec == std::errc::invalid_argument) return Parsed::kNo;
  // The usual spelling of a float depends on its printer: never rely on it.
  return Parsed::kOdd;
}

struct Digits {
  Int128 value = 0;
  int decimals = 0;
  bool any = false;
};

/// Digits with at most one point; more than `scale` decimals only if they are zeros.
Parsed take_decimal_digits(std::string_view text, int scale, Digits& out) {
  constexpr Int128 kLimit = (~static_cast<UInt128>(0) >> 1) / 10 - 1;
  bool behind_point = false;
  for (const char c : text) {
    if (c == '.' && !behind_point) {
      behind_point = true;
      continue;
    }
    if (c < '0' || c > '9') return Parsed::kNo;
    out.any = true;
    if (behind_point && out.decimals == scale) {
      if (c != '0') return Parsed::kOutOfRange;
      continue;
    }
    if (out.value > kLimit) return Parsed::kOutOfRange;
    out.value = out.value * 10 + (c - '0');
    out.decimals += behind_point ? 1 : 0;
  }
  return out.any ? Parsed::kYes : Parsed::kNo;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Parsed parse_int64(std::string_view text, std::int64_t& out) { return parse_integer(text, out); }
Parsed parse_uint64(std::string_view text, std::uint64_t& out) { return parse_integer(text, out); }
Parsed parse_double(std::string_view text, double& out) { return parse_floating(text, out); }
Parsed parse_float(std::string_view text, float& out) { return parse_floating(text, out); }

Parsed parse_bool(std::string_view text, bool& out) {
  out = text == "true";
  if (out || text == "false") return Parsed::kYes;
  out = text == "True" || text == "TRUE";
  return out || text == "False" || text == "FALSE" ? Parsed::kOdd : Parsed::kNo;
}

Parsed parse_decimal(std::string_view text, int precision, int scale, Int128& out) {
  std::string_view number = without_plus(trimmed(text));
  const bool negative = !number.empty() && number[0] == '-';
  if (negative) number.remove_prefix(1);
  Digits digits;
  if (const Parsed taken = take_decimal_digits(number, scale, digits); taken != Parsed::kYes) return taken;
  Int128 limit = 1;
  for (int i = 0; i < precision; ++i) limit *= 10;
  for (; digits.decimals < scale; ++digits.decimals) {
    if (digits.value >= limit) return Parsed::kOutOfRange;
    digits.value *= 10;
  }
  if (digits.value >= limit) return Parsed::kOutOfRange;
  out = negative ? -digits.value : digits.value;
  return Parsed::kOdd;
}

}  // namespace treadle::csv
