#include <utility>
#include <variant>

#include "columnar/scalar_column.h"
#include "dataframe/expressions/bind.h"
#include "treadle/error.h"

namespace treadle::dataframe {

columnar::Datum BoundExpressions::compute(const Step& step, std::span<const columnar::Datum> arguments,
                                          std::int64_t length) {
  try {
    if (step.kind == StepKind::kCall) return step.kernel(arguments, length, step.type);
    return std::visit(
        [&](const auto& argument) {
          return columnar::Datum(columnar::cast(argument, step.type, step.strict));
        },
        arguments[0]);
  } catch (const TypeError& error) {
    throw TypeError(step.text + ": " + error.what());
  } catch (const InvalidArgument& error) {
    throw InvalidArgument(step.text + ": " + error.what());
  }
}

std::vector<columnar::Datum> BoundExpressions::evaluate(const columnar::Batch& batch) const {
  std::vector<columnar::Datum> results(steps_.size());
  std::vector<columnar::Datum> arguments;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    if (step.kind == StepKind::kInput) {
      results[i] = batch.column(step.column);
      continue;
    }
    if (step.kind == StepKind::kConstant) {
      results[i] = step.value;
      continue;
    }
    for (const std::uint32_t argument : step.arguments) arguments.push_back(results[argument]);
    results[i] = compute(step, arguments, batch.num_rows());
    // Temporaries of a morsel go as soon as nothing needs them: a long expression holds few of them at once.
    arguments.clear();
    for (const std::uint32_t argument : step.arguments) {
      if (steps_[argument].last_use == i) results[argument] = columnar::Datum();
    }
  }
  std::vector<columnar::Datum> outputs;
  outputs.reserve(outputs_.size());
  for (const std::uint32_t output : outputs_) outputs.push_back(results[output]);
  return outputs;
}

columnar::Column to_column(const columnar::Datum& datum, std::int64_t length) {
  if (const auto* column = std::get_if<columnar::Column>(&datum)) return *column;
  return columnar::repeat(std::get<Scalar>(datum), length);
}

}  // namespace treadle::dataframe
