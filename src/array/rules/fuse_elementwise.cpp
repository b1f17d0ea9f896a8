#include "array/rules/rules.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "array/nodes/elementwise.h"
#include "array/nodes/reduce.h"

namespace treadle::array {
namespace {

/// So many inputs and steps are one pass at most: each value has its tile, and tiles must fit the cache.
constexpr std::size_t kMostInputs = 16;
constexpr std::size_t kMostSteps = 256;

struct Fused {
  Program program;
  std::vector<lazy::NodePtr> inputs;
};

/// Inputs that are the same node are read once.
void join_same_inputs(Fused& fused) {
  for (std::size_t i = 0; i < fused.inputs.size(); ++i) {
    for (std::size_t k = fused.inputs.size(); k-- > i + 1;) {
      if (fused.inputs[i] != fused.inputs[k]) continue;
      fused.program = fused.program.with_same_inputs(i, k);
      fused.inputs.erase(fused.inputs.begin() + static_cast<std::ptrdiff_t>(k));
    }
  }
}

/// `program` over `inputs` with the first input that can be computed in the same pass taken in: an
/// expression of the same chunks (a smaller one would be computed again for each chunk it broadcasts to) that
/// nobody else uses, or that is used by this program only.
std::optional<Fused> fuse_one(const Program& program, const std::vector<lazy::NodePtr>& inputs,
                              const Chunks& chunks, const lazy::Consumers& consumers) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto* inner = dynamic_cast<const Elementwise*>(inputs[i].get());
    if (inner == nullptr || consumers.shared(*inner) || inner->chunks() != chunks) continue;
    if (inputs.size() - 1 + inner->inputs().size() > kMostInputs) continue;
    if (program.steps().size() + inner->program().steps().size() > kMostSteps) continue;
    Fused fused{program.with_input(i, inner->program()), inputs};
    fused.inputs.erase(fused.inputs.begin() + static_cast<std::ptrdiff_t>(i));
    fused.inputs.insert(fused.inputs.end(), inner->inputs().begin(), inner->inputs().end());
    join_same_inputs(fused);
    return fused;
  }
  return std::nullopt;
}

}  // namespace

lazy::NodePtr fuse_elementwise(const lazy::NodePtr& node, const lazy::Consumers& consumers) {
  if (const auto* outer = dynamic_cast<const Elementwise*>(node.get())) {
    auto fused = fuse_one(outer->program(), outer->inputs(), outer->chunks(), consumers);
    if (!fused) return nullptr;
    return std::make_shared<const Elementwise>(std::move(fused->program), outer->chunks(),
                                               std::move(fused->inputs));
  }
  if (const auto* outer = dynamic_cast<const Reduce*>(node.get())) {
    auto fused = fuse_one(outer->program(), outer->inputs(), outer->whole(), consumers);
    if (!fused) return nullptr;
    return std::make_shared<const Reduce>(outer->spec(), std::move(fused->program), outer->whole(),
                                          std::move(fused->inputs));
  }
  return nullptr;
}

}  // namespace treadle::array
