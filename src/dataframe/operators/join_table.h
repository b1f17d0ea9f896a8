#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/operators/join_keys.h"
#include "dataframe/operators/join_rows.h"
#include "treadle/memory.h"
#include "treadle/task_context.h"

namespace treadle::dataframe {

/// The rows of a join's right side by key. Immutable once built; thread-safe.
///
/// Open addressing over the distinct keys; a slot holds a key's word and the place of its rows, which lie
/// side by side in their order. The topmost bits of a word's hash choose the slot, so that a run of slots
/// belongs to a range of hashes: threads fill such runs side by side. Keys that lie so close together that
/// an array from the least to the greatest takes no more memory have that: looked up without a hash, and in
/// the order of memory where rows come in the order of their keys.
class JoinTable {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  /// More rows, or more text in one column, than this do not go into one table.
  static constexpr std::int64_t kMostRows = 0x7FFFFFF0;

  /// Takes so many bytes more of memory, if there are so many.
  using Take = std::function<bool(std::size_t)>;

  /// Null if what the table holds besides the rows, and what building it takes, cannot be taken. Idle threads
  /// help.
  static std::shared_ptr<const JoinTable> make(JoinRows rows, bool nulls_equal, const Take& take,
                                               TaskContext& context);
  /// Bytes that a table of so many rows and building it takes at most, besides the rows.
  static std::size_t most_bytes(std::int64_t num_rows) noexcept;

  /// Bytes that it holds besides the rows.
  std::size_t bytes() const noexcept;
  const JoinRows& rows() const noexcept { return rows_; }
  /// The place of the first row for each key of `count` rows of `keys`, or kNone.
  void find(std::span<const columnar::Column> keys, std::int64_t begin, std::size_t count,
            std::uint32_t* places) const;
  /// Whether no key has two rows.
  bool keys_are_unique() const noexcept { return lists_.empty(); }
  std::uint32_t row_at(std::uint32_t place) const noexcept {
    return lists_.empty() ? place : lists_[place] & ~kMore;
  }
  /// The place of the next row of the same key, or kNone.
  std::uint32_t next(std::uint32_t place) const noexcept {
    return lists_.empty() || (lists_[place] & kMore) == 0 ? kNone : place + 1;
  }

 private:
  class Builder;  // join_table_build.cpp
  /// In lists_: another row of the same key stands behind this one.
  static constexpr std::uint32_t kMore = 0x80000000;
  /// Packed: a table of many rows is as large as its slots.
  struct Slot {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    std::uint32_t place = kNone;
    bool is(std::uint64_t word) const noexcept {
      return low == static_cast<std::uint32_t>(word) && high == static_cast<std::uint32_t>(word >> 32);
    }
  };
  JoinTable(JoinRows rows, bool nulls_equal);
  std::uint64_t hash_of(std::uint64_t word) const noexcept;
  static int slot_bits(std::int64_t num_rows) noexcept;
  std::size_t place_of(std::uint64_t word) const noexcept {
    return static_cast<std::size_t>(hash_of(word) >> (64 - slot_bits_));
  }
  /// The slot behind `at` in its run.
  std::size_t after(std::size_t at) const noexcept { return (at & ~run_mask_) | ((at + 1) & run_mask_); }

  /// `equal`: what decides where words are hashes; rows are counted from `begin` then.
  void find_words(const std::uint64_t* words, const KeyState* states, std::size_t count,
                  const KeyEquality* equal, std::int64_t begin, std::uint32_t* found) const;
  void find_direct(const std::uint64_t* words, std::size_t count, std::uint32_t* found) const;
  void find_codes(const columnar::Column& key, std::int64_t begin, std::size_t count,
                  std::uint32_t* found) const;
  void find_whole(const columnar::Column& key, std::int64_t begin, std::size_t count,
                  std::uint32_t* found) const;

  JoinRows rows_;
  JoinKeys words_;
  int slot_bits_;
  std::size_t run_mask_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> direct_;  // instead of slots: where the rows of least_ + i are
  std::uint64_t least_ = 0;
  std::vector<std::uint32_t> lists_;  // rows by key; empty if no key has two: rows are their places
  std::uint32_t null_place_ = kNone;  // the first row of the missing key, where words stand for keys
};

}  // namespace treadle::dataframe
