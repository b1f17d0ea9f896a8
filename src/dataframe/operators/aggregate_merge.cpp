#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <string>

#include "columnar/selection.h"
#include "dataframe/operators/aggregate.h"
#include "dataframe/operators/aggregate_partials.h"
#include "dataframe/operators/aggregate_plan.h"
#include "dataframe/operators/group_set.h"
#include "dataframe/operators/merged_rows.h"
#include "dataframe/operators/sort_runs.h"
#include "dataframe/operators/sorted_pieces.h"
#include "dataframe/operators/stored_rows.h"
#include "dataframe/operators/total_bytes.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::BatchList;

constexpr int kSplitBits = 4;
constexpr std::uint32_t kSplits = 1U << kSplitBits;
// Behind so many bits a key's partials are not spread any further by more of them.
constexpr int kMostBits = 48;
// Rows of a batch of the result; where memory is short, few.
constexpr std::uint32_t kOutputRows = std::uint32_t{1} << 17;
constexpr std::uint32_t kFewRows = std::uint32_t{1} << 12;

// By the last column, the place of each group's first row.
SortPlan by_place(const Schema& merged) { return {{{merged.num_fields() - 1}}, {}}; }

columnar::SchemaPtr without_place(const Schema& merged) {
  std::vector<Field> fields = merged.fields();
  fields.pop_back();
  return std::make_shared<const Schema>(std::move(fields));
}

// Puts groups with their keys into `groups`, whose columns are the first of `placed`.
void store(const MergedRows& merged, const columnar::SchemaPtr& placed, RowStore& groups,
           TaskContext& context) {
  for (std::size_t first = 0; first < merged.size(); first += kOutputRows) {
    const std::size_t count = std::min<std::size_t>(kOutputRows, merged.size() - first);
    groups.add(first_columns(groups_of(merged, placed, first, count), groups.schema()), context);
  }
}

// Merges one radix partition; if memory does not suffice, splits it by further bits of the hash, again if
// need be. The partials of a key stay together and in order, so the answer is the same.
class PartitionMerge {
 public:
  PartitionMerge(const AggregatePlan& plan, columnar::SchemaPtr input, TaskContext& context)
      : plan_(plan),
        input_(std::move(input)),
        placed_(merged_schema(plan_, *input_)),
        context_(context),
        memory_(context.memory()) {}

  // `bits`: how many of the hash's topmost bits the partials have in common.
  Value merge(std::span<const AggregatePartials* const> tasks, int bits) {
    // One partition needs nobody to bring it together with others by their places.
    const columnar::SchemaPtr schema = plan_.num_partitions == 1 ? without_place(*placed_) : placed_;
    std::optional<MergedRows> rows = merge_rows(tasks);
    if (rows && plan_.num_partitions > 1) {
      const std::size_t bytes = rows->nbytes(plan_.num_partitions);
      return Value::pinned(std::move(*rows), bytes);
    }
    RowStore groups(schema, target_, free_bytes(context_) / 2, context_);
    if (plan_.num_partitions != 1) groups.sample(by_place(*placed_).keys);
    if (rows) {
      store(*rows, placed_, groups, context_);
      return groups.finish(context_);
    }
    merge_into(groups, tasks, bits);
    return groups.finish(context_);
  }

 private:
  // None, and nothing done, if partials are not of this kind or memory does not suffice.
  std::optional<MergedRows> merge_rows(std::span<const AggregatePartials* const> tasks) {
    if (!merges_by_row(tasks)) return {};
    RowMerge merge(plan_, input_);
    std::size_t num_rows = 0;
    for (const AggregatePartials* task : tasks) {
      for (const PartialPiece& piece : task->pieces) num_rows += static_cast<std::size_t>(piece.num_rows());
    }
    if (try_reserve(num_rows * RowMerge::kExpectedBytes)) merge.expect(num_rows);
    for (const AggregatePartials* task : tasks) {
      for (const PartialPiece& piece : task->pieces) {
        if (!try_reserve(merge.bytes_with(static_cast<std::size_t>(piece.num_rows())))) {
          memory_.shrink(memory_.bytes());
          return {};
        }
        merge.add(piece);
        context_.check_stopped();
      }
    }
    return merge.finish();
  }

