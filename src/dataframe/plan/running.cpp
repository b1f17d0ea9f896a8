#include "dataframe/plan/running.h"

#include <array>
#include <memory>
#include <utility>

namespace treadle::dataframe {
namespace {

std::string_view name_of(RunningKind kind) {
  static constexpr std::array<std::string_view, 8> kNames = {"sum",    "product",   "min",   "max",
                                                             "number", "partition", "shift", "fill"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace

Running::Running(const PlanPtr& input, RunningSpec spec)
    : PlanNode({input}, std::make_shared<const Schema>(running_schema(*input->schema(), spec))),
      spec_(std::move(spec)) {}

std::string Running::parameters() const {
  std::string text;
  for (const RunningColumn& column : spec_.columns) {
    text += (text.empty() ? "" : ", ") + std::string(name_of(column.kind)) + "(" + column.column;
    const bool moves = column.kind == RunningKind::kShift || column.kind == RunningKind::kFill;
    if (moves) text += ", " + std::to_string(column.distance);
    text += ") as " + column.name;
  }
  for (std::size_t i = 0; i < spec_.options.keys.size(); ++i) {
    text += (i == 0 ? " within " : ", ") + spec_.options.keys[i];
  }
  if (spec_.options.backward) text += ", backward";
  return spec_.only ? text + spec_.only->to_string() : text;
}

lazy::NodePtr Running::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const Running>(as_plan(inputs[0]), spec_);
}

}  // namespace treadle::dataframe
