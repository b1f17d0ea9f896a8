#include "io/hive.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace treadle::io {
namespace {

constexpr std::string_view kNull = "__HIVE_DEFAULT_PARTITION__";
// What Hive and Spark escape; control characters besides.
constexpr std::string_view kEscaped = "\"#%'*/:=?\\{}[]^\x7f";

bool is_escaped(char character) {
  return static_cast<unsigned char>(character) < 0x20 || kEscaped.find(character) != std::string_view::npos;
}

std::string encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char character : text) {
    if (!is_escaped(character)) {
      encoded += character;
      continue;
    }
    const auto byte = static_cast<unsigned char>(character);
    encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return encoded;
}

std::string decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const char* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      decoded += static_cast<char>(byte);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

template <class Integer>
std::optional<Integer> parse_integer(std::string_view text) {
  Integer value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_printed_integer(const std::string& text) {
  const auto value = parse_integer<std::int64_t>(text);
  return value && std::to_string(*value) == text;
}

}  // namespace

std::string hive_directory(const HiveKey& key) {
  return encode(key.name) + '=' + (key.value ? encode(*key.value) : std::string(kNull));
}

std::optional<HiveKey> parse_hive_directory(std::string_view name) {
  const std::size_t equals = name.find('=');
  if (equals == 0 || equals == std::string_view::npos) return std::nullopt;
  const std::string_view value = name.substr(equals + 1);
  return HiveKey{decode(name.substr(0, equals)), value == kNull ? HiveValue() : HiveValue(decode(value))};
}

std::vector<HiveKey> parse_hive_path(std::string_view path) {
  std::vector<HiveKey> keys;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/')) {
    if (auto key = parse_hive_directory(path.substr(0, slash))) keys.push_back(std::move(*key));
    path.remove_prefix(slash + 1);
  }
  return keys;
}

DataType infer_hive_type(const std::vector<HiveValue>& values, KeyTypes types) {
  const bool exact = types == KeyTypes::kExact;
  const auto is_integer = [&](const HiveValue& value) {
    return !value || (exact ? is_printed_integer(*value) : parse_integer<std::int32_t>(*value).has_value());
  };
  const bool any = std::ranges::any_of(values, [](const HiveValue& value) { return value.has_value(); });
  if (!any || !std::ranges::all_of(values, is_integer)) return TypeId::kUtf8;
  return exact ? TypeId::kInt64 : TypeId::kInt32;
}

Scalar hive_scalar(const HiveValue& value, const DataType& type) {
  if (!value) return {type, std::monostate{}};
  if (type.id() == TypeId::kUtf8) return {type, *value};
  return {type, parse_integer<std::int64_t>(*value).value()};
}

}  // namespace treadle::io
