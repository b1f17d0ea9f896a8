#include "dataframe/operators/mend_partition.h"

#include <string>
#include <utility>
#include <vector>

#include "columnar/batch_list.h"
#include "dataframe/operators/collect_sink.h"
#include "dataframe/operators/join_types.h"
#include "dataframe/operators/mend_plan.h"
#include "dataframe/operators/total_bytes.h"

namespace treadle::dataframe {
namespace {

using SpecPtr = std::shared_ptr<const ScanFragmentSpec>;

Value summary_value(ScanSummary summary) { return Value::pinned(std::move(summary), sizeof(ScanSummary)); }

/// Puts what was seen again in its place. Inputs: the partition's slots as far as they hold, with its
/// summary; then the summary and slots of the second reading.
class JoinReadings final : public Operation {
 public:
  JoinReadings(SpecPtr spec, std::vector<Mend> mends, columnar::SchemaPtr types)
      : spec_(std::move(spec)), mends_(std::move(mends)), types_(std::move(types)) {}

  std::string_view name() const override { return "scan.join"; }
  void add_to(KeyBuilder& key) const override {
    spec_->add_to(key);
    key.add(types_->to_string());
    for (const Mend& mend : mends_) key.add(static_cast<int>(mend.how));
  }
  std::uint32_t num_slots() const override { return 1 + spec_->num_sink_slots(); }

  Outcome run(std::span<const Value> inputs, TaskContext&) const override {
    const auto& again = inputs[num_slots()].get<ScanSummary>();
    auto summary = inputs[0].get<ScanSummary>();
    const bool holds = !again.unresolved && same_types(*again.types, *select_types(*types_, names(again)));
    if (!holds) {
      summary.unresolved = true;
      std::vector<Value> slots(num_slots(), no_value());
      slots[0] = summary_value(std::move(summary));
      return slots;
    }
    summary.types = types_;
    return joined(inputs, std::move(summary));
  }

 private:
  static std::vector<std::string> names(const ScanSummary& summary) { return summary.types->names(); }

  std::vector<Value> joined(std::span<const Value> inputs, ScanSummary summary) const {
    const Pipe pipe(spec_->pipe, types_);
    const std::vector<const SinkSpec*> sinks = spec_->pipe.sinks();
    std::vector<Value> slots{summary_value(std::move(summary))};
    std::size_t again = num_slots() + 1;
    for (std::size_t i = 0; i < sinks.size(); ++i) {
      const std::size_t end = slots.size() + sinks[i]->num_slots();
      if (mends_[i].how == Mend::How::kReplace) {
        slots.push_back(
            Value::of(replace_columns(inputs[slots.size()].get<columnar::BatchList>(), pipe.sink_schemas()[i],
                                      mends_[i].columns, inputs[again++].get<columnar::BatchList>())));
      }
      const bool repeated = mends_[i].how == Mend::How::kRepeat;
      while (slots.size() < end) slots.push_back(repeated ? inputs[again++] : inputs[slots.size()]);
    }
    return slots;
  }

  SpecPtr spec_;
  std::vector<Mend> mends_;
  columnar::SchemaPtr types_;
};

/// The scan of what must be seen again.
SpecPtr spec_again(const ScanFragmentSpec& spec, PipeSpec pipe, const Schema& types) {
  auto again = std::make_shared<ScanFragmentSpec>();
  again->source = spec.source;
  again->request = spec.request;
  again->request.columns = columns_of(pipe, types);
  again->types = select_types(types, again->request.columns);
  again->pipe = std::move(pipe);
  again->again = true;
  again->limited = spec.limited;
  return again;
}

}  // namespace

MendPartition::MendPartition(std::shared_ptr<const ScanFragmentSpec> spec, std::size_t partition,
                             columnar::SchemaPtr types)
    : spec_(std::move(spec)), partition_(partition), types_(std::move(types)) {}

void MendPartition::add_to(KeyBuilder& key) const {
  spec_->add_to(key);
  key.add(static_cast<std::uint64_t>(partition_)).add(types_->to_string());
}

/// Of converted columns, besides those that they were.
MemoryNeed MendPartition::memory_need(std::span<const SizeEstimate> inputs) const {
  const std::size_t bytes = total_bytes(inputs);
  return {0, bytes, bytes};
}

Outcome MendPartition::run(std::span<const Value> inputs, TaskContext& context) const {
  auto summary = inputs[0].get<ScanSummary>();
  std::vector<Mend> mends = plan_mends(spec_->pipe, *summary.types, *types_, summary.odd_columns);
  const Pipe pipe(spec_->pipe, types_);
  const std::vector<const SinkSpec*> sinks = spec_->pipe.sinks();
  std::vector<Value> slots(inputs.begin(), inputs.end());
  std::size_t slot = 1;
  for (std::size_t i = 0; i < sinks.size(); ++i) {
    const std::size_t count = sinks[i]->num_slots();
    if (mends[i].how == Mend::How::kConvert) {
      auto converted = sinks[i]->convert(inputs.subspan(slot, count), pipe.sink_schemas()[i], context);
      if (converted) {
        std::move(converted->begin(), converted->end(), slots.begin() + static_cast<std::ptrdiff_t>(slot));
      } else {
        mends[i] = without_conversion(std::move(mends[i]), *sinks[i]);
      }
    }
    slot += count;
  }
  const auto again = pipe_again(spec_->pipe, mends);
  if (!again) {
    summary.types = types_;
    slots[0] = summary_value(std::move(summary));
    return slots;
  }
  auto graph = std::make_shared<TaskGraph>();
  std::vector<TaskOutput> readings;
  for (const Value& value : slots) readings.push_back({graph->add_value(value), 0});
  const SpecPtr spec = spec_again(*spec_, *again, *types_);
  const TaskId scan =
      graph->add(std::make_shared<const ScanFragment>(spec, partition_, summary.begin, spec->types));
  for (const TaskOutput& output : slots_of(scan, 1 + spec->num_sink_slots())) readings.push_back(output);
  const TaskId join = graph->add(std::make_shared<const JoinReadings>(spec_, mends, types_), readings);
  for (const TaskOutput& output : slots_of(join, num_slots())) graph->add_output(output);
  return Expansion{std::move(graph)};
}

}  // namespace treadle::dataframe
