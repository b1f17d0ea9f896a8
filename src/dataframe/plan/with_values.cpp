#include "dataframe/plan/with_values.h"

#include <set>
#include <utility>

#include "dataframe/plan/combine.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

columnar::SchemaPtr both(const Schema& rows, const Schema& values) {
  std::vector<Field> fields = rows.fields();
  fields.insert(fields.end(), values.fields().begin(), values.fields().end());
  std::set<std::string> names;
  for (const Field& field : fields) {
    if (!names.insert(field.name).second) {
      throw InvalidArgument("with_values: expected different names on both sides, found \"" + field.name +
                            "\" twice");
    }
  }
  return std::make_shared<const Schema>(std::move(fields));
}

}  // namespace

WithValues::WithValues(const PlanPtr& rows, const PlanPtr& values)
    : PlanNode({rows, values}, both(*rows->schema(), *values->schema())) {}

lazy::NodePtr WithValues::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const WithValues>(as_plan(inputs[0]), as_plan(inputs[1]));
}

PlanPtr WithValues::as_join() const {
  JoinSpec spec;
  spec.kind = JoinKind::kCross;
  for (const std::string& name : rows()->schema()->names()) {
    spec.columns.push_back({JoinSide::kLeft, name, name});
  }
  for (const std::string& name : values()->schema()->names()) {
    spec.columns.push_back({JoinSide::kRight, name, name});
  }
  return make_join(rows(), values(), std::move(spec));
}

}  // namespace treadle::dataframe
