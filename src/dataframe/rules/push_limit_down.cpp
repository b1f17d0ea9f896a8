#include <algorithm>
#include <utility>
#include <vector>

#include "dataframe/plan/combine.h"
#include "dataframe/rules/rules.h"

namespace treadle::dataframe {
namespace {

/// The first rows of `input`, or null if it has no more already.
PlanPtr first_rows_of(const PlanPtr& input, std::int64_t num_rows) {
  const auto* head = node_as<Head>(input);
  if (head != nullptr && head->num_rows() <= num_rows) return nullptr;
  return std::make_shared<const Head>(input, num_rows);
}

/// Every input of a union, and the left side of a left join, gives at least a row for each of its own.
lazy::NodePtr below_several(const Head& head, const lazy::NodePtr& below) {
  if (head.end() == Head::kAll) return nullptr;
  const auto* join = node_as<Join>(below);
  if (join != nullptr && join->spec().kind != JoinKind::kLeft) return nullptr;
  std::vector<lazy::NodePtr> inputs = below->inputs();
  bool any = false;
  for (std::size_t i = 0; i < (join != nullptr ? 1 : inputs.size()); ++i) {
    const PlanPtr first = first_rows_of(as_plan(inputs[i]), head.end());
    any |= first != nullptr;
    if (first) inputs[i] = first;
  }
  return any ? head.with_inputs({below->with_inputs(std::move(inputs))}) : nullptr;
}

}  // namespace

lazy::NodePtr push_limit_down(const lazy::NodePtr& node, const lazy::Consumers& consumers) {
  const auto* head = node_as<Head>(node);
  if (head == nullptr) return nullptr;
  const lazy::NodePtr& below = head->inputs()[0];
  if (const auto* lower = node_as<Head>(below)) {
    const std::int64_t left = lower->num_rows() == Head::kAll
                                  ? Head::kAll
                                  : std::max<std::int64_t>(0, lower->num_rows() - head->offset());
    const std::int64_t offset =
        head->offset() > Head::kAll - lower->offset() ? Head::kAll : lower->offset() + head->offset();
    return std::make_shared<const Head>(lower->input(), std::min(head->num_rows(), left), offset);
  }
  if (consumers.shared(*below)) return nullptr;
  if (below->inputs().size() > 1) return below_several(*head, below);
  if (node_as<Project>(below) == nullptr) return nullptr;
  return below->with_inputs({head->with_inputs({below->inputs()[0]})});
}

}  // namespace treadle::dataframe
