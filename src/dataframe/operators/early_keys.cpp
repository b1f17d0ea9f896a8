#include "dataframe/operators/early_keys.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "dataframe/expressions/substitute.h"

namespace treadle::dataframe {
namespace {

/// What a step fails of must fail, whether or not the row has a partner later.
bool step_may_fail(const PipeStep& step) {
  if (step.join) return step.join->spec.condition && may_fail(*step.join->spec.condition);
  return std::ranges::any_of(step.expressions, [](const ExpressionPtr& one) { return may_fail(*one); });
}

/// What the column `name` behind a step is called before it, if it is the same value of the same left row.
std::optional<std::string> name_before(const PipeStep& step, const std::string& name) {
  if (step.join) {
    const auto& columns = step.join->spec.columns;
    const auto found = std::ranges::find(columns, name, &JoinColumn::name);
    if (found == columns.end() || found->side != JoinSide::kLeft) return std::nullopt;
    return found->column;
  }
  if (step.kind != PipeStep::Kind::kProject) return name;
  for (const ExpressionPtr& expression : step.expressions) {
    if (output_name(*expression) != name) continue;
    const auto* column = without_alias(expression)->as<ColumnReference>();
    return column == nullptr ? std::nullopt : std::optional(column->name);
  }
  return std::nullopt;
}

bool selects(const PipeStep& step) {
  return step.kind == PipeStep::Kind::kFilter || step.kind == PipeStep::Kind::kKeys;
}

}  // namespace

void ask_early(std::vector<PipeStep>& steps, PipeKeys keys) {
  auto at = steps.size();
  for (; at > 0; --at) {
    const PipeStep& step = steps[at - 1];
    auto name = step_may_fail(step) ? std::nullopt : name_before(step, keys.column);
    if (!name) break;
    keys.column = std::move(*name);
  }
  if (at == steps.size() && at != 0) return;
  // What else selects rows there does so first: all of it copies them together once.
  while (at < steps.size() && selects(steps[at])) ++at;
  PipeStep step;
  step.kind = PipeStep::Kind::kKeys;
  step.keys = std::make_shared<const PipeKeys>(std::move(keys));
  steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(at), std::move(step));
}

}  // namespace treadle::dataframe
