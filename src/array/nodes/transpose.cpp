#include "array/nodes/transpose.h"

#include <numeric>
#include <utility>

#include "array/align.h"
#include "array/operations/chunk_call.h"
#include "treadle/array.h"
#include "treadle/error.h"

namespace treadle::array {
namespace {

Chunks turned(const Chunks& before, const std::vector<std::size_t>& order) {
  std::vector<std::vector<std::int64_t>> axes;
  for (const std::size_t axis : order) axes.push_back(before.axis(axis));
  return Chunks(std::move(axes));
}

NdArray transpose_chunk(std::span<const NdArray> chunks, TaskContext&,
                        const std::vector<std::size_t>& order) {
  return chunks[0].transposed(order);
}

constexpr ChunkCall kTranspose("transpose", transpose_chunk);
[[maybe_unused]] const bool kRegistered = register_chunk_call<kTranspose>();

}  // namespace

Transpose::Transpose(std::vector<std::size_t> order, const lazy::NodePtr& input)
    : ArrayNode(as_array(input).dtype(), turned(as_array(input).chunks(), order), {input}),
      order_(std::move(order)) {}

std::string Transpose::parameters() const {
  std::string text;
  for (const std::size_t axis : order_) text += (text.empty() ? "" : ", ") + std::to_string(axis);
  return text;
}

lazy::NodePtr Transpose::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const Transpose>(order_, inputs[0]);
}

void Transpose::add_to(KeyBuilder& key) const {
  key.add("array.transpose");
  for (const std::size_t axis : order_) key.add(static_cast<std::uint64_t>(axis));
}

std::vector<TaskOutput> Transpose::lower(lazy::Lowering& lowering) const {
  const Chunks& before = as_array(inputs()[0]).chunks();
  const auto operation = kTranspose({}, order_);
  std::vector<TaskOutput> blocks;
  for (std::size_t block = 0; block < chunks().size(); ++block) {
    const std::vector<std::size_t> place = chunks().place(block);
    std::vector<std::size_t> from(place.size());
    for (std::size_t i = 0; i < order_.size(); ++i) from[order_[i]] = place[i];
    blocks.push_back({lowering.graph().add(operation, {lowering.blocks(inputs()[0])[before.number(from)]})});
  }
  return blocks;
}

}  // namespace treadle::array

namespace treadle {

Array Array::transpose(std::optional<std::vector<std::int64_t>> axes) const {
  std::vector<std::size_t> order(ndim());
  if (!axes) {
    std::iota(order.rbegin(), order.rend(), 0);
    return Array(std::make_shared<const array::Transpose>(std::move(order), node_));
  }
  std::vector<bool> seen(ndim(), false);
  if (axes->size() != ndim()) {
    throw InvalidArgument("expected each of " + std::to_string(ndim()) + " axes once, found " +
                          std::to_string(axes->size()) + " axes");
  }
  for (std::size_t i = 0; i < ndim(); ++i) {
    order[i] = array::checked_axis((*axes)[i], ndim());
    if (seen[order[i]])
      throw InvalidArgument("expected each axis once, found axis " + std::to_string((*axes)[i]) + " twice");
    seen[order[i]] = true;
  }
  return Array(std::make_shared<const array::Transpose>(std::move(order), node_));
}

}  // namespace treadle
