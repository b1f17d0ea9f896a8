#include <numeric>
#include <utility>

#include "array/align.h"
#include "array/nodes/step.h"
#include "array/operations/chunk_operation.h"
#include "treadle/array.h"
#include "treadle/error.h"

namespace treadle {

Array Array::transpose(std::optional<std::vector<std::int64_t>> axes) const {
  std::vector<std::size_t> order(ndim());
  if (axes) {
    std::vector<bool> seen(ndim(), false);
    if (axes->size() != ndim()) {
      throw InvalidArgument("expected each of " + std::to_string(ndim()) + " axes once, found " +
                            std::to_string(axes->size()) + " axes");
    }
    for (std::size_t i = 0; i < ndim(); ++i) {
      order[i] = array::checked_axis((*axes)[i], ndim());
      if (seen[order[i]]) {
        throw InvalidArgument("expected each axis once, found axis " + std::to_string((*axes)[i]) + " twice");
      }
      seen[order[i]] = true;
    }
  } else {
    for (std::size_t i = 0; i < ndim(); ++i) order[i] = ndim() - 1 - i;
  }
  std::vector<std::vector<std::int64_t>> turned;
  KeyBuilder identity("array.transpose");
  std::string parameters;
  for (const std::size_t axis : order) {
    turned.push_back(chunks().axis(axis));
    identity.add(static_cast<std::uint64_t>(axis));
    parameters += (parameters.empty() ? "" : ", ") + std::to_string(axis);
  }
  const Key key = identity.finish();
  const Chunks after(std::move(turned));
  return Array(std::make_shared<const array::Step>(
      "Transpose", parameters, key, dtype(), after, std::vector<lazy::NodePtr>{node_},
      [after, order, key](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        const Chunks& before = array::as_array(inputs[0]).chunks();
        const auto operation = array::chunk_operation(
            "transpose", key, {},
            [order](std::span<const NdArray> blocks, TaskContext&) { return blocks[0].transposed(order); });
        std::vector<TaskOutput> blocks;
        for (std::size_t block = 0; block < after.size(); ++block) {
          const std::vector<std::size_t> place = after.place(block);
          std::vector<std::size_t> from(place.size());
          for (std::size_t i = 0; i < order.size(); ++i) from[order[i]] = place[i];
          blocks.push_back(
              {lowering.graph().add(operation, {lowering.blocks(inputs[0])[before.number(from)]})});
        }
        return blocks;
      }));
}

}  // namespace treadle
