#include "io/zarr/element_json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "treadle/error.h"

namespace treadle::io::zarr {
namespace {

using Json = nlohmann::json;
using Kind = ElementType::Kind;

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kTypeNames = {
    {{"bool", "|b1"},
     {"int8", "|i1"},
     {"int16", "<i2"},
     {"int32", "<i4"},
     {"int64", "<i8"},
     {"uint8", "|u1"},
     {"uint16", "<u2"},
     {"uint32", "<u4"},
     {"uint64", "<u8"},
     {"float16", "<f2"},
     {"float32", "<f4"},
     {"float64", "<f8"},
     {"complex64", "<c8"},
     {"complex128", "<c16"}}};

template <class T>
void put(std::vector<std::byte>& to, T value, std::size_t at = 0) {
  std::memcpy(to.data() + at, &value, sizeof value);
}

/// A float16's bits, rounded to nearest even.
std::uint16_t half_bits(double value) {
  const auto sign = static_cast<std::uint16_t>(std::signbit(value) ? 0x8000 : 0);
  const double size = std::fabs(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>(sign | 0x7E00);
  if (size >= 65520.0) return static_cast<std::uint16_t>(sign | 0x7C00);
  int exponent = 0;
  std::frexp(size, &exponent);
  // The last place is 2^-24 for what is subnormal, else 2^(exponent - 11).
  const int last = std::max(exponent - 11, -24);
  const auto places = static_cast<std::uint32_t>(std::nearbyint(std::ldexp(size, -last)));
  return static_cast<std::uint16_t>(sign | (places + (static_cast<std::uint32_t>(last + 24) << 10)));
}

void put_float(std::vector<std::byte>& to, double value, std::size_t width, std::size_t at = 0) {
  if (width == 2) return put(to, half_bits(value), at);
  if (width == 4) return put(to, static_cast<float>(value), at);
  put(to, value, at);
}

/// "0x7fc00000": the bits of an element.
bool put_hex(std::vector<std::byte>& to, const std::string& text, std::size_t width, std::size_t at) {
  std::uint64_t bits = 0;
  const char* const end = text.data() + text.size();
  if (!text.starts_with("0x") || std::from_chars(text.data() + 2, end, bits, 16).ptr != end) return false;
  std::memcpy(to.data() + at, &bits, width);
  return true;
}

bool put_real(std::vector<std::byte>& to, const Json& value, std::size_t width, std::size_t at) {
  if (value.is_number()) {
    put_float(to, value.get<double>(), width, at);
    return true;
  }
  if (!value.is_string()) return false;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto& text = value.get_ref<const std::string&>();
  if (text == "NaN") {
    put_float(to, std::numeric_limits<double>::quiet_NaN(), width, at);
  } else if (text == "Infinity" || text == "-Infinity") {
    put_float(to, text[0] == '-' ? -kInfinity : kInfinity, width, at);
  } else {
    return put_hex(to, text, width, at);
  }
  return true;
}

bool put_whole(std::vector<std::byte>& to, const Json& value, const ElementType& type) {
  if (value.is_number_float()) {
    const double real = value.get<double>();
    if (real != std::trunc(real) || std::fabs(real) > 9e15) return false;
    return put_whole(to, Json(static_cast<std::int64_t>(real)), type);
  }
  if (!value.is_number_integer()) return false;
  const std::int64_t bits = value.get<std::int64_t>();
  const int width = 8 * type.size;
  if (type.kind == Kind::kUnsigned) {
    if (!value.is_number_unsigned() && bits < 0) return false;
    if (width < 64 && (value.get<std::uint64_t>() >> width) != 0) return false;
  } else {
    if (value.is_number_unsigned() && bits < 0) return false;
    if (width < 64 && (bits >> (width - 1)) != 0 && (bits >> (width - 1)) != -1) return false;
  }
  std::memcpy(to.data(), &bits, type.size);
  return true;
}

bool put_time(std::vector<std::byte>& to, const Json& value, const ElementType& type) {
  if (!value.is_string()) return put_whole(to, value, {Kind::kSigned, type.size, false, {}});
  if (value.get_ref<const std::string&>() != "NaT") return false;
  put(to, std::numeric_limits<std::int64_t>::min());
  return true;
}

bool put_element(std::vector<std::byte>& to, const Json& value, const ElementType& type) {
  switch (type.kind) {
    case Kind::kBool:
      if (!value.is_boolean() && !(value.is_number_integer() && (value == 0 || value == 1))) return false;
      put(to, static_cast<std::uint8_t>(value.is_boolean() ? value.get<bool>() : value == 1));
      return true;
    case Kind::kSigned:
    case Kind::kUnsigned:
      return put_whole(to, value, type);
    case Kind::kFloat:
      return put_real(to, value, type.size, 0);
    case Kind::kComplex: {
      const std::size_t width = type.size / 2U;
      if (!value.is_array()) return put_real(to, value, width, 0);
      return value.size() == 2 && put_real(to, value[0], width, 0) && put_real(to, value[1], width, width);
    }
    case Kind::kDateTime:
    case Kind::kTimeDelta:
      return put_time(to, value, type);
  }
  return false;
}

}  // namespace

ElementType element_of(const std::string& text, const std::string& path) {
  try {
    return ElementType::from_string(text);
  } catch (const TypeError& error) {
    throw TypeError(path + ": " + error.what());
  }
}

ElementType data_type_of(const Entries& entries) {
  const Json& type = entries.get("data_type");
  if (type.is_object()) {
    const Entries inner(type, entries.path());
    const std::string name = inner.text("name");
    const bool datetime = name == "numpy.datetime64";
    if (!datetime && name != "numpy.timedelta64")
      throw TypeError(entries.path() + ": unknown data_type \"" + name + '"');
    const Entries configuration = inner.entries("configuration");
    const std::int64_t scale = configuration.whole("scale_factor", 1, std::numeric_limits<int>::max());
    const std::string unit = configuration.text("unit");
    std::string code = datetime ? "<M8" : "<m8";
    if (unit != "generic") code += '[' + (scale == 1 ? std::string() : std::to_string(scale)) + unit + ']';
    return element_of(code, entries.path());
  }
  const std::string name = entries.text("data_type");
  const auto* const found = std::ranges::find(kTypeNames, name, &decltype(kTypeNames)::value_type::first);
  if (found == kTypeNames.end()) {
    throw TypeError(entries.path() + ": expected a data_type that is bool, integer, float, complex or " +
                    "numpy.datetime64, found \"" + name + '"');
  }
  return ElementType::from_string(found->second);
}

Json json_of_type(const ElementType& type) {
  if (type.kind == Kind::kDateTime || type.kind == Kind::kTimeDelta) {
    const std::size_t digits = type.unit.find_first_not_of("0123456789");
    const std::string unit = type.unit.empty() ? "generic" : type.unit.substr(digits);
    const int scale = type.unit.empty() || digits == 0 ? 1 : std::stoi(type.unit.substr(0, digits));
    return {{"name", type.kind == Kind::kDateTime ? "numpy.datetime64" : "numpy.timedelta64"},
            {"configuration", {{"unit", unit}, {"scale_factor", scale}}}};
  }
  const auto* const found =
      std::ranges::find(kTypeNames, type.native().to_string(), &decltype(kTypeNames)::value_type::second);
  return found->first;
}

std::vector<std::byte> fill_of(const Entries& entries, const ElementType& type) {
  std::vector<std::byte> fill(type.size);
  const Json& value = entries.get("fill_value");
  if (!value.is_null() && !put_element(fill, value, type))
    entries.refuse("fill_value", "a value of type " + type.to_string());
  return fill;
}

Json json_of_fill(const ElementType& type, std::span<const std::byte> fill) {
  if (type.kind == Kind::kBool) return fill[0] != std::byte{0};
  // What is written by Treadle fills with zeros.
  if (std::ranges::any_of(fill, [](std::byte byte) { return byte != std::byte{0}; }))
    throw InternalError("a Zarr array with a fill value other than zero");
  if (type.kind == Kind::kFloat) return 0.0;
  if (type.kind == Kind::kComplex) return Json::array({0.0, 0.0});
  return 0;
}

}  // namespace treadle::io::zarr
