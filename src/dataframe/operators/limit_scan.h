#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "dataframe/operators/check_partitions.h"
#include "dataframe/operators/scan_fragment.h"
#include "treadle/operation.h"

namespace treadle::dataframe {

/// Reads partitions, 1, 2, 4 ... at a time, until every sink has its first rows; checks them against each
/// other as VerifyScan does. All sinks keep first rows (make_collect with a limit). Inputs: for each
/// partition so far its summary and its sinks' slots. Slots: one BatchList a sink.
class LimitScan final : public Operation {
 public:
  /// `partitions`: all that there are. `taken`: how many of them, from the front, are among the inputs.
  LimitScan(std::shared_ptr<const ScanFragmentSpec> spec, std::vector<std::size_t> partitions,
            std::size_t taken, std::vector<std::int64_t> limits);
  /// Adds the first step to `graph`; answers with the slots of the last.
  static std::vector<TaskOutput> add_to_graph(TaskGraph& graph, std::shared_ptr<const ScanFragmentSpec> spec,
                                              std::vector<std::size_t> partitions,
                                              std::vector<std::int64_t> limits);

  std::string_view name() const override { return "scan.limit"; }
  void add_to(KeyBuilder& key) const override;
  std::uint32_t num_slots() const override { return static_cast<std::uint32_t>(limits_.size()); }
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override;
  bool may_expand() const override { return true; }

 private:
  bool satisfied(std::span<const Value> inputs) const;
  Expansion expand(std::span<const Value> inputs, const std::vector<Reread>& rereads, std::size_t taken,
                   TaskContext& context) const;

  std::shared_ptr<const ScanFragmentSpec> spec_;
  std::vector<std::size_t> partitions_;
  std::size_t taken_;
  std::vector<std::int64_t> limits_;
};

/// The first rows of the values of several tasks: for a limit that does not end its scan. One slot, a
/// BatchList.
std::shared_ptr<const Operation> make_gather_head(std::int64_t limit);

}  // namespace treadle::dataframe
