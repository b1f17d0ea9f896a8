#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "columnar/column.h"
#include "io/csv/digits.h"

namespace treadle::csv {

/// The distinct values of a text column within a strip, numbered by first appearance. A value's code never
/// changes until clear(). Gives up on columns that hardly repeat: their look-ups would cost more than they
/// save.
class Dictionary {
 public:
  static constexpr std::int32_t kNull = -1;        ///< the code of a spelling that means null
  static constexpr std::int32_t kUnknown = -2;     ///< not seen yet
  static constexpr std::uint32_t kHeadBytes = 16;  ///< texts up to this size are compared in two registers

  Dictionary();

  /// The code of text[0, size), `size` > 0. Reads up to 16 bytes, whatever `size`. `quoted_null`: the text is
  /// a null's spelling in quotes, which is a value; it may be empty.
  std::int32_t find(const std::uint8_t* text, std::uint32_t size, bool quoted_null = false) const {
    const Head head = head_of(text, size, quoted_null);
    for (std::size_t i = slot_of(head, text, size);; i = (i + 1) & mask_) {
      const Slot& slot = slots_[i];
      if (slot.head.low == head.low && slot.head.high == head.high && slot.head.tag == head.tag) [[likely]] {
        if (size <= kHeadBytes || tail_equals(slot.code, text, size)) return slot.code;
      }
      if (slot.head.tag == 0) return kUnknown;
    }
  }

  /// Takes a text that find() does not know; a null's spelling only up to kHeadBytes. `rows`: how many rows
  /// were looked up so far. Without an answer the column is not worth coding.
  std::optional<std::int32_t> insert(const std::uint8_t* text, std::uint32_t size, bool is_null,
                                     std::size_t rows, bool quoted_null = false);

  std::string_view value(std::int32_t code) const;
  /// All values so far as plain text. The same column again as long as there are no new ones.
  const std::shared_ptr<const columnar::Column>& column(const DataType& type);
  void clear();

 private:
  /// The first 16 bytes, zeros behind the text, and its size: all there is of most keys.
  struct Head {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::uint32_t tag = 0;  // size, and a bit for quoted_null; 0 in a free slot
  };
  struct Slot {
    Head head;
    std::int32_t code = kUnknown;
  };

  static Head head_of(const std::uint8_t* text, std::uint32_t size, bool quoted_null) {
    struct Masks {
      std::uint64_t low[kHeadBytes + 1], high[kHeadBytes + 1];
    };
    static constexpr Masks kMasks = [] {
      Masks masks = {};
      for (std::uint32_t n = 1; n <= kHeadBytes; ++n) {
        masks.low[n] = ~std::uint64_t{0} >> (n < 8 ? 64 - 8 * n : 0);
        masks.high[n] = n <= 8 ? 0 : ~std::uint64_t{0} >> (128 - 8 * n);
      }
      return masks;
    }();
    const std::uint32_t n = size < kHeadBytes ? size : kHeadBytes;
    return {load8(text) & kMasks.low[n], load8(text + 8) & kMasks.high[n],
            size | std::uint32_t{quoted_null} << 31};
  }

  static std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
    const auto product = static_cast<UInt128>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }

  std::size_t slot_of(const Head& head, const std::uint8_t* text, std::uint32_t size) const {
    std::uint64_t hash = mixed(head.low ^ 0x9E3779B97F4A7C15, head.high ^ head.tag ^ 0xD6E8FEB86659FD93);
    if (size > kHeadBytes) hash ^= hash_tail(text, size);
    return hash & mask_;
  }

  static std::uint64_t hash_tail(const std::uint8_t* text, std::uint32_t size);
  bool tail_equals(std::int32_t code, const std::uint8_t* text, std::uint32_t size) const;
  void place(const Head& head, std::size_t slot, std::int32_t code);
  void grow();

  std::vector<Slot> slots_;
  std::size_t mask_ = 0;
  std::size_t used_ = 0;
  std::string bytes_;
  std::vector<std::int32_t> offsets_;
  std::shared_ptr<const columnar::Column> column_;
};

}  // namespace treadle::csv
