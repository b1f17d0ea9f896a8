#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "dataframe/operators/batch_reader.h"
#include "dataframe/operators/pipe.h"
#include "treadle/operation.h"

namespace treadle::dataframe {

/// Sends the rows of earlier values through a pipeline into its sinks. Inputs: BatchLists or StoredRows of
/// one schema, at least one. Slots: those of the sinks.
class ValueFragment final : public Operation {
 public:
  /// All rows; `partition` numbers the task among those of its fragment.
  explicit ValueFragment(PipeSpec pipe, std::size_t partition = 0)
      : pipe_(std::move(pipe)), partition_(partition) {}
  /// Some rows, as the partition that they came from.
  ValueFragment(PipeSpec pipe, RowStrips range)
      : pipe_(std::move(pipe)), partition_(range.strips.partition), range_(std::move(range)) {}

  std::string_view name() const override { return "fragment"; }
  void add_to(KeyBuilder& key) const override;
  std::uint32_t num_slots() const override;
  MemoryNeed memory_need(std::span<const SizeEstimate> inputs) const override;
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override;

 private:
  bool minds_strips() const;

  PipeSpec pipe_;
  std::size_t partition_;
  std::optional<RowStrips> range_;
};

}  // namespace treadle::dataframe