  void merge_into(RowStore& groups, std::span<const AggregatePartials* const> tasks, int bits) {
    may_split_ = plan_.num_keys != 0 && bits + kSplitBits <= kMostBits;
    const bool merged = merge_whole(groups, tasks);
    memory_.shrink(memory_.bytes());
    if (!merged) merge_split(groups, tasks, bits);
  }

  // False, and nothing done, if memory does not suffice and a split may help.
  bool merge_whole(RowStore& groups, std::span<const AggregatePartials* const> tasks) {
    GroupSet total(plan_, input_);
    for (const AggregatePartials* task : tasks) {
      // A single piece of merged partials has no key twice.
      if (!task->fold_first || (task->pieces.size() <= 1 && !task->repeats)) {
        if (!fold(*task, total, 0)) return false;
        continue;
      }
      GroupSet own(plan_, input_);
      if (!fold(*task, own, total.bytes_with(0))) return false;
      if (!reserve(total.bytes_with(own.size()) + 2 * own.bytes_with(0))) return false;
      add(own.write(1).groups, 0, total);
    }
    if (plan_.num_keys == 0) total.add_sole_group();
    return finish(groups, total);
  }

  bool fold(const AggregatePartials& task, GroupSet& groups, std::size_t others) {
    const std::span<const PartialPiece> pieces = task.pieces;
    for (std::size_t first = 0; first < pieces.size();) {
      std::size_t end = first + 1;
      if (!pieces[first].is_cut()) {
        if (!fold(pieces[first], groups, others)) return false;
      } else {
        while (end < pieces.size() && pieces[end].is_cut() && pieces[end].base() == pieces[first].base())
          ++end;
        if (!fold_cut(pieces.subspan(first, end - first), groups, others)) return false;
      }
      first = end;
    }
    return true;
  }
  // Pieces of one table: together they join the others as one.
  bool fold_cut(std::span<const PartialPiece> pieces, GroupSet& groups, std::size_t others) {
    GroupSet whole(plan_, input_);
    const std::size_t held = others + groups.bytes_with(0);
    for (const PartialPiece& piece : pieces) {
      if (!fold(piece, whole, held)) return false;
    }
    if (!reserve(others + groups.bytes_with(whole.size()) + 2 * whole.bytes_with(0))) return false;
    add(whole.write(1).groups, 0, groups);
    return true;
  }
  bool fold(const PartialPiece& piece, GroupSet& groups, std::size_t others) {
    if (!reserve(others + piece.load_bytes() + groups.bytes_with(kBlockRows))) return false;
    const BatchList loaded = piece.load();
    for (const Batch& batch : loaded.batches) {
      for (std::int64_t begin = 0; begin < batch.num_rows(); begin += static_cast<std::int64_t>(kBlockRows)) {
        const auto count = std::min<std::int64_t>(kBlockRows, batch.num_rows() - begin);
        if (!reserve(others + piece.load_bytes() + groups.bytes_with(static_cast<std::size_t>(count))))
          return false;
        groups.merge(batch, begin, static_cast<std::size_t>(count), piece.base());
      }
      context_.check_stopped();
    }
    return true;
  }
  void add(const Batch& partial, std::int64_t base, GroupSet& groups) {
    for (std::int64_t begin = 0; begin < partial.num_rows(); begin += static_cast<std::int64_t>(kBlockRows)) {
      const auto count = std::min<std::int64_t>(kBlockRows, partial.num_rows() - begin);
      groups.merge(partial, begin, static_cast<std::size_t>(count), base);
    }
  }

  // Whether there is memory for this many bytes. Throws where no split can help.
  bool reserve(std::size_t bytes) {
    if (try_reserve(bytes)) return true;
    if (!may_split_) memory_.grow(bytes - memory_.bytes());
    return false;
  }
  bool try_reserve(std::size_t bytes) {
    return bytes <= memory_.bytes() || memory_.try_grow(bytes - memory_.bytes());
  }

