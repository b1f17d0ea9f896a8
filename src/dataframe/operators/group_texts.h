#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "columnar/column.h"
#include "dataframe/operators/group_array.h"

namespace treadle::dataframe {

/// One text a group, which may be exchanged for another: for min, max, first and last of text.
class GroupTexts {
 public:
  void resize(std::size_t num_groups) { places_.resize(num_groups); }
  bool has(std::uint32_t group) const noexcept { return places_[group].size != kNone; }
  /// Dies with the next change.
  std::string_view text(std::uint32_t group) const noexcept {
    const Place& place = places_[group];
    const char* begin = place.is_far() ? bytes_.data() + place.offset() : place.bytes.data();
    return {begin, place.size};
  }
  void set(std::uint32_t group, std::string_view text);
  void remove(std::uint32_t group) noexcept;
  /// The texts of these groups; null where a group has none.
  columnar::Column values(const DataType& type, std::span<const std::uint32_t> groups) const;
  void clear();
  std::size_t bytes_with(std::size_t num_groups) const noexcept {
    return places_.bytes_with(num_groups) + bytes_.capacity();
  }
  /// Bytes of the texts that groups have now.
  std::size_t live_bytes() const noexcept { return live_; }

 private:
  static constexpr std::size_t kNone = SIZE_MAX;
  // A short text lies in its place: one miss of the cache.
  struct Place {
    std::size_t size = kNone;
    std::array<char, 16> bytes{};  // the text, or the number of its first byte in bytes_

    bool is_far() const noexcept { return size > bytes.size() && size != kNone; }
    std::uint64_t offset() const noexcept { return std::bit_cast<std::array<std::uint64_t, 2>>(bytes)[0]; }
    void set_offset(std::uint64_t offset) noexcept {
      bytes = std::bit_cast<std::array<char, 16>>(std::array<std::uint64_t, 2>{offset, 0});
    }
  };
  void compact();

  GroupArray<Place> places_;
  std::vector<char> bytes_;  // long texts, exchanged ones included until they are half of the bytes
  std::size_t live_ = 0;
  std::size_t far_ = 0;  // of these, the long ones'
};

}  // namespace treadle::dataframe
