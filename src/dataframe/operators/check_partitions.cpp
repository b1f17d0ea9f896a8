#include "dataframe/operators/check_partitions.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "dataframe/operators/join_types.h"
#include "dataframe/operators/mend_partition.h"

namespace treadle::dataframe {
namespace {

using SpecPtr = std::shared_ptr<const ScanFragmentSpec>;

TaskId add_mend(TaskGraph& graph, const SpecPtr& spec, std::size_t partition, std::span<const Value> had,
                const columnar::SchemaPtr& types) {
  std::vector<TaskOutput> values;
  for (const Value& value : had) values.push_back({graph.add_value(value), 0});
  return graph.add(std::make_shared<const MendPartition>(spec, partition, types), values);
}

TaskId add_reading(TaskGraph& graph, const SpecPtr& spec, std::size_t partition, const Reread& reread) {
  return graph.add(std::make_shared<const ScanFragment>(spec, partition, reread.begin, reread.types));
}

}  // namespace

std::vector<Reread> check_partitions(const ScanFragmentSpec& spec, std::span<const std::size_t> partitions,
                                     std::span<const ScanSummary* const> summaries) {
  std::vector<Reread> rereads;
  std::vector<bool> trusted(partitions.size(), false);
  columnar::SchemaPtr types = spec.types;
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    const ScanSummary& summary = *summaries[i];
    const bool continues = i > 0 && spec.source->continues_previous(partitions[i]);
    if (continues && !trusted[i - 1]) continue;
    const std::optional<io::RecordBoundary> expected = continues ? summaries[i - 1]->end : std::nullopt;
    trusted[i] = !summary.unresolved && (!continues || summary.begin == expected);
    if (trusted[i]) {
      types = join_types(types, summary.types);
    } else {
      rereads.push_back({i, expected, spec.types, false});
    }
  }
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    if (trusted[i] && !same_types(*summaries[i]->types, *types))
      rereads.push_back({i, summaries[i]->begin, types, true});
  }
  // Whatever is read again meets at least the types that are known by now.
  for (Reread& reread : rereads) reread.types = types;
  return rereads;
}

std::size_t partitions_that_follow(const ScanFragmentSpec& spec, std::span<const std::size_t> partitions,
                                   std::span<const ScanSummary* const> summaries) {
  std::size_t count = 0;
  for (; count < summaries.size(); ++count) {
    const bool continues = count > 0 && spec.source->continues_previous(partitions[count]);
    if (summaries[count]->unresolved) break;
    if (continues && summaries[count]->begin != summaries[count - 1]->end) break;
  }
  return count;
}

std::vector<const ScanSummary*> summaries_of(std::span<const Value> inputs, std::size_t slots_per_partition) {
  std::vector<const ScanSummary*> summaries;
  for (std::size_t i = 0; i < inputs.size(); i += slots_per_partition) {
    summaries.push_back(&inputs[i].get<ScanSummary>());
  }
  return summaries;
}

std::vector<TaskOutput> read_again(TaskGraph& graph, const std::shared_ptr<const ScanFragmentSpec>& spec,
                                   std::span<const std::size_t> partitions, std::span<const Value> inputs,
                                   const std::vector<Reread>& rereads, TaskContext& context) {
  const std::uint32_t slots = 1 + spec->num_sink_slots();
  std::vector<TaskOutput> outputs;
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    const auto reread =
        std::find_if(rereads.begin(), rereads.end(), [&](const Reread& one) { return one.place == i; });
    if (reread == rereads.end()) {
      for (std::uint32_t slot = 0; slot < slots; ++slot)
        outputs.push_back({graph.add_value(inputs[i * slots + slot])});
      continue;
    }
    const std::span<const Value> had = inputs.subspan(i * slots, slots);
    const TaskId task = reread->only_types ? add_mend(graph, spec, partitions[i], had, reread->types)
                                           : add_reading(graph, spec, partitions[i], *reread);
    if (!reread->only_types) uncount(had[0].get<ScanSummary>(), context);
    for (const TaskOutput& slot : slots_of(task, slots)) outputs.push_back(slot);
  }
  return outputs;
}

}  // namespace treadle::dataframe
