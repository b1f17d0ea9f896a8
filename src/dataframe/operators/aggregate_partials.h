#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "columnar/batch_list.h"
#include "dataframe/operators/ungrouped_rows.h"
#include "memory/spill_file.h"
#include "treadle/value.h"

namespace treadle::dataframe {

/// Partials as one piece: in memory, with their keys or with rows that have them, or a block of a spill file.
class PartialPiece {
 public:
  PartialPiece(columnar::BatchList groups, std::int64_t base) : groups_(std::move(groups)), base_(base) {}
  /// Entries [begin, end) of `rows`.
  PartialPiece(std::shared_ptr<const UngroupedRows> rows, std::size_t begin, std::size_t end,
               std::int64_t base);
  /// Writes `groups` to the file and forgets them.
  PartialPiece(const columnar::BatchList& groups, std::shared_ptr<SpillFile> file, std::int64_t base);

  bool on_disk() const noexcept { return file_ != nullptr; }
  /// The rows whose entries [begin(), end()) the partials are; null of others.
  const UngroupedRows* rows() const noexcept { return rows_.get(); }
  std::size_t begin() const noexcept { return begin_; }
  std::size_t end() const noexcept { return end_; }

  /// The partials; read back if they lie in a file, brought together if their keys lie with rows.
  columnar::BatchList load() const;
  /// What load() allocates.
  std::size_t load_bytes() const;
  /// What is held in memory.
  std::size_t nbytes() const;
  /// Bytes that they take in their file.
  std::uint64_t stored_bytes() const noexcept { return block_.stored; }
  std::int64_t num_rows() const noexcept { return num_rows_ >= 0 ? num_rows_ : groups_.num_rows(); }
  /// Added to the places of these partials: where their strip begins.
  std::int64_t base() const noexcept { return base_; }
  void set_base(std::int64_t base) noexcept { base_ = base; }
  /// Part of a table that memory had no room for: the pieces of a strip that are, are brought together before
  /// they join the others.
  bool is_cut() const noexcept { return is_cut_; }
  void set_cut() noexcept { is_cut_ = true; }

 private:
  columnar::BatchList groups_;
  std::shared_ptr<const UngroupedRows> rows_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::shared_ptr<SpillFile> file_;
  SpillBlock block_;
  std::size_t load_bytes_ = 0;  // of what lies in a file
  std::int64_t num_rows_ = -1;
  std::int64_t base_ = 0;
  bool is_cut_ = false;
};

/// What a task hands to the merge of one radix partition: its partials, in strip order.
struct AggregatePartials {
  /// The input of the aggregation: its types say what the states' columns mean.
  columnar::SchemaPtr input;
  /// The task's partials of a key are brought together before they join those of other tasks; else each joins
  /// in turn. Says in which order floats are added, so it follows from the rows only. See
  /// docs/design/aggregate.md.
  bool fold_first = false;
  /// A piece may have a key several times: rows that were not grouped.
  bool repeats = false;
  /// Pieces of some partition have their keys with rows.
  bool keys_stay = false;
  std::vector<PartialPiece> pieces;
};

/// As a Value they are pinned: what had to make room lies in a file already, piece by piece.
Value value_of(AggregatePartials partials);

/// The bytes of `list` as its Codec writes them, and back.
BufferPtr to_bytes(const columnar::BatchList& list);
columnar::BatchList from_bytes(const BufferPtr& bytes);

}  // namespace treadle::dataframe
