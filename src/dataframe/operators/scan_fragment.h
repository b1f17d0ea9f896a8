#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/operators/fragment.h"
#include "dataframe/operators/pipe.h"
#include "io/source.h"
#include "treadle/operation.h"
#include "treadle/task_graph.h"

namespace treadle::dataframe {

/// What all tasks of a scan's fragment share.
struct ScanFragmentSpec {
  std::shared_ptr<const io::Source> source;
  io::ScanRequest request;
  /// The requested columns' types as far as they are known.
  columnar::SchemaPtr types;
  PipeSpec pipe;
  /// Whether this reads again what was read and counted before.
  bool again = false;
  /// Whether rows behind the last that the sinks want must not matter.
  bool limited = false;

  void add_to(KeyBuilder& key) const;
  /// Slots of all sinks together.
  std::uint32_t num_sink_slots() const;
  MemoryNeed memory_need(std::size_t partition) const;
  /// Whether partitions must be looked at together once they are read: types or beginnings are guesses, or
  /// rows are skipped, of which the user is told.
  bool needs_verification() const;
};

/// Reads one partition through a pipeline into its sinks. Slot 0 is the ScanSummary, then come the sinks'
/// slots. Input, if there is one: the summary of the partition before, whose end and types this one goes on
/// with.
class ScanFragment final : public Operation {
 public:
  /// `begin` and `types`: what is known better than when the plan was made.
  ScanFragment(std::shared_ptr<const ScanFragmentSpec> spec, std::size_t partition,
               std::optional<io::RecordBoundary> begin = std::nullopt,
               const columnar::SchemaPtr& types = nullptr);

  std::string_view name() const override { return "scan"; }
  void add_to(KeyBuilder& key) const override;
  std::uint32_t num_slots() const override { return 1 + spec_->num_sink_slots(); }
  MemoryNeed memory_need(std::span<const SizeEstimate> inputs) const override;
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override;

 private:
  struct Filtered;
  Filtered filtered() const;

  std::shared_ptr<const ScanFragmentSpec> spec_;
  std::size_t partition_;
  std::optional<io::RecordBoundary> begin_;
  columnar::SchemaPtr types_;
};

/// All slots of a task of a scan's fragment.
std::vector<TaskOutput> slots_of(TaskId task, std::uint32_t num_slots);

}  // namespace treadle::dataframe
