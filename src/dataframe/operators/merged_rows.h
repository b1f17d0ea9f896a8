#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "columnar/batch_list.h"
#include "dataframe/operators/aggregate.h"
#include "dataframe/operators/aggregate_partials.h"
#include "dataframe/operators/aggregate_state.h"
#include "dataframe/operators/group_array.h"
#include "dataframe/operators/group_table.h"
#include "dataframe/operators/key_rows.h"
#include "treadle/task_context.h"

// Merging partials whose keys stay where their rows are: groups are told apart by hash and, where that is
// equal, by looking at both rows. For keys that are wide or texts, and groups that are many.
namespace treadle::dataframe {

/// The groups of a radix partition in the order of their first rows; the key of each is that of this row.
struct MergedRows {
  columnar::SchemaPtr input;  // of the aggregation
  KeyRows keys;
  /// By source of `keys`: what other partitions have sources in, too; null for one that is this one's only.
  std::vector<std::shared_ptr<const std::vector<columnar::Column>>> sources;
  GroupArray<columnar::RowRef> first;
  GroupArray<std::int64_t> places;
  std::vector<columnar::Column> aggregates;

  std::size_t size() const noexcept { return first.size(); }
  /// What is held in memory; of the sources, the share of so many partitions.
  std::size_t nbytes(std::uint32_t num_partitions) const;
};

/// The groups of one radix partition under way. One thread at a time.
class RowMerge {
 public:
  RowMerge(const AggregatePlan& plan, const columnar::SchemaPtr& input);

  /// Room for the groups of so many rows, of so many bytes each: what is not used of it is never touched.
  static constexpr std::size_t kExpectedBytes = sizeof(columnar::RowRef) + 2 * sizeof(std::int64_t);
  void expect(std::size_t num_rows);
  /// Adds a piece that is in memory.
  void add(const PartialPiece& piece);
  /// Bytes held once `more` rows have come.
  std::size_t bytes_with(std::size_t more) const;
  /// The merge is over.
  MergedRows finish();

 private:
  struct Slot {
    std::uint32_t tag;  // the upper half of the hash
    std::uint32_t group;
  };
  void add_rows(std::uint32_t source, const std::uint32_t* rows, const std::uint64_t* hashes,
                const columnar::Batch& states, std::size_t begin, std::size_t count, std::int64_t base);
  std::uint32_t group_of(columnar::RowRef row, std::uint64_t hash);
  void rehash(std::size_t num_slots);

  columnar::SchemaPtr input_;
  std::size_t num_keys_;
  GroupTable hasher_;
  std::vector<std::unique_ptr<AggregateState>> states_;
  std::vector<std::size_t>
      state_columns_;  // where each state's columns begin among those of a partial's states
  KeyRows keys_;
  std::vector<std::shared_ptr<const std::vector<columnar::Column>>> sources_;
  GroupArray<columnar::RowRef> first_;
  GroupArray<std::int64_t> places_;
  GroupArray<std::uint64_t> hashes_;
  std::vector<Slot, BlockAllocator<Slot>> slots_;  // a power of two of them, at most three quarters taken
};

/// Whether partials of all tasks can be merged so, and it pays: they are in memory, each joins its group in
/// turn, and some have keys that stayed with their rows.
bool merges_by_row(std::span<const AggregatePartials* const> tasks);

/// Groups [first, first + count), with their keys, as a batch of merged_schema().
columnar::Batch groups_of(const MergedRows& merged, const columnar::SchemaPtr& schema, std::size_t first,
                          std::size_t count);

/// Brings the groups of all partitions together in the order of their first rows. `schema`: keys and
/// aggregates. Idle threads help.
columnar::BatchList assemble(std::span<const MergedRows* const> partitions, const columnar::SchemaPtr& schema,
                             TaskContext& context);

}  // namespace treadle::dataframe
