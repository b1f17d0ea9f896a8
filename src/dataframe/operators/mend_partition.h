#pragma once

#include <cstddef>
#include <memory>

#include "columnar/batch.h"
#include "dataframe/operators/scan_fragment.h"
#include "treadle/operation.h"

namespace treadle::dataframe {

/// Brings what a partition came to under narrower types to `types`, as if it had been read with them: see
/// mend_plan.h. Inputs and slots: the partition's summary, then its sinks' slots. Answers with an unresolved
/// summary if it must be read as a whole, after all.
class MendPartition final : public Operation {
 public:
  MendPartition(std::shared_ptr<const ScanFragmentSpec> spec, std::size_t partition,
                columnar::SchemaPtr types);

  std::string_view name() const override { return "scan.mend"; }
  void add_to(KeyBuilder& key) const override;
  std::uint32_t num_slots() const override { return 1 + spec_->num_sink_slots(); }
  MemoryNeed memory_need(std::span<const SizeEstimate> inputs) const override;
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override;
  bool may_expand() const override { return true; }

 private:
  std::shared_ptr<const ScanFragmentSpec> spec_;
  std::size_t partition_;
  columnar::SchemaPtr types_;
};

}  // namespace treadle::dataframe
