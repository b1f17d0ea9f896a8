#include "dataframe/operators/merged_rows.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "dataframe/operators/group_set.h"
#include "dataframe/operators/slice_bytes.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::Column;
using columnar::RowRef;

// How far ahead of the look-up slots are fetched.
constexpr std::size_t kAhead = 16;

std::size_t slots_for(std::size_t num_groups) {
  return std::max<std::size_t>(2048, std::bit_ceil(num_groups + num_groups / 3 + 1));
}

}  // namespace

std::size_t MergedRows::nbytes(std::uint32_t num_partitions) const {
  std::size_t shared = 0;
  for (std::size_t key = 0; key < keys.num_keys(); ++key) {
    for (const Column& column : keys.columns(key)) shared += slice_bytes(column);
  }
  std::size_t bytes = shared / num_partitions + first.bytes_with(0) + places.bytes_with(0);
  for (const Column& column : aggregates) bytes += slice_bytes(column);
  return bytes;
}

RowMerge::RowMerge(const AggregatePlan& plan, const columnar::SchemaPtr& input)
    : input_(input), num_keys_(plan.num_keys), hasher_(*input, plan.num_keys), keys_(plan.num_keys) {
  states_ = make_aggregate_states(plan, *input);
  std::size_t column = 0;
  for (const auto& state : states_) {
    state_columns_.push_back(column);
    column += state->state_types().size();
  }
}

void RowMerge::expect(std::size_t num_rows) {
  first_.reserve(num_rows);
  places_.reserve(num_rows);
  hashes_.reserve(num_rows);
}

void RowMerge::add(const PartialPiece& piece) {
  if (const UngroupedRows* rows = piece.rows()) {
    const std::uint32_t source = keys_.add(*rows->keys);
    sources_.push_back(rows->keys);
    for (std::size_t begin = piece.begin(); begin < piece.end(); begin += kBlockRows) {
      const std::size_t count = std::min(kBlockRows, piece.end() - begin);
      add_rows(source, rows->row_numbers() + begin, rows->key_hashes() + begin, rows->states, begin, count,
               piece.base());
    }
    return;
  }
  for (const Batch& batch : piece.load().batches) {
    const std::span<const Column> columns = batch.columns();
    const Batch states = without_keys(batch, num_keys_);
    const std::uint32_t source = keys_.add(columns.first(num_keys_));
    sources_.push_back(nullptr);
    const std::vector<std::uint64_t> hashes = hasher_.hash_rows(batch);
    std::vector<std::uint32_t> rows(hashes.size());
    std::iota(rows.begin(), rows.end(), 0U);
    for (std::size_t begin = 0; begin < rows.size(); begin += kBlockRows) {
      const std::size_t count = std::min(kBlockRows, rows.size() - begin);
      add_rows(source, rows.data() + begin, hashes.data() + begin, states, begin, count, piece.base());
    }
  }
}

void RowMerge::add_rows(std::uint32_t source, const std::uint32_t* rows, const std::uint64_t* hashes,
                        const Batch& states, std::size_t begin, std::size_t count, std::int64_t base) {
  if (const std::size_t needed = slots_for(first_.size() + count); needed > slots_.size()) rehash(needed);
  std::uint32_t groups[kBlockRows];
  const std::uint64_t mask = slots_.size() - 1;
  const auto* places = states.columns().back().values_as<std::int64_t>() + begin;
  for (std::size_t i = 0; i < count; ++i) {
    if (i + kAhead < count) __builtin_prefetch(&slots_[hashes[i + kAhead] & mask], 1);
    groups[i] = group_of({source, rows[i]}, hashes[i]);
    if (groups[i] == places_.size()) places_.append(base + places[i]);
  }
  const std::span<const Column> columns = states.columns();
  for (std::size_t i = 0; i < states_.size(); ++i) {
    states_[i]->resize(first_.size());
    states_[i]->merge(columns.subspan(state_columns_[i]), static_cast<std::int64_t>(begin), {groups, count});
  }
}

std::uint32_t RowMerge::group_of(RowRef row, std::uint64_t hash) {
  const std::uint64_t mask = slots_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  std::uint64_t at = hash & mask;
  for (; slots_[at].group != kNoGroup; at = (at + 1) & mask) {
    if (slots_[at].tag == tag && keys_.equal(first_[slots_[at].group], row)) return slots_[at].group;
  }
  if (first_.size() >= kNoGroup - 1) {
    throw OutOfMemory("a group table takes at most 4294967294 distinct keys");
  }
  slots_[at] = Slot{tag, static_cast<std::uint32_t>(first_.size())};
  first_.append(row);
  hashes_.append(hash);
  return slots_[at].group;
}

void RowMerge::rehash(std::size_t num_slots) {
  std::vector<Slot, BlockAllocator<Slot>>(num_slots, Slot{0, kNoGroup}).swap(slots_);
  const std::uint64_t mask = num_slots - 1;
  for (std::uint32_t group = 0; group < first_.size(); ++group) {
    std::uint64_t at = hashes_[group] & mask;
    while (slots_[at].group != kNoGroup) at = (at + 1) & mask;
    slots_[at] = Slot{static_cast<std::uint32_t>(hashes_[group] >> 32), group};
  }
}

std::size_t RowMerge::bytes_with(std::size_t more) const {
  const std::size_t num_groups = first_.size() + more;
  std::size_t bytes = first_.bytes_with(num_groups) + places_.bytes_with(num_groups) +
                      hashes_.bytes_with(num_groups) +
                      std::max(slots_.size(), slots_for(num_groups)) * sizeof(Slot);
  for (const auto& state : states_) bytes += state->bytes_with(num_groups);
  return bytes;
}

MergedRows RowMerge::finish() {
  std::vector<std::uint32_t> all(first_.size());
  std::iota(all.begin(), all.end(), 0U);
  std::vector<Column> aggregates;
  for (const auto& state : states_) aggregates.push_back(state->finish(all));
  return {std::move(input_), std::move(keys_),   std::move(sources_),
          std::move(first_), std::move(places_), std::move(aggregates)};
}

bool merges_by_row(std::span<const AggregatePartials* const> tasks) {
  const auto joins_in_turn = [](const AggregatePartials* task) {
    return !task->fold_first &&
           std::none_of(task->pieces.begin(), task->pieces.end(),
                        [](const PartialPiece& piece) { return piece.on_disk() || piece.is_cut(); });
  };
  return std::all_of(tasks.begin(), tasks.end(), joins_in_turn) &&
         std::any_of(tasks.begin(), tasks.end(),
                     [](const AggregatePartials* task) { return task->keys_stay; });
}

Batch groups_of(const MergedRows& merged, const columnar::SchemaPtr& schema, std::size_t first,
                std::size_t count) {
  const std::span<const RowRef> rows{merged.first.data() + first, count};
  std::vector<Column> columns;
  for (std::size_t key = 0; key < merged.keys.num_keys(); ++key) {
    columns.push_back(columnar::gather(merged.keys.columns(key), rows));
  }
  const auto begin = static_cast<std::int64_t>(first), length = static_cast<std::int64_t>(count);
  for (const Column& column : merged.aggregates) columns.push_back(column.slice(begin, length));
  columns.emplace_back(DataType(TypeId::kInt64), columnar::Layout::kPlain, length, nullptr,
                       Buffer::copy(merged.places.data() + first, count * sizeof(std::int64_t)));
  return {schema, std::move(columns), length};
}

}  // namespace treadle::dataframe
