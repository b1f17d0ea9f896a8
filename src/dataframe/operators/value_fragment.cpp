#include "dataframe/operators/value_fragment.h"

#include <algorithm>
#include <string>
#include <utility>

#include "dataframe/operators/fragment.h"
#include "dataframe/operators/stored_rows.h"
#include "dataframe/operators/total_bytes.h"

namespace treadle::dataframe {

void ValueFragment::add_to(KeyBuilder& key) const {
  pipe_.add_to(key);
  key.add(static_cast<std::uint64_t>(partition_)).add(range_.has_value());
  if (!range_) return;
  key.add(static_cast<std::uint64_t>(range_->begin));
  for (const std::int64_t rows : range_->strips.rows) key.add(static_cast<std::uint64_t>(rows));
}

std::uint32_t ValueFragment::num_slots() const {
  std::uint32_t count = 0;
  for (const SinkSpec* sink : pipe_.sinks()) count += sink->num_slots();
  return count;
}

MemoryNeed ValueFragment::memory_need(std::span<const SizeEstimate> inputs) const {
  // Strips reserve for themselves, and one runs in what there is; rows that lie on disk are not in the
  // estimate.
  MemoryNeed need;
  need.least = pipe_.bytes_per_strip(0);
  need.wished = pipe_.bytes_per_strip(total_bytes(inputs));
  for (const SinkSpec* sink : pipe_.sinks()) {
    need.least += sink->memory_need().least;
    need.wished += sink->memory_need().least;
  }
  return need;
}

bool ValueFragment::minds_strips() const {
  const std::vector<const SinkSpec*> sinks = pipe_.sinks();
  return std::any_of(sinks.begin(), sinks.end(), [](const SinkSpec* sink) { return sink->minds_strips(); });
}

Outcome ValueFragment::run(std::span<const Value> inputs, TaskContext& context) const {
  const std::vector<StoredBatch> batches = stored_batches(inputs);
  FragmentInput input;
  input.counts_rows = false;
  input.partition = partition_;
  input.bytes = count_bytes(batches);
  input.types = stored_schema(inputs.front());
  input.open = [&](const std::vector<std::string>& names) {
    std::vector<std::size_t> columns;
    for (const std::string& name : names) columns.push_back(input.types->index_of(name));
    if (range_) return open_batches(batches, *range_, columns);
    return minds_strips() ? open_batches(batches, columns) : open_whole_batches(batches, columns);
  };
  return run_fragment(pipe_, input, context).slots;
}

}  // namespace treadle::dataframe
