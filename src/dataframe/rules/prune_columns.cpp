#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "dataframe/plan/combine.h"
#include "dataframe/plan/integer_division.h"
#include "dataframe/plan/partitions.h"
#include "dataframe/plan/running.h"
#include "dataframe/plan/window.h"
#include "dataframe/plan/with_values.h"
#include "dataframe/rules/rules.h"

namespace treadle::dataframe {
namespace {

using Names = std::set<std::string>;

Names all_columns(const PlanNode& node) {
  const std::vector<std::string> names = node.schema()->names();
  return {names.begin(), names.end()};
}

JoinSpec pruned(JoinSpec spec, const Names& wanted) {
  std::erase_if(spec.columns, [&](const JoinColumn& column) { return !wanted.contains(column.name); });
  if (!spec.condition) return spec;
  const Names asked = references(*spec.condition);
  // A condition without columns is still asked of rows: one column says how many there are.
  if (asked.empty()) {
    spec.condition_columns.resize(std::min<std::size_t>(spec.condition_columns.size(), 1));
  } else {
    std::erase_if(spec.condition_columns,
                  [&](const JoinColumn& column) { return !asked.contains(column.name); });
  }
  return spec;
}

/// The columns of a union's input that stand at the places of those wanted; the first if none is: rows count.
std::vector<std::string> names_in_input(const PlanNode& node, std::size_t input, const Names& wanted) {
  const Schema& own = *node.schema();
  const Schema& schema = *as_plan(node.inputs()[input])->schema();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < own.num_fields(); ++i) {
    if (wanted.contains(own.field(i).name)) names.push_back(schema.field(i).name);
  }
  if (names.empty() && own.num_fields() != 0) names.push_back(schema.field(0).name);
  return names;
}

/// The union over its new inputs, of which each is brought to the columns that are wanted, in their order.
lazy::NodePtr pruned_union(const PlanNode& node, const Names& wanted,
                           const std::vector<lazy::NodePtr>& inputs) {
  std::vector<PlanPtr> selected;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::vector<std::string> names = names_in_input(node, i, wanted);
    PlanPtr input = as_plan(inputs[i]);
    if (input->schema()->names() != names) {
      std::vector<ExpressionPtr> columns;
      for (const std::string& name : names) columns.push_back(make_column(name));
      input = std::make_shared<const Project>(std::move(input), std::move(columns));
    }
    selected.push_back(std::move(input));
  }
  return std::make_shared<const Union>(std::move(selected));
}

Names needed_of_running(const Running& running, const Names& wanted) {
  Names needed(running.spec().options.keys.begin(), running.spec().options.keys.end());
  for (const RunningColumn& column : running.spec().columns) {
    if (wanted.contains(column.name) && !column.column.empty()) needed.insert(column.column);
  }
  for (const std::string& name : all_columns(*running.input())) {
    if (wanted.contains(name)) needed.insert(name);
  }
  return needed;
}

Names needed_of_window(const Window& window, const Names& wanted) {
  Names needed(window.spec().partition_by.begin(), window.spec().partition_by.end());
  needed.insert(window.spec().order_by.begin(), window.spec().order_by.end());
  for (const WindowColumn& column : window.spec().columns) {
    if (wanted.contains(column.name) && !column.column.empty()) needed.insert(column.column);
  }
  for (const std::string& name : all_columns(*window.input())) {
    if (wanted.contains(name)) needed.insert(name);
  }
  return needed;
}

/// What a node needs of one of its inputs when `wanted` of its own columns are looked at.
Names needed_of_input(const lazy::NodePtr& node, std::size_t input, const Names& wanted) {
  if (const auto* filter = node_as<Filter>(node)) {
    Names needed = wanted;
    add_references(*filter->predicate(), needed);
    return needed;
  }
  if (const auto* project = node_as<Project>(node)) {
    Names needed;
    for (const ExpressionPtr& expression : project->expressions()) {
      if (wanted.contains(output_name(*expression))) add_references(*expression, needed);
    }
    return needed;
  }
  if (const auto* aggregate = node_as<Aggregate>(node)) {
    Names needed(aggregate->keys().begin(), aggregate->keys().end());
    for (const AggregateColumn& column : aggregate->aggregates()) {
      if (!column.column.empty() && wanted.contains(column.name)) needed.insert(column.column);
    }
    return needed;
  }
  if (const auto* sort = node_as<Sort>(node)) {
    Names needed = wanted;
    for (const SortColumn& column : sort->columns()) needed.insert(column.name);
    return needed;
  }
  if (node_as<WithValues>(node) != nullptr) {
    Names needed;
    for (const std::string& name : all_columns(*as_plan(node->inputs()[input]))) {
      if (wanted.contains(name)) needed.insert(name);
    }
    return needed;
  }
  if (const auto* division = node_as<IntegerDivision>(node)) {
    Names needed = wanted;
    needed.erase(division->name());
    division->add_operands(needed);
    return needed;
  }
  if (node_as<Head>(node) != nullptr || node_as<Repartition>(node) != nullptr ||
      node_as<ChoosePartitions>(node) != nullptr) {
    return wanted;
  }
  if (const auto* cut = node_as<Cut>(node)) {
    Names needed = wanted;
    needed.insert(cut->spec().together.begin(), cut->spec().together.end());
    if (cut->spec().bounds) needed.insert(cut->spec().column);
    return needed;
  }
  if (const auto* running = node_as<Running>(node)) return needed_of_running(*running, wanted);
  if (const auto* window = node_as<Window>(node)) return needed_of_window(*window, wanted);
  const auto* map = node_as<MapPartitions>(node);
  if (map != nullptr && map->spec().beside) {
    Names needed(map->spec().beside->begin(), map->spec().beside->end());
    for (const std::string& name : all_columns(*as_plan(node->inputs()[0]))) {
      if (wanted.contains(name)) needed.insert(name);
    }
    return needed;
  }
  if (const auto* join = node_as<Join>(node)) {
    const JoinSide side = input == 0 ? JoinSide::kLeft : JoinSide::kRight;
    const std::vector<std::string> names = pruned(join->spec(), wanted).columns_of(side);
    return {names.begin(), names.end()};
  }
  if (node_as<Union>(node) != nullptr) {
    const std::vector<std::string> names = names_in_input(*as_plan(node), input, wanted);
    return {names.begin(), names.end()};
  }
  return all_columns(*as_plan(node->inputs()[input]));
}

