#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "dataframe/operators/group_array.h"
#include "dataframe/operators/group_table_words.h"

namespace treadle::dataframe {

/// Numbers distinct texts 0, 1, 2 ... in the order in which they first come. Keeps copies in one block of
/// bytes.
class TextTable {
 public:
  static std::uint64_t hash(std::string_view text) noexcept;

  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(hashes_.size()); }
  /// The text of a number; dies with the next one that is added.
  std::string_view text(std::uint32_t id) const noexcept {
    const std::uint64_t begin = id == 0 ? 0 : ends_[id - 1];
    return {bytes_.data() + begin, static_cast<std::size_t>(ends_[id] - begin)};
  }
  std::uint64_t hash_of(std::uint32_t id) const noexcept { return hashes_[id]; }

  /// Makes room for `more` texts: id_of() does not look at capacity.
  void reserve(std::size_t more);
  /// The number of a text whose hash this is.
  std::uint32_t id_of(std::string_view text, std::uint64_t hash);
  void prefetch(std::uint64_t hash) const noexcept {
    __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
  }
  /// The null's number; it is given at the first call.
  std::uint32_t id_of_null();
  std::uint32_t null_id() const noexcept { return null_id_; }

  void clear();
  std::size_t bytes_with(std::size_t more) const noexcept;
  std::size_t text_bytes() const noexcept { return bytes_.size(); }

 private:
  struct Slot {
    std::uint32_t
        tag;  // the upper half of the hash: a text is looked at only if it is almost sure to be equal
    std::uint32_t id;
  };
  std::uint32_t add(std::string_view text, std::uint64_t hash);

  std::vector<Slot> slots_;  // a power of two of them, at most three quarters taken
  GroupArray<std::uint64_t> hashes_;
  GroupArray<std::uint64_t> ends_;
  std::vector<char> bytes_;
  std::uint32_t null_id_ = kNoGroup;
};

}  // namespace treadle::dataframe
