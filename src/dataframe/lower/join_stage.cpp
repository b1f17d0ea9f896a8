#include "dataframe/lower/join_stage.h"

#include <optional>
#include <utility>

#include "dataframe/operators/early_keys.h"
#include "dataframe/operators/join_partitions.h"
#include "dataframe/operators/join_values.h"
#include "dataframe/operators/keep_sink.h"
#include "dataframe/operators/limit_scan.h"
#include "dataframe/operators/stored_rows.h"
#include "dataframe/operators/value_fragment.h"
#include "dataframe/operators/verify_scan.h"

namespace treadle::dataframe {
namespace {

/// Whether left rows without a partner go no further.
bool drops_rows(JoinKind kind) { return kind == JoinKind::kInner || kind == JoinKind::kSemi; }

std::vector<std::shared_ptr<const KeyFilter>> key_filters(const JoinTable& table, bool nulls_equal,
                                                          const JoinTable::Take& take) {
  std::vector<std::shared_ptr<const KeyFilter>> filters;
  const std::vector<columnar::Column>& keys = table.rows().keys();
  const bool unique = keys.size() == 1 && table.keys_are_unique();
  for (const columnar::Column& key : keys) filters.push_back(KeyFilter::make(key, nulls_equal, unique, take));
  return filters;
}

/// A table and the memory that it takes: as long as a pipeline knows it.
struct HeldTable {
  Reservation memory;
  std::shared_ptr<const JoinTable> table;
  std::vector<std::shared_ptr<const KeyFilter>> keys;  // by column of the key; null: not asked early
};

/// The table of a join, or null if it would leave too little of what is `free`.
std::shared_ptr<const HeldTable> table_within(const JoinSpec& spec, std::span<const Value> right,
                                              std::size_t free, TaskContext& context) {
  const JoinInput input{stored_schema(right[0]), stored_batches(right)};
  HeldTable held{context.reserve("join", 0), nullptr, {}};
  const auto take = [&](std::size_t bytes) { return held.memory.try_grow_leaving(bytes, free / 4); };
  held.table = make_table(spec, input, take, context);
  if (!held.table) return nullptr;
  // The rows' own value is gone soon: what they take is counted here then.
  const std::size_t stays = count_bytes(input.batches) + held.table->bytes();
  if (stays > held.memory.bytes()) held.memory.grow_anyway(stays - held.memory.bytes());
  held.memory.shrink(held.memory.bytes() - stays);
  if (drops_rows(spec.kind)) held.keys = key_filters(*held.table, spec.nulls_equal, take);
  return std::make_shared<const HeldTable>(std::move(held));
}

/// Builds what takes the place of one JoinStage.
class StageGraph {
 public:
  StageGraph(const JoinStageSpec& spec, std::span<const Value> inputs, TaskContext& context)
      : spec_(spec),
        context_(context),
        left_(inputs.first(spec.num_values)),
        cut_(inputs.subspan(spec.num_values, spec.num_cut)) {
    inputs = inputs.subspan(spec.num_values + spec.num_cut);
    for (const JoinStageSpec::Link& link : spec.links) {
      right_.push_back(inputs.first(link.num_right));
      inputs = inputs.subspan(link.num_right);
    }
  }

  std::shared_ptr<TaskGraph> build() {
    const std::vector<PipeStep> steps = streamed_steps();
    if (tables_ == spec_.links.size()) {
      PipeSpec pipe = spec_.rest;
      pipe.steps.insert(pipe.steps.begin(), steps.begin(), steps.end());
      run_to_ends(std::move(pipe));
    } else {
      cut(steps);
    }
    return std::move(graph_);
  }

