#include "dataframe/operators/limit_scan.h"

#include <algorithm>
#include <span>
#include <utility>

#include "columnar/batch_list.h"
#include "dataframe/operators/check_partitions.h"
#include "dataframe/operators/collect_sink.h"

namespace treadle::dataframe {
namespace {

class GatherHead final : public Operation {
 public:
  explicit GatherHead(std::int64_t limit) : limit_(limit) {}
  std::string_view name() const override { return "head.gather"; }
  void add_to(KeyBuilder& key) const override { key.add(limit_); }
  Outcome run(std::span<const Value> inputs, TaskContext&) const override {
    return std::vector<Value>{Value::of(first_rows(inputs, limit_))};
  }

 private:
  std::int64_t limit_;
};

}  // namespace

LimitScan::LimitScan(std::shared_ptr<const ScanFragmentSpec> spec, std::vector<std::size_t> partitions,
                     std::size_t taken, std::vector<std::int64_t> limits)
    : spec_(std::move(spec)), partitions_(std::move(partitions)), taken_(taken), limits_(std::move(limits)) {}

std::vector<TaskOutput> LimitScan::add_to_graph(TaskGraph& graph,
                                                std::shared_ptr<const ScanFragmentSpec> spec,
                                                std::vector<std::size_t> partitions,
                                                std::vector<std::int64_t> limits) {
  const TaskId first = graph.add(std::make_shared<const ScanFragment>(spec, partitions.at(0)));
  const auto slots = slots_of(first, 1 + spec->num_sink_slots());
  const auto num_sinks = static_cast<std::uint32_t>(limits.size());
  auto limit =
      std::make_shared<const LimitScan>(std::move(spec), std::move(partitions), 1, std::move(limits));
  return slots_of(graph.add(std::move(limit), slots), num_sinks);
}

void LimitScan::add_to(KeyBuilder& key) const {
  spec_->add_to(key);
  for (const std::size_t partition : partitions_) key.add(static_cast<std::uint64_t>(partition));
  key.add(static_cast<std::uint64_t>(taken_));
  for (const std::int64_t limit : limits_) key.add(limit);
}

Outcome LimitScan::run(std::span<const Value> inputs, TaskContext& context) const {
  const std::size_t slots = 1 + limits_.size();
  std::vector<const ScanSummary*> summaries = summaries_of(inputs, slots);
  // What lies behind a partition that had enough does not count: not its rows, and not its types.
  const auto enough =
      std::find_if(summaries.begin(), summaries.end(), [](const ScanSummary* one) { return one->satisfied; });
  const auto count =
      static_cast<std::size_t>(enough - summaries.begin()) + (enough == summaries.end() ? 0 : 1);
  summaries.resize(count);
  inputs = inputs.first(count * slots);
  const auto rereads = check_partitions(*spec_, std::span(partitions_).first(count), summaries);
  if (!rereads.empty()) return expand(inputs, rereads, count, context);
  if (count < partitions_.size() && !satisfied(inputs)) {
    return expand(inputs, {}, std::min(2 * count + 1, partitions_.size()), context);
  }
  std::vector<Value> first;
  for (std::size_t sink = 0; sink < limits_.size(); ++sink) {
    std::vector<Value> lists;
    for (std::size_t i = 0; i < count; ++i) lists.push_back(inputs[i * slots + 1 + sink]);
    first.push_back(Value::of(first_rows(lists, limits_[sink])));
  }
  return first;
}

bool LimitScan::satisfied(std::span<const Value> inputs) const {
  const std::size_t slots = 1 + limits_.size();
  for (std::size_t sink = 0; sink < limits_.size(); ++sink) {
    std::int64_t rows = 0;
    for (std::size_t i = 1 + sink; i < inputs.size(); i += slots)
      rows += inputs[i].get<columnar::BatchList>().num_rows();
    if (rows < limits_[sink]) return false;
  }
  return true;
}

Expansion LimitScan::expand(std::span<const Value> inputs, const std::vector<Reread>& rereads,
                            std::size_t taken, TaskContext& context) const {
  const std::size_t had = inputs.size() / (1 + limits_.size());
  auto graph = std::make_shared<TaskGraph>();
  std::vector<TaskOutput> slots =
      read_again(*graph, spec_, std::span(partitions_).first(had), inputs, rereads, context);
  for (std::size_t i = had; i < taken; ++i) {
    const TaskId task = graph->add(std::make_shared<const ScanFragment>(spec_, partitions_[i]));
    for (const TaskOutput& slot : slots_of(task, 1 + spec_->num_sink_slots())) slots.push_back(slot);
  }
  const TaskId next =
      graph->add(std::make_shared<const LimitScan>(spec_, partitions_, taken, limits_), slots);
  for (const TaskOutput& slot : slots_of(next, num_slots())) graph->add_output(slot);
  return {std::move(graph)};
}

std::shared_ptr<const Operation> make_gather_head(std::int64_t limit) {
  return std::make_shared<const GatherHead>(limit);
}

}  // namespace treadle::dataframe
