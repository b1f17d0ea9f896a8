#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "dataframe/lower/leaf_end.h"
#include "dataframe/operators/scan_fragment.h"
#include "treadle/operation.h"

// Joins one behind the other, with their left rows as the stream:
//
//   left rows -> steps -> join -> steps -> join -> rest -> sinks
//                          ^                ^
//                     right rows       right rows
//
// Once all right rows are there, tables are made of them as far as these fit memory, and left rows run
// through as part of one pipeline. A join whose table does not fit cuts the pipeline: its sides are joined by
// partitions, and the joins behind it begin anew with the result, in the partitions and strips that the left
// rows had. The answer is the same, to the bit.
namespace treadle::dataframe {

struct JoinStageSpec {
  /// The left rows: partitions of a source, or, if there is none, the first `num_values` inputs. Behind these
  /// come `num_cut` inputs that say how they are cut into partitions and strips (StripRows); none: one
  /// partition, strips of a million.
  std::shared_ptr<const io::Source> source;
  io::ScanRequest request;
  columnar::SchemaPtr types;
  std::vector<std::size_t> partitions;
  std::size_t num_values = 0;
  std::size_t num_cut = 0;

  struct Link {
    std::vector<PipeStep> steps;  // of the left rows, before the join
    JoinSpec join;
    std::size_t num_right = 0;  // inputs with right rows
  };
  std::vector<Link> links;
  PipeSpec rest;
  /// One for each sink of `rest`.
  std::vector<std::shared_ptr<const LeafEnd>> ends;
  /// If every sink keeps the rows up to the end of a range only: which.
  std::vector<RowRange> ranges;
  /// Whether partitions must run one after the other, as rows are delivered while they are read.
  bool in_order = false;
  /// The number that sinks know values by that are one partition.
  std::size_t first_partition = 0;
};

/// Inputs: left rows unless there is a source, how they are cut, then the right rows of each join: BatchLists
/// or StoredRows. Slots: what each end makes.
class JoinStage final : public Operation {
 public:
  explicit JoinStage(std::shared_ptr<const JoinStageSpec> spec) : spec_(std::move(spec)) {}
  std::string_view name() const override { return "join"; }
  void add_to(KeyBuilder& key) const override;
  std::uint32_t num_slots() const override { return static_cast<std::uint32_t>(spec_->ends.size()); }
  bool may_expand() const override { return true; }
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override;

 private:
  std::shared_ptr<const JoinStageSpec> spec_;
};

/// Adds one task a partition, and behind them the check of what they assumed. Slots of the sinks, by
/// partition.
std::vector<TaskOutput> add_partitions(TaskGraph& graph, const std::shared_ptr<const ScanFragmentSpec>& spec,
                                       const std::vector<std::size_t>& partitions);
/// Adds the partitions one behind the other, each knowing where the one before ended. The last one's summary.
TaskOutput add_chain(TaskGraph& graph, const std::shared_ptr<const ScanFragmentSpec>& spec,
                     const std::vector<std::size_t>& partitions);

}  // namespace treadle::dataframe