 private:
  /// The pipeline as far as there are tables.
  std::vector<PipeStep> streamed_steps() {
    const std::size_t free = free_bytes(context_);
    std::vector<PipeStep> steps;
    for (; tables_ < spec_.links.size(); ++tables_) {
      const JoinStageSpec::Link& link = spec_.links[tables_];
      steps.insert(steps.end(), link.steps.begin(), link.steps.end());
      const auto held = table_within(link.join, right_[tables_], free, context_);
      if (!held) break;
      const Key identity =
          KeyBuilder("join.table").add(context_.key()).add(static_cast<std::uint64_t>(tables_)).finish();
      PipeStep step;
      step.kind = PipeStep::Kind::kJoin;
      std::shared_ptr<const JoinTable> table(held, held->table.get());
      step.join = std::make_shared<const PipeJoin>(PipeJoin{link.join, std::move(table), identity});
      for (std::size_t i = 0; i < held->keys.size(); ++i) {
        if (held->keys[i]) ask_early(steps, {link.join.left_on[i], {held, held->keys[i].get()}, identity});
      }
      steps.push_back(std::move(step));
    }
    return steps;
  }

  std::shared_ptr<const ScanFragmentSpec> scan_through(PipeSpec pipe) const {
    return std::make_shared<const ScanFragmentSpec>(
        ScanFragmentSpec{spec_.source, spec_.request, spec_.types, std::move(pipe)});
  }

  std::vector<TaskOutput> values(std::span<const Value> inputs) {
    std::vector<TaskOutput> outputs;
    for (const Value& input : inputs) outputs.push_back({graph_->add_value(input), 0});
    return outputs;
  }

  void run_to_ends(PipeSpec pipe) {
    if (spec_.source && spec_.in_order) {
      return graph_->add_output(add_chain(*graph_, scan_through(std::move(pipe)), spec_.partitions));
    }
    if (spec_.source && !spec_.ranges.empty()) {
      auto limited = std::make_shared<ScanFragmentSpec>(*scan_through(std::move(pipe)));
      limited->limited = true;
      const auto first = LimitScan::add_to_graph(*graph_, std::move(limited), spec_.partitions, spec_.ranges);
      for (const TaskOutput& output : first) graph_->add_output(output);
      return;
    }
    std::vector<std::size_t> num_slots;
    for (const SinkSpec* sink : pipe.sinks()) num_slots.push_back(sink->num_slots());
    const std::vector<LeafSlots> by_sink = slots_by_sink(slots_of_pipe(std::move(pipe)), num_slots);
    for (std::size_t i = 0; i < by_sink.size(); ++i) {
      graph_->add_output(spec_.ends[i]->add_to_graph(*graph_, by_sink[i]));
    }
  }

  std::vector<TaskOutput> slots_of_pipe(PipeSpec pipe) {
    if (spec_.source) return add_partitions(*graph_, scan_through(std::move(pipe)), spec_.partitions);
    std::vector<TaskOutput> slots;
    const auto add = [&](const std::shared_ptr<const ValueFragment>& fragment) {
      const auto own = slots_of(graph_->add(fragment, values(left_)), fragment->num_slots());
      slots.insert(slots.end(), own.begin(), own.end());
    };
    if (cut_.empty() || spec_.in_order) {
      add(std::make_shared<const ValueFragment>(std::move(pipe), spec_.first_partition));
      return slots;
    }
    std::int64_t begin = 0;
    for (StripRows& strips : strips_of(cut_)) {
      const std::int64_t rows = count_rows(strips);
      add(std::make_shared<const ValueFragment>(pipe, RowStrips{begin, std::move(strips)}));
      begin += rows;
    }
    return slots;
  }

  /// How left rows are cut that are values.
  std::vector<TaskOutput> cut_of_values() {
    if (!cut_.empty()) return values(cut_);
    const std::int64_t rows = count_rows(stored_batches(left_));
    return {{graph_->add_value(value_of(strips_of_rows(rows, spec_.first_partition))), 0}};
  }