  // False, and nothing done, if there is no room for a batch of the result beside the table.
  bool finish(RowStore& groups, GroupSet& total) {
    if (total.size() == 0) return true;
    const std::size_t held = total.bytes_with(0), row_bytes = held / total.size() + 1;
    std::uint32_t rows = std::min(total.size(), kOutputRows);
    if (!try_reserve(held + rows * row_bytes)) {
      rows = std::min(rows, kFewRows);
      if (!reserve(held + rows * row_bytes)) return false;
    }
    for (std::uint32_t first = 0; first < total.size(); first += rows) {
      const Batch merged = total.finish(first, std::min(total.size() - first, rows));
      groups.add(first_columns(merged, groups.schema()), context_);
    }
    return true;
  }

  void merge_split(RowStore& groups, std::span<const AggregatePartials* const> tasks, int bits) {
    const std::shared_ptr<SpillFile>& file = target_.file(context_);
    std::array<std::vector<AggregatePartials>, kSplits> parts;
    for (const AggregatePartials* task : tasks) {
      for (auto& part : parts) part.push_back({input_, task->fold_first, task->repeats, false, {}});
      for (const PartialPiece& piece : task->pieces) split(piece, bits, file, parts);
    }
    std::vector<StoredRun> runs;
    for (auto& part : parts) {
      std::vector<const AggregatePartials*> inputs;
      for (const AggregatePartials& task : part) inputs.push_back(&task);
      RowStore own(placed_, target_, RowStore::kNothingStays, context_);
      own.sample(by_place(*placed_).keys);
      merge_into(own, inputs, bits + kSplitBits);
      runs.push_back(run_of(own));
      part.clear();
    }
    dataframe::merge_into(groups, std::move(runs), by_place(*placed_), target_, context_);
  }

  void split(const PartialPiece& piece, int bits, const std::shared_ptr<SpillFile>& file,
             std::array<std::vector<AggregatePartials>, kSplits>& parts) {
    // A split makes room in the end, so that it must go on for want of a block's bytes.
    Reservation loaded = context_.reserve("aggregate.merge", 0);
    loaded.grow_anyway(2 * piece.load_bytes());
    const BatchList groups = piece.load();
    std::array<BatchList, kSplits> split;
    for (BatchList& list : split) list.schema = groups.schema;
    for (const Batch& batch : groups.batches) split_batch(batch, bits, split);
    for (std::uint32_t s = 0; s < kSplits; ++s) {
      if (split[s].batches.empty()) continue;
      PartialPiece& made = parts[s].back().pieces.emplace_back(split[s], file, piece.base());
      context_.count(Counter::kBytesSpilled, made.stored_bytes());
      if (piece.is_cut()) made.set_cut();
    }
    context_.check_stopped();
  }

  void split_batch(const Batch& batch, int bits, std::array<BatchList, kSplits>& split) {
    const std::vector<std::uint64_t> hashes = GroupTable(*input_, plan_.num_keys).hash_rows(batch);
    std::array<std::vector<std::int64_t>, kSplits> rows;
    for (std::size_t row = 0; row < hashes.size(); ++row) {
      rows[radix_of(hashes[row], bits, kSplitBits)].push_back(static_cast<std::int64_t>(row));
    }
    for (std::uint32_t s = 0; s < kSplits; ++s) {
      if (!rows[s].empty()) split[s].batches.push_back(columnar::take(batch, rows[s]));
    }
  }

  const AggregatePlan& plan_;
  columnar::SchemaPtr input_;
  columnar::SchemaPtr placed_;  // keys, aggregates, places
  TaskContext& context_;
  Reservation& memory_;  // the task's: of the tables under way
  SpillTarget target_;
  bool may_split_ = true;
};

