#pragma once

#include <optional>
#include <vector>

#include "array/nodes/array_node.h"
#include "treadle/nd_array.h"
#include "treadle/value.h"

namespace treadle::array {

/// What is taken of one axis. Steps may be negative; a whole axis may be of unknown length.
struct AxisPart {
  AxisSlice slice;
  bool whole = false;
  /// Of one element, whose axis goes.
  bool dropped = false;
};

/// What is taken of an array.
struct PartSpec {
  std::vector<AxisPart> input_axes;
  /// The input's axes in the answer's order, which is the input's; nothing for a new axis of length 1.
  std::vector<std::optional<std::size_t>> output_axes;

  void add_to(KeyBuilder& key) const;
  void write(ByteSink& sink) const;
  static PartSpec read(ByteSource& source);
};

/// Slices, single positions and new axes. Each chunk of the answer is a view of one chunk.
class Part final : public ArrayNode {
 public:
  Part(PartSpec spec, const lazy::NodePtr& input);

  const PartSpec& spec() const noexcept { return spec_; }
  /// Elements of the input's chunks that the part lies in, or kUnknownLength.
  std::int64_t touched_elements() const;

  std::string_view kind() const override { return "Index"; }
  std::string parameters() const override;
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override;

 protected:
  void add_to(KeyBuilder& key) const override { spec_.add_to(key); }

 private:
  PartSpec spec_;
};

/// A view of elements in memory that are as many along each axis as `slices` say: the slices of all input
/// axes, then axes dropped and put in.
NdArray part_of(const NdArray& array, std::span<const AxisSlice> slices,
                const std::vector<std::optional<std::size_t>>& output_axes);

}  // namespace treadle::array
