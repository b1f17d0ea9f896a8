#include "array/nodes/elementwise.h"

#include <algorithm>
#include <utility>

#include "array/kernels/program_codec.h"
#include "array/kernels/tiles.h"
#include "array/operations/chunk_call.h"
#include "treadle/error.h"

namespace treadle::array {
namespace {

NdArray evaluate_chunks(std::span<const NdArray> chunks, TaskContext&, const Program& program) {
  const Shape shape = broadcast_shape(chunks);
  return evaluate(program, broadcast_all(chunks, shape), shape);
}

constexpr ChunkCall kElementwise("elementwise", evaluate_chunks);
[[maybe_unused]] const bool kRegistered = register_chunk_call<kElementwise>();

}  // namespace

Elementwise::Elementwise(Program program, Chunks chunks, std::vector<lazy::NodePtr> inputs)
    : ArrayNode(program.result_type(), std::move(chunks), std::move(inputs)), program_(std::move(program)) {}

lazy::NodePtr Elementwise::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const Elementwise>(program_, chunks(), std::move(inputs));
}

void Elementwise::add_to(KeyBuilder& key) const { program_.add_to(key); }

std::vector<TaskOutput> Elementwise::lower(lazy::Lowering& lowering) const {
  const auto operation = kElementwise({.memory = {chunk_bytes(), 0}}, program_);
  std::vector<TaskOutput> blocks;
  for (std::size_t block = 0; block < chunks().size(); ++block) {
    blocks.push_back({lowering.graph().add(
        operation, aligned_blocks(lowering, inputs(), chunks(), chunks().place(block)))});
  }
  return blocks;
}

std::size_t broadcast_block(const Chunks& input, const Chunks& whole, std::span<const std::size_t> place) {
  const std::size_t added = whole.ndim() - input.ndim();
  std::vector<std::size_t> at(input.ndim());
  for (std::size_t i = 0; i < at.size(); ++i) at[i] = input.axis(i).size() == 1 ? 0 : place[added + i];
  return input.number(at);
}

std::vector<TaskOutput> aligned_blocks(lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs,
                                       const Chunks& whole, std::span<const std::size_t> place) {
  std::vector<TaskOutput> blocks;
  for (const lazy::NodePtr& input : inputs) {
    blocks.push_back(lowering.blocks(input)[broadcast_block(as_array(input).chunks(), whole, place)]);
  }
  return blocks;
}

Shape broadcast_shape(std::span<const NdArray> arrays) {
  std::size_t ndim = 0;
  for (const NdArray& array : arrays) ndim = std::max(ndim, array.ndim());
  Shape shape(ndim, 1);
  for (const NdArray& array : arrays) {
    const std::size_t added = ndim - array.ndim();
    for (std::size_t i = 0; i < array.ndim(); ++i) {
      std::int64_t& length = shape[added + i];
      const std::int64_t own = array.shape()[i];
      if (length == 1) length = own;
      if (own != 1 && own != length) {
        throw InvalidArgument("expected chunks of shapes that broadcast, found " + to_string(shape) +
                              " and " + to_string(array.shape()));
      }
    }
  }
  return shape;
}

std::vector<NdArray> broadcast_all(std::span<const NdArray> arrays, const Shape& shape) {
  std::vector<NdArray> views;
  for (const NdArray& array : arrays) views.push_back(array.broadcast(shape));
  return views;
}

}  // namespace treadle::array
