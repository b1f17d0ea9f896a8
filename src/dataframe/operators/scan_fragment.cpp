#include "dataframe/operators/scan_fragment.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "dataframe/operators/scan_filters.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

/// What reading a strip takes besides what its sinks keep, when the reader is not open yet.
constexpr std::uint64_t kReadingBytes = 1ULL << 20;

}  // namespace

void ScanFragmentSpec::add_to(KeyBuilder& key) const {
  source->add_to(key);
  for (const std::string& column : request.columns) key.add(column);
  key.add(request.morsel_rows).add(types->to_string()).add(again).add(limited);
  pipe.add_to(key);
}

std::uint32_t ScanFragmentSpec::num_sink_slots() const {
  std::uint32_t count = 0;
  for (const SinkSpec* sink : pipe.sinks()) count += sink->num_slots();
  return count;
}

MemoryNeed ScanFragmentSpec::memory_need(std::size_t partition) const {
  // At least one strip at a time, in the task's own thread; idle threads that take others reserve for these.
  MemoryNeed need;
  need.least = static_cast<std::size_t>(std::min(source->partitions()[partition].bytes, kReadingBytes));
  need.least += pipe.bytes_per_strip(source->partitions()[partition].bytes);
  for (const SinkSpec* sink : pipe.sinks()) {
    need.least += sink->memory_need().least;
    need.output += sink->memory_need().output;
  }
  need.wished = need.least;
  return need;
}

bool ScanFragmentSpec::needs_verification() const {
  if (source->skips_rows()) return true;
  const auto& fields = types->fields();
  if (std::any_of(fields.begin(), fields.end(), [](const Field& field) { return field.sampled; }))
    return true;
  for (std::size_t i = 0; i < source->partitions().size(); ++i) {
    if (source->continues_previous(i)) return true;
  }
  return false;
}

ScanFragment::ScanFragment(std::shared_ptr<const ScanFragmentSpec> spec, std::size_t partition,
                           std::optional<io::RecordBoundary> begin, const columnar::SchemaPtr& types)
    : spec_(std::move(spec)), partition_(partition), begin_(begin), types_(types ? types : spec_->types) {}

void ScanFragment::add_to(KeyBuilder& key) const {
  spec_->add_to(key);
  key.add(static_cast<std::uint64_t>(partition_)).add(types_->to_string()).add(begin_.has_value());
  if (begin_) key.add(static_cast<std::uint64_t>(begin_->file)).add(begin_->offset);
}

MemoryNeed ScanFragment::memory_need(std::span<const SizeEstimate>) const {
  return spec_->memory_need(partition_);
}

/// A pipeline whose first filters the source has taken over.
struct ScanFragment::Filtered {
  PipeSpec pipe;
  io::ScanRequest request;
  columnar::SchemaPtr types;
};

ScanFragment::Filtered ScanFragment::filtered() const {
  Filtered now{spec_->pipe, spec_->request, types_};
  if (!spec_->source->applies_filters()) return now;
  std::ranges::move(take_filters(now.pipe, *types_), std::back_inserter(now.request.filters));
  if (!now.request.filters.empty()) now.types = select_types(*types_, columns_of(now.pipe, *types_));
  return now;
}

Outcome ScanFragment::run(std::span<const Value> inputs, TaskContext& context) const {
  const io::Source& source = *spec_->source;
  const Filtered now = filtered();
  FragmentInput input;
  input.again = spec_->again;
  input.limited = spec_->limited;
  input.open = [&](const std::vector<std::string>& columns) {
    io::ScanRequest request = now.request;
    request.columns = columns;
    return source.open(partition_, request);
  };
  input.types = now.types;
  input.begin = begin_;
  input.begins_exactly = !source.continues_previous(partition_);
  input.partition = partition_;
  input.bytes = source.partitions()[partition_].bytes;
  if (!inputs.empty()) {
    const auto& before = inputs[0].get<ScanSummary>();
    input.types = before.types;
    if (!input.begins_exactly) input.begin = before.end;
  }
  FragmentOutput output = run_fragment(now.pipe, input, context);
  std::vector<Value> slots = std::move(output.slots);
  slots.insert(slots.begin(), Value::pinned(std::move(output.summary), sizeof(ScanSummary)));
  return slots;
}

std::vector<TaskOutput> slots_of(TaskId task, std::uint32_t num_slots) {
  std::vector<TaskOutput> slots;
  for (std::uint32_t slot = 0; slot < num_slots; ++slot) slots.push_back({task, slot});
  return slots;
}

}  // namespace treadle::dataframe