// States of different types look alike as bytes.
void check_types(const Schema& expected, const Schema& found) {
  bool equal = expected.num_fields() == found.num_fields();
  for (std::size_t i = 0; equal && i < expected.num_fields(); ++i) {
    equal = expected.field(i).type == found.field(i).type;
  }
  if (equal) return;
  throw InternalError("the merge of an aggregation expects partials of columns\n" + expected.to_string() +
                      "\nand was given some of\n" + found.to_string());
}

class MergeAggregate final : public Operation {
 public:
  explicit MergeAggregate(AggregatePlan plan) : plan_(std::move(plan)) {}
  std::string_view name() const override { return "aggregate.merge"; }
  void add_to(KeyBuilder& key) const override { add_plan(key, plan_); }
  MemoryNeed memory_need(std::span<const SizeEstimate> inputs) const override {
    return {std::size_t{1} << 18, 2 * total_bytes(inputs) + (std::size_t{1} << 18), 0};
  }

  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    if (inputs.empty()) throw InternalError("the merge of an aggregation has no inputs");
    std::vector<const AggregatePartials*> tasks;
    for (const Value& input : inputs) tasks.push_back(&input.get<AggregatePartials>());
    for (const AggregatePartials* task : tasks) check_types(*tasks[0]->input, *task->input);
    PartitionMerge merge(plan_, tasks[0]->input, context);
    return std::vector<Value>{merge.merge(tasks, std::bit_width(plan_.num_partitions) - 1)};
  }

 private:
  AggregatePlan plan_;
};

class GatherGroups final : public Operation {
 public:
  explicit GatherGroups(AggregatePlan plan) : plan_(std::move(plan)) {}
  std::string_view name() const override { return "aggregate.gather"; }
  void add_to(KeyBuilder& key) const override { add_plan(key, plan_); }
  MemoryNeed memory_need(std::span<const SizeEstimate> inputs) const override {
    return {0, total_bytes(inputs), 0};
  }

  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    if (inputs.empty()) throw InternalError("the gathering of groups has no inputs");
    const auto by_row = [](const Value& input) { return input.holds<MergedRows>(); };
    if (std::all_of(inputs.begin(), inputs.end(), by_row)) {
      if (std::optional<Value> gathered = assembled(inputs, context)) return std::vector<Value>{*gathered};
    }
    SpillTarget target;
    std::vector<Value> stored(inputs.begin(), inputs.end());
    for (Value& input : stored) {
      if (input.holds<MergedRows>()) input = with_keys(input.get<MergedRows>(), target, context);
    }
    const columnar::SchemaPtr merged = stored_schema(stored[0]);
    return std::vector<Value>{merge_values(stored, by_place(*merged), without_place(*merged), context)};
  }

 private:
  // None where there is no room for the result beside the inputs.
  std::optional<Value> assembled(std::span<const Value> inputs, TaskContext& context) const {
    std::vector<const MergedRows*> partitions;
    std::size_t bytes = 0;
    for (const Value& input : inputs) {
      partitions.push_back(&input.get<MergedRows>());
      bytes += input.nbytes();
    }
    const std::size_t had = context.memory().bytes();
    if (had < bytes && !context.memory().try_grow(bytes - had)) return {};
    const columnar::SchemaPtr merged = merged_schema(plan_, *partitions[0]->input);
    return Value::of(assemble(partitions, without_place(*merged), context));
  }
  Value with_keys(const MergedRows& merged, SpillTarget& target, TaskContext& context) const {
    const columnar::SchemaPtr placed = merged_schema(plan_, *merged.input);
    RowStore groups(placed, target, free_bytes(context) / 2, context);
    groups.sample(by_place(*placed).keys);
    store(merged, placed, groups, context);
    return groups.finish(context);
  }

  AggregatePlan plan_;
};

}  // namespace

std::shared_ptr<const Operation> make_merge_aggregate(AggregatePlan plan) {
  check_plan(plan);
  return std::make_shared<MergeAggregate>(std::move(plan));
}

std::shared_ptr<const Operation> make_gather_groups(AggregatePlan plan) {
  check_plan(plan);
  return std::make_shared<GatherGroups>(std::move(plan));
}

}  // namespace treadle::dataframe
