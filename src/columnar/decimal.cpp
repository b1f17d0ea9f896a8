#include "columnar/decimal.h"

#include <array>

namespace treadle::columnar {
namespace {

constexpr int kMaxDigits = 38;

constexpr std::array<int128_t, kMaxDigits + 1> kPowers = [] {
  std::array<int128_t, kMaxDigits + 1> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

}  // namespace

int128_t power_of_ten(int exponent) noexcept { return kPowers[static_cast<std::size_t>(exponent)]; }

bool fits_precision(int128_t unscaled, int precision) noexcept {
  return unscaled < power_of_ten(precision) && unscaled > -power_of_ten(precision);
}

std::optional<int128_t> parse_decimal(std::string_view text, int scale) noexcept {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  int128_t value = 0;
  int behind_point = -1;  // digits read behind the point; -1 before it
  int digits = 0;
  bool round_up = false;
  for (const char c : text) {
    if (c == '.' && behind_point < 0) {
      behind_point = 0;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    ++digits;
    if (behind_point >= 0 && behind_point++ >= scale) {
      if (behind_point == scale + 1) round_up = c >= '5';
      continue;
    }
    if (!fits_precision(value, kMaxDigits - 1)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  if (digits == 0) return std::nullopt;
  for (int place = behind_point < 0 ? 0 : behind_point; place < scale; ++place) {
    if (!fits_precision(value, kMaxDigits - 1)) return std::nullopt;
    value *= 10;
  }
  value += round_up ? 1 : 0;
  return negative ? -value : value;
}

std::optional<int128_t> rescale(int128_t unscaled, int from_scale, int to_scale) noexcept {
  if (to_scale >= from_scale) {
    const int128_t power = power_of_ten(to_scale - from_scale);
    if (!fits_precision(unscaled, kMaxDigits - (to_scale - from_scale))) return std::nullopt;
    return unscaled * power;
  }
  const int128_t power = power_of_ten(from_scale - to_scale);
  const int128_t quotient = unscaled / power, rest = unscaled % power;
  const int128_t magnitude = rest < 0 ? -rest : rest;
  return quotient + (magnitude * 2 >= power ? (unscaled < 0 ? -1 : 1) : 0);
}

}  // namespace treadle::columnar
