#include "array/linear/factor_step.h"

#include <utility>

#include "array/nodes/step.h"

namespace treadle::array {

Array factor_step(const char* kind, const Array& x, std::uint32_t slot, std::uint32_t num_slots, DType dtype,
                  Chunks chunks, FactorWork work) {
  const Key key = KeyBuilder(kind).add(slot).finish();
  const std::size_t bytes = 3 * static_cast<std::size_t>(x.chunks().largest()) * x.dtype().size();
  return Array(std::make_shared<const Step>(
      kind, std::to_string(slot), key, dtype, std::move(chunks), std::vector<lazy::NodePtr>{x.node()},
      [=, work = std::move(work)](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        const auto operation = work({.memory = {bytes, 0}, .num_slots = num_slots});
        std::vector<TaskOutput> blocks;
        for (const TaskOutput& block : lowering.blocks(inputs[0])) {
          blocks.push_back({lowering.graph().add(operation, {block}), slot});
        }
        return blocks;
      }));
}

}  // namespace treadle::array
