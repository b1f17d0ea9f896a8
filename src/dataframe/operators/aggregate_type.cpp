#include <algorithm>
#include <string>

#include "dataframe/operators/aggregate.h"
#include "dataframe/operators/aggregate_state.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

[[noreturn]] void refuse(const AggregateSpec& spec, const DataType& input, std::string_view wanted) {
  const std::string of = spec.name.empty() ? "" : " (\"" + spec.name + "\")";
  throw TypeError(std::string(aggregate_name(spec.kind)) + of + " takes " + std::string(wanted) + "; found " +
                  input.to_string());
}

DataType sum_type(const AggregateSpec& spec, const DataType& input) {
  if (input.id() == TypeId::kBool || input.is_signed_integer()) return TypeId::kInt64;
  if (input.is_integer()) return TypeId::kUInt64;
  if (input.is_float()) return TypeId::kFloat64;
  if (input.id() == TypeId::kDecimal128) return DataType::decimal(38, input.scale());
  if (input.id() == TypeId::kDuration) return input;
  refuse(spec, input, "numbers, bools or durations");
}

DataType product_type(const AggregateSpec& spec, const DataType& input) {
  if (input.id() == TypeId::kBool || input.is_integer() || input.is_float()) return sum_type(spec, input);
  refuse(spec, input, "numbers but decimals, or bools");
}

DataType mean_type(const AggregateSpec& spec, const DataType& input) {
  if (input.id() == TypeId::kBool || input.is_integer() || input.is_float()) return TypeId::kFloat64;
  if (input.id() == TypeId::kDecimal128) return DataType::decimal(38, std::min(input.scale() + 4, 38));
  if (input.id() == TypeId::kDate) return DataType::timestamp(TimeUnit::kMicro);
  if (input.is_temporal()) return input;
  refuse(spec, input, "numbers, bools, dates or times");
}

}  // namespace

DataType aggregate_type(const AggregateSpec& spec, const DataType& input) {
  switch (spec.kind) {
    case AggregateKind::kCount:
    case AggregateKind::kSize:
      return TypeId::kInt64;
    case AggregateKind::kSum:
      return sum_type(spec, input);
    case AggregateKind::kProduct:
      return product_type(spec, input);
    case AggregateKind::kMean:
      return mean_type(spec, input);
    case AggregateKind::kMedian:
    case AggregateKind::kQuantile:
      if (input.id() == TypeId::kDecimal128) refuse(spec, input, "numbers but decimals (cast to float64)");
      return mean_type(spec, input);
    case AggregateKind::kStd:
    case AggregateKind::kVar:
      if (input.id() == TypeId::kDecimal128) refuse(spec, input, "numbers but decimals (cast to float64)");
      if (input.id() != TypeId::kBool && !input.is_numeric()) refuse(spec, input, "numbers or bools");
      return TypeId::kFloat64;
    case AggregateKind::kNunique:
      if (input.is_nested()) refuse(spec, input, "a type without children");
      return TypeId::kInt64;
    default:
      if (input.is_nested()) refuse(spec, input, "a type without children");
      return input;
  }
}

Schema aggregate_schema(const AggregatePlan& plan, const Schema& input) {
  std::vector<Field> fields(input.fields().begin(),
                            input.fields().begin() + static_cast<std::ptrdiff_t>(plan.num_keys));
  for (const AggregateSpec& spec : plan.aggregates) {
    const DataType type = spec.column ? input.field(*spec.column).type : DataType();
    fields.push_back(Field{spec.name, aggregate_type(spec, type)});
  }
  return Schema(std::move(fields));
}

}  // namespace treadle::dataframe
