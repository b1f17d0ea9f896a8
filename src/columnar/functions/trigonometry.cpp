#include <algorithm>
#include <cmath>

#include "columnar/functions/kernel.h"
#include "columnar/functions/register.h"
#include "columnar/functions/types.h"

// Angles and hyperbolic functions, and what is precise near zero where its parts are not: cbrt, log1p,
// expm1.
namespace treadle::columnar::functions {
namespace {

using Types = std::span<const DataType>;

bool is_number(const DataType& type) { return type.is_numeric() || type.id() == TypeId::kNull; }

template <class T, T (*F)(T)>
Datum run_one(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    const Column& column = column_of(row[0]);
    return fixed_width(result, rows, column.validity(), map_values<T>(column.values_as<T>(), rows, F));
  });
}

template <double (*F)(double, double)>
Datum run_two(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    return fixed_width(result, rows, joint_validity(row, rows),
                       map_values<double>(Operand<double>(row[0]), Operand<double>(row[1]), rows, F));
  });
}

// A function's name as a parameter of what resolves it: the registry holds plain functions.
template <std::size_t kSize>
struct Name {
  consteval Name(const char (&text)[kSize]) {  // NOLINT(google-explicit-constructor)
    std::copy_n(text, kSize, characters);
  }
  char characters[kSize];
};

template <Name kName, double (*F)(double), float (*G)(float)>
ResolvedFunction resolve_one(Types types) {
  if (!is_number(types[0])) throw_no_kernel(kName.characters, "a number", types);
  if (types[0].id() == TypeId::kFloat32) return {TypeId::kFloat32, {TypeId::kFloat32}, run_one<float, G>};
  return {TypeId::kFloat64, {TypeId::kFloat64}, run_one<double, F>};
}

ResolvedFunction resolve_arctan2(Types types) {
  if (!is_number(types[0]) || !is_number(types[1])) throw_no_kernel("arctan2", "two numbers", types);
  return {TypeId::kFloat64, {TypeId::kFloat64, TypeId::kFloat64}, run_two<std::atan2>};
}

template <Name kName, double (*F)(double), float (*G)(float)>
void add(FunctionRegistry& registry) {
  registry.add({kName.characters, 1, 1, resolve_one<kName, F, G>});
}

}  // namespace

void register_trigonometry(FunctionRegistry& registry) {
  add<"sin", std::sin, std::sin>(registry);
  add<"cos", std::cos, std::cos>(registry);
  add<"tan", std::tan, std::tan>(registry);
  add<"arcsin", std::asin, std::asin>(registry);
  add<"arccos", std::acos, std::acos>(registry);
  add<"arctan", std::atan, std::atan>(registry);
  add<"sinh", std::sinh, std::sinh>(registry);
  add<"cosh", std::cosh, std::cosh>(registry);
  add<"tanh", std::tanh, std::tanh>(registry);
  add<"arcsinh", std::asinh, std::asinh>(registry);
  add<"arccosh", std::acosh, std::acosh>(registry);
  add<"arctanh", std::atanh, std::atanh>(registry);
  add<"cbrt", std::cbrt, std::cbrt>(registry);
  add<"log1p", std::log1p, std::log1p>(registry);
  add<"expm1", std::expm1, std::expm1>(registry);
  registry.add({"arctan2", 2, 2, resolve_arctan2});
}

}  // namespace treadle::columnar::functions
