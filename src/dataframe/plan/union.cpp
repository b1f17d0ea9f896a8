#include <utility>

#include "dataframe/operators/union_values.h"
#include "dataframe/plan/combine.h"

namespace treadle::dataframe {
namespace {

std::vector<columnar::SchemaPtr> schemas_of(const std::vector<PlanPtr>& inputs) {
  std::vector<columnar::SchemaPtr> schemas;
  for (const PlanPtr& input : inputs) schemas.push_back(input->schema());
  return schemas;
}

}  // namespace

Union::Union(std::vector<PlanPtr> inputs) : PlanNode(inputs, union_schema(schemas_of(inputs))) {}

lazy::NodePtr Union::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  std::vector<PlanPtr> plans;
  for (const lazy::NodePtr& input : inputs) plans.push_back(as_plan(input));
  return std::make_shared<const Union>(std::move(plans));
}

}  // namespace treadle::dataframe
