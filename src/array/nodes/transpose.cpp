#include "array/nodes/transpose.h"

#include <numeric>
#include <utility>

#include "array/align.h"
#include "array/operations/chunk_operation.h"
#include "treadle/array.h"
#include "treadle/error.h"

namespace treadle::array {
namespace {

Chunks turned(const Chunks& before, const std::vector<std::size_t>& order) {
  std::vector<std::vector<std::int64_t>> axes;
  for (const std::size_t axis : order) axes.push_back(before.axis(axis));
  return Chunks(std::move(axes));
}

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

Key Transpose::identity() const {
  KeyBuilder identity("array.transpose");
  for (const std::size_t axis : order_) identity.add(static_cast<std::uint64_t>(axis));
  return identity.finish();
}

std::vector<TaskOutput> Transpose::lower(lazy::Lowering& lowering) const {
  const Chunks& before = as_array(inputs()[0]).chunks();
  const auto operation = chunk_operation(
      "transpose", identity(), {},
      [order = order_](std::span<const NdArray> own, TaskContext&) { return own[0].transposed(order); });
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
