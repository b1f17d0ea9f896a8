#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dataframe/operators/group_array.h"
#include "dataframe/operators/group_table_words.h"

namespace treadle::dataframe {

/// Numbers distinct tuples of numbers 0, 1, 2 ... in the order in which they first come: keys of three and
/// more columns, each of which has numbered its own values. One look-up a row, however wide the tuple is.
class TupleTable {
 public:
  explicit TupleTable(std::size_t width) : width_(width) {}

  std::uint32_t size() const noexcept { return num_tuples_; }
  /// Number `column` of a tuple.
  std::uint32_t at(std::uint32_t id, std::size_t column) const noexcept {
    return tuples_[static_cast<std::size_t>(id) * width_ + column];
  }
  /// The numbers of `count` tuples; `tuples` has them one behind the other.
  void map(const std::uint32_t* tuples, std::size_t count, std::uint32_t* ids);
  void clear();
  /// Bytes held once `more` tuples have come.
  std::size_t bytes_with(std::size_t more) const noexcept;

 private:
  struct Slot {
    std::uint32_t tag;  // the upper half of the hash
    std::uint32_t id;
  };
  std::uint64_t hash(const std::uint32_t* tuple) const noexcept;
  bool equal(std::uint32_t id, const std::uint32_t* tuple) const noexcept;
  // The slots have room for one more.
  std::uint32_t id_of(const std::uint32_t* tuple, std::uint64_t hash);
  std::uint32_t add(const std::uint32_t* tuple);
  void rehash(std::size_t num_slots);

  std::size_t width_;
  std::uint32_t num_tuples_ = 0;
  GroupArray<std::uint32_t> tuples_;
  std::vector<Slot, BlockAllocator<Slot>> slots_;  // a power of two of them, at most three quarters taken
};

}  // namespace treadle::dataframe
