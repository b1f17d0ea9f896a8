#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <vector>

#include "dataframe/operators/check_partitions.h"
#include "dataframe/operators/collect_sink.h"
#include "dataframe/operators/scan_fragment.h"
#include "treadle/operation.h"

namespace treadle::dataframe {

/// Reads partitions, 1, 2, 4 ... at a time, until every sink has the rows up to the end of its range; checks
/// them against each other as VerifyScan does. What lies behind the last row wanted does not count, wherever
/// strips and partitions end: no error, no type. All sinks keep first rows (make_collect with a limit).
/// Inputs: for each partition so far its summary and its sinks' slots. Slots: one BatchList a sink.
class LimitScan final : public Operation {
 public:
  /// `partitions`: all that there are. `taken`: how many of them, from the front, are among the inputs.
  /// `exact`: whether the last of these was read for no more rows than are wanted of it.
  LimitScan(std::shared_ptr<const ScanFragmentSpec> spec, std::vector<std::size_t> partitions,
            std::size_t taken, std::vector<RowRange> ranges, bool exact = false);
  /// Adds the first step to `graph`; answers with the slots of the last.
  static std::vector<TaskOutput> add_to_graph(TaskGraph& graph, std::shared_ptr<const ScanFragmentSpec> spec,
                                              std::vector<std::size_t> partitions,
                                              std::vector<RowRange> ranges);

  std::string_view name() const override { return "scan.limit"; }
  void add_to(KeyBuilder& key) const override;
  std::uint32_t num_slots() const override { return static_cast<std::uint32_t>(ranges_.size()); }
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override;
  bool may_expand() const override { return true; }

 private:
  /// The partitions that count, and what is still wanted of each sink before the last of them.
  struct Front {
    std::size_t count = 0;
    bool enough = false;
    /// Of the last of them, whose rows do not suffice.
    std::exception_ptr error;
    std::vector<std::int64_t> wanted;
  };
  Front find_front(std::span<const Value> inputs, std::span<const ScanSummary* const> summaries) const;
  bool is_exact(const Front& front) const;
  bool types_differ(const Front& front, std::span<const ScanSummary* const> summaries) const;
  Expansion expand(std::span<const Value> inputs, const std::vector<Reread>& rereads, std::size_t taken,
                   bool exact, TaskContext& context) const;
  Expansion read_exactly(std::span<const Value> inputs, const Front& front,
                         std::span<const ScanSummary* const> summaries) const;
  Expansion behind(std::shared_ptr<TaskGraph> graph, const std::vector<TaskOutput>& slots, std::size_t taken,
                   bool exact) const;

  std::shared_ptr<const ScanFragmentSpec> spec_;
  std::vector<std::size_t> partitions_;
  std::size_t taken_;
  std::vector<RowRange> ranges_;
  bool exact_;
};

/// These rows of the values of several tasks: for a limit that does not end its scan. One slot, a BatchList.
std::shared_ptr<const Operation> make_gather_head(RowRange range);

}  // namespace treadle::dataframe
