#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "dataframe/operators/scan_fragment.h"
#include "treadle/operation.h"

namespace treadle::dataframe {

/// Checks what the partitions of a scan assumed against each other and has those that were wrong read again,
/// until all agree. Inputs: for each partition its summary and its sinks' slots. Slots: the sinks' slots of
/// each partition.
class VerifyScan final : public Operation {
 public:
  VerifyScan(std::shared_ptr<const ScanFragmentSpec> spec, std::vector<std::size_t> partitions);

  std::string_view name() const override { return "scan.verify"; }
  void add_to(KeyBuilder& key) const override;
  std::uint32_t num_slots() const override;
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override;
  bool may_expand() const override { return true; }

 private:
  std::shared_ptr<const ScanFragmentSpec> spec_;
  std::vector<std::size_t> partitions_;
};

}  // namespace treadle::dataframe
