#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/operators/aggregate.h"
#include "dataframe/operators/aggregate_partials.h"
#include "dataframe/operators/aggregate_state.h"
#include "dataframe/operators/group_array.h"
#include "dataframe/operators/group_table.h"
#include "dataframe/operators/ungrouped_rows.h"

namespace treadle::dataframe {

/// The columns of a partial: keys, states of the aggregates, and last the place of each group's first row.
columnar::SchemaPtr partial_schema(const AggregatePlan& plan, const Schema& input);
/// The columns that merging answers with: keys, aggregates, place.
columnar::SchemaPtr merged_schema(const AggregatePlan& plan, const Schema& input);

/// The states of the plan's aggregates.
std::vector<std::unique_ptr<AggregateState>> make_aggregate_states(const AggregatePlan& plan,
                                                                   const Schema& input);
/// The columns of a partial behind its keys.
columnar::SchemaPtr without_keys(const Schema& partial, std::size_t num_keys);
columnar::Batch without_keys(const columnar::Batch& partial, std::size_t num_keys);

/// Groups written out, radix partition by radix partition, each in the order of the groups' numbers.
struct GroupPartial {
  columnar::Batch groups;
  /// Rows of partition p: begins[p] .. begins[p + 1] - 1.
  std::vector<std::uint32_t> begins;
  /// Instead of `groups`, if there are any: rows that were not grouped.
  std::shared_ptr<const UngroupedRows> rows = nullptr;

  /// Partition p as a piece; `base` is added to its places.
  PartialPiece piece(std::uint32_t partition, std::int64_t base) const;
  /// All of it, with keys.
  columnar::Batch whole() const { return rows ? rows->partial(0, rows->size()) : groups; }
  std::size_t nbytes() const { return rows ? rows->nbytes() : groups.nbytes(); }
};

/// Which of `num_partitions` (a power of two) a key's hash belongs to, by its topmost bits behind the first
/// `skip`.
inline std::uint32_t radix_of(std::uint64_t hash, int skip, int bits) noexcept {
  return bits <= 0 ? 0 : static_cast<std::uint32_t>(hash << skip >> (64 - bits));
}

/// The groups of rows seen so far: their keys, where each came first, the states of all aggregates. One
/// thread at a time.
class GroupSet {
 public:
  GroupSet(const AggregatePlan& plan, const columnar::SchemaPtr& input);

  std::uint32_t size() const noexcept { return table_.size(); }
  /// Adds rows [begin, begin + count) of a batch of the input, at most kBlockRows; `row` is the place of the
  /// first.
  void update(const columnar::Batch& rows, std::int64_t begin, std::size_t count, std::int64_t row);
  /// Merges rows [begin, begin + count) of a partial, at most kBlockRows; `base` is added to their places.
  void merge(const columnar::Batch& partial, std::int64_t begin, std::size_t count, std::int64_t base);
  /// Without keys there is one group, also of no rows: makes it be there.
  void add_sole_group();

  /// Writes all groups by radix partition.
  GroupPartial write(std::uint32_t num_partitions);
  /// Writes rows of the input as partials, one each, as if no two had the same key; `row` is the place of the
  /// first. Keys that stay remain in `rows`, whose buffers are held. There are no groups before and after.
  GroupPartial write_rows(const columnar::Batch& rows, std::uint32_t num_partitions, std::int64_t row,
                          bool keys_stay);
  /// Whether it is cheaper to look at a row again than to copy its key: of texts, and of many columns.
  bool keys_may_stay() const noexcept { return keys_may_stay_; }
  /// Keys, aggregates and place of groups [first, first + count), in the order of their numbers.
  columnar::Batch finish(std::uint32_t first, std::uint32_t count);

  /// Forgets the groups and keeps the room.
  void clear();
  /// Bytes held once `more` rows have come; texts and lists are not counted before they are there.
  std::size_t bytes_with(std::size_t more) const;
  /// Bytes that the groups take, texts, lists and room to grow aside; depends on the rows only.
  std::size_t content_bytes() const { return table_.content_bytes() + size() * group_bytes_; }
  /// Of these, what a group's states and place take.
  std::size_t group_bytes() const noexcept { return group_bytes_; }
  /// Bytes of the keys' texts, and of texts and lists of the states; they depend on the rows only.
  std::size_t key_text_bytes() const { return table_.text_bytes(); }
  std::size_t value_bytes() const;

 private:
  std::vector<columnar::Column> states_of_rows(const columnar::Batch& rows, std::span<const std::uint32_t> to,
                                               std::int64_t row);

  AggregatePlan plan_;
  columnar::SchemaPtr partial_schema_;
  columnar::SchemaPtr merged_schema_;
  columnar::SchemaPtr states_schema_;  // of a partial without its keys
  bool keys_may_stay_;
  GroupTable table_;
  std::vector<std::unique_ptr<AggregateState>> states_;
  std::vector<std::size_t> state_columns_;  // where each state's columns begin in a partial
  GroupArray<std::int64_t> places_;
  std::size_t group_bytes_ = sizeof(std::int64_t);
};

}  // namespace treadle::dataframe
