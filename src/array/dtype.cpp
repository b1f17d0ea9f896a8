#include "treadle/dtype.h"

#include <array>
#include <optional>

#include "treadle/error.h"

namespace treadle {
namespace {

struct KindFacts {
  std::string_view name;
  std::string_view code;
  std::size_t size;
};

constexpr std::array<KindFacts, kNumElementKinds> kKinds = {{{"bool", "b1", 1},
                                                             {"int8", "i1", 1},
                                                             {"int16", "i2", 2},
                                                             {"int32", "i4", 4},
                                                             {"int64", "i8", 8},
                                                             {"uint8", "u1", 1},
                                                             {"uint16", "u2", 2},
                                                             {"uint32", "u4", 4},
                                                             {"uint64", "u8", 8},
                                                             {"float32", "f4", 4},
                                                             {"float64", "f8", 8},
                                                             {"complex64", "c8", 8},
                                                             {"complex128", "c16", 16},
                                                             {"datetime64", "M8", 8},
                                                             {"timedelta64", "m8", 8}}};

constexpr std::array<std::string_view, 14> kUnits = {"",  "Y",  "M",  "W",  "D",  "h",  "m",
                                                     "s", "ms", "us", "ns", "ps", "fs", "as"};

struct Alias {
  std::string_view name;
  ElementKind kind;
};
constexpr Alias kAliases[] = {{"int", ElementKind::kInt64},      {"uint", ElementKind::kUInt64},
                              {"float", ElementKind::kFloat64},  {"complex", ElementKind::kComplex128},
                              {"bool_", ElementKind::kBool},     {"?", ElementKind::kBool},
                              {"double", ElementKind::kFloat64}, {"single", ElementKind::kFloat32},
                              {"intp", ElementKind::kInt64},     {"b", ElementKind::kInt8},
                              {"h", ElementKind::kInt16},        {"i", ElementKind::kInt32},
                              {"l", ElementKind::kInt64},        {"q", ElementKind::kInt64},
                              {"B", ElementKind::kUInt8},        {"H", ElementKind::kUInt16},
                              {"I", ElementKind::kUInt32},       {"L", ElementKind::kUInt64},
                              {"Q", ElementKind::kUInt64},       {"f", ElementKind::kFloat32},
                              {"d", ElementKind::kFloat64},      {"F", ElementKind::kComplex64},
                              {"D", ElementKind::kComplex128}};

std::optional<DateUnit> parse_unit(std::string_view text) {
  for (std::size_t i = 1; i < kUnits.size(); ++i) {
    if (kUnits[i] == text) return static_cast<DateUnit>(i);
  }
  return std::nullopt;
}

const KindFacts& facts(ElementKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::string with_unit(std::string_view name, DType type) {
  std::string text(name);
  if (type.is_time() && type.unit() != DateUnit::kGeneric) {
    text += '[';
    text += kUnits[static_cast<std::size_t>(type.unit())];
    text += ']';
  }
  return text;
}

/// Only numbers and bool; `text` without a byte order and a unit.
std::optional<ElementKind> parse_kind(std::string_view text) {
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (text == kKinds[i].name || text == kKinds[i].code) return static_cast<ElementKind>(i);
  }
  for (const Alias& alias : kAliases) {
    if (text == alias.name) return alias.kind;
  }
  return std::nullopt;
}

}  // namespace

DType DType::parse(std::string_view text) {
  const std::string_view whole = text;
  const auto refuse = [&]() -> DType {
    throw TypeError("expected a dtype such as float64, <i4 or datetime64[ns], found " + std::string(whole));
  };
  const bool big_endian = text.starts_with('>');
  if (big_endian || text.starts_with('<') || text.starts_with('|') || text.starts_with('=')) {
    text.remove_prefix(1);
  }
  std::string_view unit;
  if (const auto bracket = text.find('['); bracket != text.npos && text.ends_with(']')) {
    unit = text.substr(bracket + 1, text.size() - bracket - 2);
    text = text.substr(0, bracket);
  }
  const std::optional<ElementKind> kind = parse_kind(text);
  if (!kind) return refuse();
  DType type(*kind);
  if (big_endian && type.size() > 1) {
    throw TypeError("expected a dtype of native (little-endian) byte order, found " + std::string(whole));
  }
  if (unit.empty()) return type;
  const std::optional<DateUnit> date_unit = parse_unit(unit);
  if (!type.is_time() || !date_unit) return refuse();
  return {*kind, *date_unit};
}

std::size_t DType::size() const noexcept { return facts(kind_).size; }

std::string DType::name() const { return with_unit(facts(kind_).name, *this); }

std::string DType::code() const {
  return with_unit(std::string(size() == 1 ? "|" : "<") + std::string(facts(kind_).code), *this);
}

}  // namespace treadle
