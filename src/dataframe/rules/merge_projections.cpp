#include <algorithm>
#include <map>
#include <utility>

#include "dataframe/expressions/substitute.h"
#include "dataframe/rules/rules.h"

namespace treadle::dataframe {
namespace {

/// Trees deeper than this are left in steps: walks over them recurse.
constexpr std::size_t kMaxMergedDepth = 100;

void count_uses(const ExpressionNode& node, std::map<std::string, int>& uses) {
  if (const auto* column = node.as<ColumnReference>()) ++uses[column->name];
  for (const ExpressionPtr& argument : node.arguments()) count_uses(*argument, uses);
}

/// All of the input's columns, in their order, under their names.
bool changes_nothing(const Project& project) {
  const Schema& input = *project.input()->schema();
  if (!project.only_selects() || project.expressions().size() != input.num_fields()) return false;
  for (std::size_t i = 0; i < input.num_fields(); ++i) {
    if (output_name(*project.expressions()[i]) != input.field(i).name) return false;
  }
  return true;
}

/// What the lower projection computes may be used once: copies of copies would grow without bound.
bool worth_merging(const Project& upper, const Definitions& lower) {
  std::map<std::string, int> uses;
  for (const ExpressionPtr& expression : upper.expressions()) count_uses(*expression, uses);
  return std::all_of(lower.begin(), lower.end(), [&](const auto& definition) {
    const bool computed = !definition.second->arguments().empty();
    return !computed || uses[definition.first] <= 1;
  });
}

}  // namespace

lazy::NodePtr merge_projections(const lazy::NodePtr& node, const lazy::Consumers& consumers) {
  const auto* upper = node_as<Project>(node);
  if (upper == nullptr) return nullptr;
  if (changes_nothing(*upper)) return upper->input();
  const auto* lower = node_as<Project>(upper->inputs()[0]);
  if (lower == nullptr || consumers.shared(*lower)) return nullptr;
  Definitions definitions;
  for (const ExpressionPtr& expression : lower->expressions()) {
    definitions.emplace(output_name(*expression), without_alias(expression));
  }
  if (!worth_merging(*upper, definitions)) return nullptr;
  std::vector<ExpressionPtr> merged;
  for (const ExpressionPtr& expression : upper->expressions()) {
    const std::string name = output_name(*expression);
    ExpressionPtr replaced = substitute(expression, definitions);
    if (replaced->depth() > kMaxMergedDepth) return nullptr;
    if (output_name(*replaced) != name) replaced = make_alias(std::move(replaced), name);
    merged.push_back(std::move(replaced));
  }
  return std::make_shared<const Project>(lower->input(), std::move(merged));
}

}  // namespace treadle::dataframe
