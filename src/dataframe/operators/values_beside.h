#pragma once

#include <cstddef>
#include <utility>

#include "dataframe/operators/value_fragment.h"

namespace treadle::dataframe {

/// As ValueFragment over its first input, a partition, with the only row of the other inputs, BatchLists of
/// one schema, beside each of its rows. Throws InternalError for more than one such row.
class ValuesBeside final : public Operation {
 public:
  explicit ValuesBeside(PipeSpec pipe, std::size_t partition = 0)
      : pipe_(pipe), partition_(partition), alike_(std::move(pipe), partition) {}

  std::string_view name() const override { return "values_beside"; }
  void add_to(KeyBuilder& key) const override { alike_.add_to(key); }
  std::uint32_t num_slots() const override { return alike_.num_slots(); }
  MemoryNeed memory_need(std::span<const SizeEstimate> inputs) const override;
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override;

 private:
  PipeSpec pipe_;
  std::size_t partition_;
  ValueFragment alike_;  // over the same pipeline: what is asked of either has one answer
};

}  // namespace treadle::dataframe
