#include "io/arrow_adapter/unpack_snappy.h"

#include <array>
#include <bit>
#include <cstring>

namespace treadle::io {
namespace {

static_assert(std::endian::native == std::endian::little);

// Three bytes stand for 64 at most.
constexpr std::size_t kMostPerByte = 22;
// What a step may read and write beyond its element: an element of 64 bytes and what tells its place.
constexpr std::ptrdiff_t kSlack = 80;
constexpr std::size_t kLongLiteral = 60;

/// What the first byte of an element says: so many bytes that follow as they are (a literal), or that came
/// before.
struct Element {
  std::uint8_t length;
  std::uint8_t offset_bytes;  // that follow
  std::uint16_t offset;       // its upper bits
};

constexpr std::array<Element, 256> kElements = [] {
  std::array<Element, 256> all = {};
  for (unsigned tag = 0; tag < all.size(); ++tag) {
    const auto length = static_cast<std::uint8_t>((tag >> 2) + 1);
    switch (tag & 3) {
      case 0:
        all[tag] = {length, 0, 0};
        break;
      case 1:
        all[tag] = {static_cast<std::uint8_t>(((tag >> 2) & 7) + 4), 1,
                    static_cast<std::uint16_t>((tag >> 5) << 8)};
        break;
      case 2:
        all[tag] = {length, 2, 0};
        break;
      default:
        all[tag] = {length, 4, 0};
    }
  }
  return all;
}();

constexpr std::array<std::uint32_t, 5> kMasks = {0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF};

bool is_literal(unsigned tag) { return (tag & 3) == 0; }

void copy_16(std::uint8_t* to, const std::uint8_t* from) { std::memcpy(to, from, 16); }

struct Cursor {
  const std::uint8_t* in;
  const std::uint8_t* in_end;
  std::uint8_t* out;
  std::uint8_t* out_begin;
  std::uint8_t* out_end;

  std::size_t in_left() const { return static_cast<std::size_t>(in_end - in); }
  std::size_t out_left() const { return static_cast<std::size_t>(out_end - out); }
  std::size_t out_done() const { return static_cast<std::size_t>(out - out_begin); }
};

/// Takes elements while both ends are far, up to one that needs care.
void take_steps(Cursor& cursor) {
  const std::uint8_t* in = cursor.in;
  std::uint8_t* out = cursor.out;
  while (cursor.in_end - in >= kSlack && cursor.out_end - out >= kSlack) {
    const unsigned tag = *in;
    const Element element = kElements[tag];
    const bool literal = is_literal(tag);
    const std::size_t length = element.length;
    std::uint32_t more = 0;
    std::memcpy(&more, in + 1, sizeof(more));
    const std::size_t offset = element.offset + std::size_t{more & kMasks[element.offset_bytes]};
    // Bytes that came less than 16 before would be copied before they are there.
    const bool plain = literal ? length <= kLongLiteral
                               : offset >= 16 && offset <= static_cast<std::size_t>(out - cursor.out_begin);
    if (!plain) break;
    const std::uint8_t* from = literal ? in + 1 : out - offset;
    in += 1 + (literal ? length : element.offset_bytes);
    copy_16(out, from);
    if (length > 16) {
      copy_16(out + 16, from + 16);
      if (length > 32) {
        copy_16(out + 32, from + 32);
        copy_16(out + 48, from + 48);
      }
    }
    out += length;
  }
  cursor.in = in;
  cursor.out = out;
}

bool take_literal(Cursor& cursor, std::size_t length) {
  if (length > kLongLiteral) {
    const std::size_t length_bytes = length - kLongLiteral;
    if (cursor.in_left() < length_bytes) return false;
    std::uint32_t less_one = 0;
    std::memcpy(&less_one, cursor.in, length_bytes);
    cursor.in += length_bytes;
    length = std::size_t{less_one} + 1;
  }
  if (length > cursor.in_left() || length > cursor.out_left()) return false;
  std::memcpy(cursor.out, cursor.in, length);
  cursor.in += length;
  cursor.out += length;
  return true;
}

bool take_copy(Cursor& cursor, const Element& element) {
  if (cursor.in_left() < element.offset_bytes) return false;
  std::uint32_t more = 0;
  std::memcpy(&more, cursor.in, element.offset_bytes);
  cursor.in += element.offset_bytes;
  const std::size_t offset = element.offset + std::size_t{more};
  const std::size_t length = element.length;
  if (offset == 0 || offset > cursor.out_done() || length > cursor.out_left()) return false;
  // One by one: a copy may take what it has written.
  for (std::size_t i = 0; i < length; ++i) cursor.out[i] = (cursor.out - offset)[i];
  cursor.out += length;
  return true;
}

/// Goes behind the size that packed bytes begin with. Nothing if there is none.
std::optional<std::uint64_t> take_size(std::span<const std::uint8_t>& packed) {
  std::uint64_t size = 0;
  for (std::size_t i = 0; i < 5 && i < packed.size(); ++i) {
    size |= std::uint64_t{packed[i] & 0x7FU} << (7 * i);
    if ((packed[i] & 0x80) != 0) continue;
    packed = packed.subspan(i + 1);
    return size;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> snappy_size(std::span<const std::uint8_t> packed) noexcept {
  const auto size = take_size(packed);
  if (!size || *size > packed.size() * kMostPerByte) return std::nullopt;
  return static_cast<std::size_t>(*size);
}

bool unpack_snappy(std::span<const std::uint8_t> packed, std::span<std::uint8_t> out) noexcept {
  const auto size = take_size(packed);
  if (!size || *size != out.size()) return false;
  Cursor cursor{packed.data(), packed.data() + packed.size(), out.data(), out.data(),
                out.data() + out.size()};
  for (;;) {
    take_steps(cursor);
    if (cursor.in == cursor.in_end) return cursor.out == cursor.out_end;
    const unsigned tag = *cursor.in++;
    const Element& element = kElements[tag];
    if (!(is_literal(tag) ? take_literal(cursor, element.length) : take_copy(cursor, element))) return false;
  }
}

}  // namespace treadle::io
