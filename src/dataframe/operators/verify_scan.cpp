#include "dataframe/operators/verify_scan.h"

#include <utility>

#include "dataframe/operators/check_partitions.h"
#include "dataframe/operators/skipped_rows.h"

namespace treadle::dataframe {

VerifyScan::VerifyScan(std::shared_ptr<const ScanFragmentSpec> spec, std::vector<std::size_t> partitions)
    : spec_(std::move(spec)), partitions_(std::move(partitions)) {}

void VerifyScan::add_to(KeyBuilder& key) const {
  spec_->add_to(key);
  for (const std::size_t partition : partitions_) key.add(static_cast<std::uint64_t>(partition));
}

std::uint32_t VerifyScan::num_slots() const {
  return static_cast<std::uint32_t>(partitions_.size()) * spec_->num_sink_slots();
}

Outcome VerifyScan::run(std::span<const Value> inputs, TaskContext& context) const {
  const std::uint32_t slots = 1 + spec_->num_sink_slots();
  const std::vector<const ScanSummary*> summaries = summaries_of(inputs, slots);
  const auto rereads = check_partitions(*spec_, partitions_, summaries);
  if (rereads.empty()) {
    warn_of_skipped_rows(*spec_->source, summaries, context);
    std::vector<Value> values;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (i % slots != 0) values.push_back(inputs[i]);
    }
    return values;
  }
  auto graph = std::make_shared<TaskGraph>();
  const std::vector<TaskOutput> again = read_again(*graph, spec_, partitions_, inputs, rereads, context);
  const TaskId verify = graph->add(std::make_shared<const VerifyScan>(spec_, partitions_), again);
  for (const TaskOutput& slot : slots_of(verify, num_slots())) graph->add_output(slot);
  return Expansion{std::move(graph)};
}

}  // namespace treadle::dataframe
