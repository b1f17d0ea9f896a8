#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace treadle::io {

/// The elements of an array in storage, as NumPy spells them: "<f8", "|b1", ">i4", "<M8[ns]".
struct ElementType {
  enum class Kind : std::uint8_t {
    kBool,
    kSigned,
    kUnsigned,
    kFloat,
    kComplex,
    kDateTime,
    kTimeDelta,
  };

  Kind kind = Kind::kFloat;
  std::uint8_t size = 8;
  /// Most significant byte first. False where an element, or the part of a complex one, is a byte.
  bool big_endian = false;
  /// Of times: "ns", "D", "25s"; empty for the generic unit.
  std::string unit;

  /// Throws TypeError, naming what was found, for text, objects, records and what NumPy does not know.
  static ElementType from_string(std::string_view text);
  std::string to_string() const;
  /// The same in this machine's byte order.
  ElementType native() const;
  bool operator==(const ElementType&) const = default;
};

/// Turns `count` elements between big-endian and this machine's order, in place.
void swap_bytes(void* elements, std::size_t count, const ElementType& type);

}  // namespace treadle::io
