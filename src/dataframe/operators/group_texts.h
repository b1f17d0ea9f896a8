#pragma once

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
  bool has(std::uint32_t group) const noexcept { return places_[group].offset != kNone; }
  std::string_view text(std::uint32_t group) const noexcept {
    return {bytes_.data() + places_[group].offset, places_[group].size};
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
  static constexpr std::uint64_t kNone = ~std::uint64_t{0};
  struct Place {
    std::uint64_t offset = kNone;
    std::size_t size = 0;
  };
  void compact();

  GroupArray<Place> places_;
  std::vector<char> bytes_;  // texts, exchanged ones included until they are half of the bytes
  std::size_t live_ = 0;
};

}  // namespace treadle::dataframe
