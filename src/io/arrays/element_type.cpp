#include "io/arrays/element_type.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

#include "treadle/error.h"

namespace treadle::io {
namespace {

using Kind = ElementType::Kind;

static_assert(std::endian::native == std::endian::little, "elements are kept in little-endian order");

constexpr std::string_view kLetters = "biufcMm";
constexpr std::array<std::string_view, 13> kUnits = {"Y",  "M",  "W",  "D",  "h",  "m", "s",
                                                     "ms", "us", "ns", "ps", "fs", "as"};

[[noreturn]] void refuse(std::string_view text) {
  throw TypeError(
      "expected elements that are bool, integer, float, complex, datetime64 or timedelta64, found \"" +
      std::string(text) + '"');
}

bool has_size(Kind kind, int size) {
  switch (kind) {
    case Kind::kBool:
      return size == 1;
    case Kind::kSigned:
    case Kind::kUnsigned:
      return size == 1 || size == 2 || size == 4 || size == 8;
    case Kind::kFloat:
      return size == 2 || size == 4 || size == 8;
    case Kind::kComplex:
      return size == 8 || size == 16;
    case Kind::kDateTime:
    case Kind::kTimeDelta:
      return size == 8;
  }
  return false;
}

bool is_time(Kind kind) { return kind == Kind::kDateTime || kind == Kind::kTimeDelta; }

/// "[25s]" to "25s"; empty if that is no unit.
std::string unit_in(std::string_view brackets) {
  if (brackets.size() < 3 || brackets.front() != '[' || brackets.back() != ']') return {};
  const std::string_view inside = brackets.substr(1, brackets.size() - 2);
  const std::size_t digits = std::min(inside.find_first_not_of("0123456789"), inside.size());
  if (digits > 9 || (digits > 0 && inside.front() == '0')) return {};
  return std::ranges::find(kUnits, inside.substr(digits)) == kUnits.end() ? std::string()
                                                                          : std::string(inside);
}

}  // namespace

ElementType ElementType::from_string(std::string_view text) {
  std::string_view rest = text;
  ElementType type;
  if (!rest.empty() && std::string_view("<>=|").find(rest.front()) != std::string_view::npos) {
    type.big_endian = rest.front() == '>';
    rest.remove_prefix(1);
  }
  const std::size_t letter = rest.empty() ? std::string_view::npos : kLetters.find(rest.front());
  if (letter == std::string_view::npos) refuse(text);
  type.kind = static_cast<Kind>(letter);
  rest.remove_prefix(1);
  int size = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
  if (error != std::errc() || !has_size(type.kind, size)) refuse(text);
  type.size = static_cast<std::uint8_t>(size);
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (is_time(type.kind) && !rest.empty()) {
    type.unit = unit_in(rest);
    if (type.unit.empty()) refuse(text);
  } else if (!rest.empty()) {
    refuse(text);
  }
  if (type.size == 1) type.big_endian = false;
  return type;
}

std::string ElementType::to_string() const {
  const char order = size == 1 ? '|' : big_endian ? '>' : '<';
  std::string text = {order, kLetters[static_cast<std::size_t>(kind)]};
  text += std::to_string(size);
  return unit.empty() ? text : text + '[' + unit + ']';
}

ElementType ElementType::native() const {
  ElementType type = *this;
  type.big_endian = false;
  return type;
}

void swap_bytes(void* elements, std::size_t count, const ElementType& type) {
  const bool complex = type.kind == Kind::kComplex;
  const std::size_t width = complex ? type.size / 2U : type.size;
  auto* bytes = static_cast<unsigned char*>(elements);
  for (std::size_t i = 0; i < count * (complex ? 2 : 1); ++i, bytes += width)
    std::reverse(bytes, bytes + width);
}

}  // namespace treadle::io
