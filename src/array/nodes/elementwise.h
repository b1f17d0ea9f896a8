#pragma once

#include "array/kernels/program.h"
#include "array/nodes/array_node.h"

namespace treadle::array {

/// An elementwise expression over arrays that broadcast to its own chunks: an input's axes stand below the
/// last ones, and an axis of it that is one chunk of length 1 goes with all.
class Elementwise final : public ArrayNode {
 public:
  Elementwise(Program program, Chunks chunks, std::vector<lazy::NodePtr> inputs);

  const Program& program() const noexcept { return program_; }

  std::string_view kind() const override { return "Elementwise"; }
  std::string parameters() const override { return program_.to_string(); }
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override;

 protected:
  void add_to(KeyBuilder& key) const override;

 private:
  Program program_;
};

/// The chunk of an input that goes with the chunk at `place` of what it broadcasts to.
std::size_t broadcast_block(const Chunks& input, const Chunks& whole, std::span<const std::size_t> place);
/// For the chunk at `place`, the chunks of all inputs.
std::vector<TaskOutput> aligned_blocks(lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs,
                                       const Chunks& whole, std::span<const std::size_t> place);
/// The shape that chunks in memory broadcast to. Throws InvalidArgument showing both if they do not.
Shape broadcast_shape(std::span<const NdArray> arrays);
/// Them all, as views of that shape.
std::vector<NdArray> broadcast_all(std::span<const NdArray> arrays, const Shape& shape);

}  // namespace treadle::array
