#include "base/byte_size.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <optional>

#include "treadle/error.h"

namespace treadle {
namespace {

constexpr std::string_view kPrefixes = "kmgtp";

std::string lowered_without_spaces(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0) out += static_cast<char>(std::tolower(c));
  }
  return out;
}

std::optional<double> unit_factor(std::string_view unit) {
  if (unit.empty() || unit == "b") return 1.0;
  const std::size_t power = kPrefixes.find(unit[0]);
  if (power == std::string_view::npos) return std::nullopt;
  const std::string_view rest = unit.substr(1);
  if (rest.empty() || rest == "b") return std::pow(1000.0, static_cast<double>(power + 1));
  if (rest == "i" || rest == "ib") return std::pow(1024.0, static_cast<double>(power + 1));
  return std::nullopt;
}

}  // namespace

std::size_t parse_byte_size(std::string_view text) {
  const std::string plain = lowered_without_spaces(text);
  const char* end = plain.data() + plain.size();
  std::uint64_t whole = 0;
  const auto [after_whole, whole_error] = std::from_chars(plain.data(), end, whole);
  if (whole_error == std::errc() && after_whole == end && whole <= SIZE_MAX) return whole;

  double number = 0;
  const auto [rest, error] = std::from_chars(plain.data(), end, number, std::chars_format::fixed);
  const auto factor = unit_factor({rest, static_cast<std::size_t>(end - rest)});
  const double bytes = factor ? number * *factor : -1.0;
  // 2^64 itself is the first double that does not fit.
  if (error != std::errc() || !(bytes >= 0.0) || bytes >= 18446744073709551616.0) {
    throw InvalidArgument("a size in bytes is a number with a unit such as \"64 MiB\" or \"1GB\", not \"" +
                          std::string(text) + "\"");
  }
  return static_cast<std::size_t>(bytes);
}

std::string format_byte_size(std::size_t bytes) {
  constexpr std::array<const char*, 6> kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  std::size_t scale = 1;
  while (unit + 1 < kUnits.size() && bytes / scale >= 1024) {
    scale *= 1024;
    ++unit;
  }
  if (bytes % scale == 0) return std::to_string(bytes / scale) + " " + kUnits[unit];
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f %s", static_cast<double>(bytes) / static_cast<double>(scale),
                kUnits[unit]);
  return text.data();
}

}  // namespace treadle