  /// The pipeline up to the join that has no table, that join by partitions, and a stage for what is behind.
  void cut(const std::vector<PipeStep>& steps) {
    const JoinStageSpec::Link& link = spec_.links[tables_];
    std::vector<TaskOutput> left, cut;
    if (!spec_.source && steps.empty()) {
      left = values(left_);
      cut = cut_of_values();
    } else {
      PipeSpec pipe;
      pipe.steps = steps;
      pipe.sink = make_keep_with_strips();
      pipe.columns = link.join.columns_of(JoinSide::kLeft);
      const LeafSlots by_task = slots_by_sink(slots_of_pipe(std::move(pipe)), {2})[0];
      for (const std::vector<TaskOutput>& kept : by_task) {
        left.push_back(kept[0]);
        cut.push_back(kept[1]);
      }
    }
    const auto join = make_join_values(link.join, left.size(), cut.size());
    std::vector<TaskOutput> inputs = std::move(left);
    inputs.insert(inputs.end(), cut.begin(), cut.end());
    for (const TaskOutput& right : values(right_[tables_])) inputs.push_back(right);
    auto next = std::make_shared<JoinStageSpec>(spec_);
    next->source = nullptr;
    next->num_values = 1;
    next->num_cut = cut.size();
    next->links.erase(next->links.begin(), next->links.begin() + static_cast<std::ptrdiff_t>(tables_) + 1);
    std::vector<TaskOutput> next_inputs = slots_of(graph_->add(join, inputs), join->num_slots());
    for (std::size_t i = tables_ + 1; i < right_.size(); ++i) {
      for (const TaskOutput& right : values(right_[i])) next_inputs.push_back(right);
    }
    const TaskId stage = graph_->add(std::make_shared<const JoinStage>(std::move(next)), next_inputs);
    for (const TaskOutput& slot : slots_of(stage, static_cast<std::uint32_t>(spec_.ends.size()))) {
      graph_->add_output(slot);
    }
  }

  const JoinStageSpec& spec_;
  TaskContext& context_;
  std::span<const Value> left_;
  std::span<const Value> cut_;
  std::vector<std::span<const Value>> right_;
  std::size_t tables_ = 0;  // joins that have one, from the front
  std::shared_ptr<TaskGraph> graph_ = std::make_shared<TaskGraph>();
};

}  // namespace

void JoinStage::add_to(KeyBuilder& key) const {
  key.add(spec_->source != nullptr).add(static_cast<std::uint64_t>(spec_->num_values));
  key.add(static_cast<std::uint64_t>(spec_->num_cut));
  if (spec_->source) ScanFragmentSpec{spec_->source, spec_->request, spec_->types, spec_->rest}.add_to(key);
  for (const std::size_t partition : spec_->partitions) key.add(static_cast<std::uint64_t>(partition));
  for (const JoinStageSpec::Link& link : spec_->links) {
    PipeSpec steps;
    steps.steps = link.steps;
    steps.add_to(key);
    link.join.add_to(key);
    key.add(static_cast<std::uint64_t>(link.num_right));
  }
  spec_->rest.add_to(key);
  for (const auto& end : spec_->ends) end->add_to(key);
}

Outcome JoinStage::run(std::span<const Value> inputs, TaskContext& context) const {
  return Expansion{StageGraph(*spec_, inputs, context).build()};
}

std::vector<TaskOutput> add_partitions(TaskGraph& graph, const std::shared_ptr<const ScanFragmentSpec>& spec,
                                       const std::vector<std::size_t>& partitions) {
  const std::uint32_t num_slots = spec->num_sink_slots();
  std::vector<TaskOutput> with_summaries;
  std::vector<TaskOutput> slots;
  for (const std::size_t partition : partitions) {
    const TaskId task = graph.add(std::make_shared<const ScanFragment>(spec, partition));
    const std::vector<TaskOutput> all = slots_of(task, 1 + num_slots);
    with_summaries.insert(with_summaries.end(), all.begin(), all.end());
    slots.insert(slots.end(), all.begin() + 1, all.end());
  }
  const bool alone = partitions.size() == 1 && !spec->source->skips_rows();
  if (alone || !spec->needs_verification()) return slots;
  const TaskId verify = graph.add(std::make_shared<const VerifyScan>(spec, partitions), with_summaries);
  return slots_of(verify, static_cast<std::uint32_t>(slots.size()));
}

TaskOutput add_chain(TaskGraph& graph, const std::shared_ptr<const ScanFragmentSpec>& spec,
                     const std::vector<std::size_t>& partitions) {
  std::vector<TaskOutput> before;
  for (const std::size_t partition : partitions) {
    before = {{graph.add(std::make_shared<const ScanFragment>(spec, partition), before), 0}};
  }
  return before[0];
}

}  // namespace treadle::dataframe