lazy::NodePtr without_unwanted(const lazy::NodePtr& node, const Names& wanted) {
  if (const auto* scan = node_as<Scan>(node)) {
    std::vector<std::string> columns;
    for (const std::string& name : scan->request().columns) {
      if (wanted.contains(name)) columns.push_back(name);
    }
    if (columns.size() == scan->request().columns.size()) return node;
    return std::make_shared<const Scan>(scan->source(), std::move(columns), scan->request().prune);
  }
  if (const auto* project = node_as<Project>(node)) {
    std::vector<ExpressionPtr> expressions;
    for (const ExpressionPtr& expression : project->expressions()) {
      if (wanted.contains(output_name(*expression))) expressions.push_back(expression);
    }
    return std::make_shared<const Project>(project->input(), std::move(expressions));
  }
  if (const auto* aggregate = node_as<Aggregate>(node)) {
    std::vector<AggregateColumn> columns;
    for (const AggregateColumn& column : aggregate->aggregates()) {
      if (wanted.contains(column.name)) columns.push_back(column);
    }
    return std::make_shared<const Aggregate>(aggregate->input(), aggregate->keys(), std::move(columns));
  }
  if (const auto* running = node_as<Running>(node)) {
    RunningSpec spec = running->spec();
    std::erase_if(spec.columns, [&](const RunningColumn& column) {
      return !wanted.contains(column.name) && !(spec.only && spec.only->column == column.name);
    });
    return std::make_shared<const Running>(running->input(), std::move(spec));
  }
  if (const auto* window = node_as<Window>(node)) {
    WindowSpec spec = window->spec();
    std::erase_if(spec.columns, [&](const WindowColumn& column) {
      return !wanted.contains(column.name) && !(spec.only && spec.only->column == column.name);
    });
    return std::make_shared<const Window>(window->input(), std::move(spec));
  }
  if (const auto* join = node_as<Join>(node)) {
    return std::make_shared<const Join>(join->left(), join->right(), pruned(join->spec(), wanted));
  }
  return node;
}

/// What is looked at of each node, by any consumer; of roots, everything.
std::unordered_map<const lazy::Node*, Names> wanted_columns(std::span<const lazy::NodePtr> roots) {
  std::unordered_map<const lazy::Node*, Names> wanted;
  for (const lazy::NodePtr& root : roots) wanted[root.get()] = all_columns(*as_plan(root));
  const std::vector<lazy::NodePtr> order = lazy::topological_order(roots);
  for (auto node = order.rbegin(); node != order.rend(); ++node) {
    const Names own = wanted[node->get()];
    for (std::size_t i = 0; i < (*node)->inputs().size(); ++i) {
      const Names needed = needed_of_input(*node, i, own);
      wanted[(*node)->inputs()[i].get()].insert(needed.begin(), needed.end());
    }
  }
  return wanted;
}

}  // namespace

std::vector<lazy::NodePtr> prune_columns(std::span<const lazy::NodePtr> roots) {
  std::unordered_map<const lazy::Node*, Names> wanted = wanted_columns(roots);
  // A node is cut before its input changes under it: an expression that nobody wants names columns that are
  // gone.
  std::unordered_map<const lazy::Node*, lazy::NodePtr> done;
  for (const lazy::NodePtr& node : lazy::topological_order(roots)) {
    lazy::NodePtr cut = without_unwanted(node, wanted[node.get()]);
    const auto* running = node_as<Running>(cut);
    const auto* window = node_as<Window>(cut);
    const auto* division = node_as<IntegerDivision>(cut);
    if ((division != nullptr && !wanted[node.get()].contains(division->name())) ||
        (running != nullptr && running->spec().columns.empty()) ||
        (window != nullptr && window->spec().columns.empty())) {
      done.emplace(node.get(), done.at(node->inputs()[0].get()));
      continue;
    }
    std::vector<lazy::NodePtr> inputs;
    for (const lazy::NodePtr& input : node->inputs()) inputs.push_back(done.at(input.get()));
    if (node_as<Union>(node) != nullptr) {
      cut = pruned_union(*as_plan(node), wanted[node.get()], inputs);
    } else if (!inputs.empty()) {
      cut = cut->with_inputs(std::move(inputs));
    }
    done.emplace(node.get(), std::move(cut));
  }
  std::vector<lazy::NodePtr> result;
  for (const lazy::NodePtr& root : roots) result.push_back(done.at(root.get()));
  return result;
}

}  // namespace treadle::dataframe
