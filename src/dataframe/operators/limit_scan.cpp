#include "dataframe/operators/limit_scan.h"

#include <algorithm>
#include <span>
#include <utility>

#include "columnar/batch_list.h"
#include "dataframe/operators/check_partitions.h"
#include "dataframe/operators/collect_sink.h"
#include "dataframe/operators/join_types.h"
#include "dataframe/operators/skipped_rows.h"

namespace treadle::dataframe {
namespace {

class GatherHead final : public Operation {
 public:
  explicit GatherHead(RowRange range) : range_(range) {}
  std::string_view name() const override { return "head.gather"; }
  void add_to(KeyBuilder& key) const override { key.add(range_.offset).add(range_.count); }
  Outcome run(std::span<const Value> inputs, TaskContext&) const override {
    return std::vector<Value>{Value::of(rows_in(range_, inputs))};
  }

 private:
  RowRange range_;
};

/// The same pipeline, of whose sinks each takes so many rows.
void limit_sinks(PipeSpec& pipe, const std::vector<std::int64_t>& rows, std::size_t& next) {
  if (pipe.sink) pipe.sink = make_collect(rows[next++]);
  for (PipeSpec& branch : pipe.branches) limit_sinks(branch, rows, next);
}

}  // namespace

LimitScan::LimitScan(std::shared_ptr<const ScanFragmentSpec> spec, std::vector<std::size_t> partitions,
                     std::size_t taken, std::vector<RowRange> ranges, bool exact)
    : spec_(std::move(spec)),
      partitions_(std::move(partitions)),
      taken_(taken),
      ranges_(std::move(ranges)),
      exact_(exact) {}

std::vector<TaskOutput> LimitScan::add_to_graph(TaskGraph& graph,
                                                std::shared_ptr<const ScanFragmentSpec> spec,
                                                std::vector<std::size_t> partitions,
                                                std::vector<RowRange> ranges) {
  const TaskId first = graph.add(std::make_shared<const ScanFragment>(spec, partitions.at(0)));
  const auto slots = slots_of(first, 1 + spec->num_sink_slots());
  const auto num_sinks = static_cast<std::uint32_t>(ranges.size());
  auto limit =
      std::make_shared<const LimitScan>(std::move(spec), std::move(partitions), 1, std::move(ranges));
  return slots_of(graph.add(std::move(limit), slots), num_sinks);
}

void LimitScan::add_to(KeyBuilder& key) const {
  spec_->add_to(key);
  for (const std::size_t partition : partitions_) key.add(static_cast<std::uint64_t>(partition));
  key.add(static_cast<std::uint64_t>(taken_)).add(exact_);
  for (const RowRange& range : ranges_) key.add(range.offset).add(range.count);
}

Outcome LimitScan::run(std::span<const Value> inputs, TaskContext& context) const {
  const std::size_t slots = 1 + ranges_.size();
  std::vector<const ScanSummary*> summaries = summaries_of(inputs, slots);
  const Front front = find_front(inputs, summaries);
  if (front.error && is_exact(front)) std::rethrow_exception(front.error);
  if (!front.enough && !front.error && front.count < summaries.size()) {
    // One that does not follow is wanted: it is read again from where the one before it ended.
    std::vector<Reread> rereads =
        check_partitions(*spec_, std::span(partitions_).first(summaries.size()), summaries);
    std::erase_if(rereads, [&](const Reread& one) { return one.only_types || one.place > front.count; });
    return expand(inputs.first((front.count + 1) * slots), rereads, front.count + 1, false, context);
  }
  summaries.resize(front.count);
  inputs = inputs.first(front.count * slots);
  if (front.error || (!is_exact(front) && types_differ(front, summaries)))
    return read_exactly(inputs, front, summaries);
  const auto rereads = check_partitions(*spec_, std::span(partitions_).first(front.count), summaries);
  if (!rereads.empty()) return expand(inputs, rereads, front.count, is_exact(front), context);
  if (!front.enough && front.count < partitions_.size())
    return expand(inputs, {}, std::min(2 * front.count + 1, partitions_.size()), false, context);
  warn_of_skipped_rows(*spec_->source, summaries, context);
  std::vector<Value> found;
  for (std::size_t sink = 0; sink < ranges_.size(); ++sink) {
    std::vector<Value> lists;
    for (std::size_t i = 0; i < front.count; ++i) lists.push_back(inputs[i * slots + 1 + sink]);
    found.push_back(Value::of(rows_in(ranges_[sink], lists)));
  }
  return found;
}

LimitScan::Front LimitScan::find_front(std::span<const Value> inputs,
                                       std::span<const ScanSummary* const> summaries) const {
  const std::size_t following = partitions_that_follow(*spec_, partitions_, summaries);
  Front front;
  for (const RowRange& range : ranges_) front.wanted.push_back(range.offset + range.count);
  while (!front.enough && front.count < following) {
    const std::span<const Value> lists =
        inputs.subspan(front.count * (1 + ranges_.size()) + 1, ranges_.size());
    std::vector<std::int64_t> left;
    for (std::size_t sink = 0; sink < ranges_.size(); ++sink) {
      const std::int64_t rows = lists[sink].get<columnar::BatchList>().num_rows();
      left.push_back(std::max<std::int64_t>(0, front.wanted[sink] - rows));
    }
    front.enough = std::all_of(left.begin(), left.end(), [](std::int64_t rows) { return rows == 0; });
    front.error = front.enough ? nullptr : summaries[front.count]->error;
    ++front.count;
    if (front.enough || front.error) break;
    front.wanted = std::move(left);
  }
  return front;
}

/// Whether the last partition was read for no more rows than are wanted of it; else those that it need not
/// have read may have widened its types, or been an error.
bool LimitScan::is_exact(const Front& front) const {
  return front.count < 2 || (exact_ && front.count == taken_);
}

bool LimitScan::types_differ(const Front& front, std::span<const ScanSummary* const> summaries) const {
  if (!front.enough) return false;
  columnar::SchemaPtr types = spec_->types;
  for (std::size_t i = 0; i + 1 < front.count; ++i) types = join_types(types, summaries[i]->types);
  return !same_types(*types, *summaries[front.count - 1]->types);
}

Expansion LimitScan::read_exactly(std::span<const Value> inputs, const Front& front,
                                  std::span<const ScanSummary* const> summaries) const {
  const std::size_t last = front.count - 1;
  auto spec = std::make_shared<ScanFragmentSpec>(*spec_);
  spec->again = true;
  std::size_t next = 0;
  limit_sinks(spec->pipe, front.wanted, next);
  columnar::SchemaPtr types = spec_->types;
  for (std::size_t i = 0; i < last; ++i) types = join_types(types, summaries[i]->types);

  auto graph = std::make_shared<TaskGraph>();
  std::vector<TaskOutput> slots;
  for (const Value& value : inputs.first(last * (1 + ranges_.size())))
    slots.push_back({graph->add_value(value)});
  const TaskId task = graph->add(
      std::make_shared<const ScanFragment>(spec, partitions_[last], summaries[last]->begin, types));
  for (const TaskOutput& slot : slots_of(task, 1 + spec->num_sink_slots())) slots.push_back(slot);
  return behind(std::move(graph), slots, front.count, true);
}

Expansion LimitScan::expand(std::span<const Value> inputs, const std::vector<Reread>& rereads,
                            std::size_t taken, bool exact, TaskContext& context) const {
  const std::size_t had = inputs.size() / (1 + ranges_.size());
  auto graph = std::make_shared<TaskGraph>();
  std::vector<TaskOutput> slots =
      read_again(*graph, spec_, std::span(partitions_).first(had), inputs, rereads, context);
  for (std::size_t i = had; i < taken; ++i) {
    const TaskId task = graph->add(std::make_shared<const ScanFragment>(spec_, partitions_[i]));
    for (const TaskOutput& slot : slots_of(task, 1 + spec_->num_sink_slots())) slots.push_back(slot);
  }
  return behind(std::move(graph), slots, taken, exact);
}

/// The next step, behind `graph`.
Expansion LimitScan::behind(std::shared_ptr<TaskGraph> graph, const std::vector<TaskOutput>& slots,
                            std::size_t taken, bool exact) const {
  const TaskId next =
      graph->add(std::make_shared<const LimitScan>(spec_, partitions_, taken, ranges_, exact), slots);
  for (const TaskOutput& slot : slots_of(next, num_slots())) graph->add_output(slot);
  return {std::move(graph)};
}

std::shared_ptr<const Operation> make_gather_head(RowRange range) {
  return std::make_shared<const GatherHead>(range);
}

}  // namespace treadle::dataframe
