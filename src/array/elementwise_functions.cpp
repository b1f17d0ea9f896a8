#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "array/align.h"
#include "array/kernels/ufunc.h"
#include "array/nodes/elementwise.h"
#include "memory/buffer.h"
#include "treadle/array.h"
#include "treadle/error.h"

// Elementwise functions as plans: types are found, casts put in, chunks aligned.
namespace treadle::array {
namespace {

using K = ElementKind;
using Number = ArrayOperand::Number;

/// What a plain number is beside values of `strong`, or alone.
DType type_of_number(const Number& number, std::optional<DType> strong) {
  if (std::holds_alternative<bool>(number)) return K::kBool;
  if (std::holds_alternative<std::int64_t>(number)) {
    if (!strong || strong->is_bool() || strong->is_time()) return K::kInt64;
    return *strong;
  }
  if (std::holds_alternative<double>(number)) {
    return strong && (strong->is_float() || strong->is_complex()) ? *strong : DType(K::kFloat64);
  }
  const bool single = strong && (*strong == DType(K::kFloat32) || *strong == DType(K::kComplex64));
  return single ? K::kComplex64 : K::kComplex128;
}

bool fits(std::int64_t number, DType integer) {
  if (!integer.is_integer() || integer.size() == 8) return !integer.is_unsigned() || number >= 0;
  const std::size_t bits = 8 * integer.size();
  if (integer.is_unsigned()) return number >= 0 && number < (std::int64_t{1} << bits);
  const std::int64_t edge = std::int64_t{1} << (bits - 1);
  return number >= -edge && number < edge;
}

bool compares(std::string_view function) {
  static const std::set<std::string_view> names = {"equal",      "not_equal", "less",
                                                   "less_equal", "greater",   "greater_equal"};
  return names.contains(function);
}

/// A number as an element of `dtype`.
NdArray constant(const Number& number, DType dtype) {
  const NdArray value = std::visit([](auto n) { return NdArray::scalar(n); }, number);
  if (value.dtype() == dtype) return value;
  if (dtype.is_time()) return value.viewed_as(dtype);
  alignas(16) std::uint8_t bytes[16];
  const void* from = value.data();
  cast_function(value.dtype().kind(), dtype.kind())(&from, bytes, 1);
  const BufferPtr buffer = Buffer::copy(bytes, dtype.size());
  return {dtype, {}, {}, buffer->data(), buffer->owner(), buffer->size()};
}

std::int64_t per_day(DateUnit unit) {
  switch (unit) {
    case DateUnit::kHour:
      return 24;
    case DateUnit::kMinute:
      return 1440;
    case DateUnit::kSecond:
      return 86400;
    default:
      return 0;
  }
}

/// How many of the finer unit one of the coarser is. Throws TypeError where it is no fixed number.
std::int64_t ratio(DateUnit coarse, DateUnit fine) {
  const auto refuse = [] {
    throw TypeError(
        "expected units between which there is a fixed ratio that fits 64 bits, "
        "found years, months, or units too far apart");
  };
  if (coarse == fine) return 1;
  if (coarse == DateUnit::kYear && fine == DateUnit::kMonth) return 12;
  if (coarse <= DateUnit::kMonth) refuse();
  std::int64_t factor = 1;
  if (coarse == DateUnit::kWeek) {
    factor = 7;
    coarse = DateUnit::kDay;
  }
  const DateUnit whole = std::min(fine, DateUnit::kSecond);
  if (coarse <= DateUnit::kSecond && whole > coarse) {
    const std::int64_t below = coarse == DateUnit::kDay ? 1 : per_day(coarse);
    factor *= per_day(whole) / below;
    coarse = whole;
  }
  for (; coarse < fine; coarse = static_cast<DateUnit>(static_cast<int>(coarse) + 1)) {
    if (__builtin_mul_overflow(factor, std::int64_t{1000}, &factor)) refuse();
  }
  return factor;
}

/// Collects the steps of an expression.
class ProgramBuilder {
 public:
  explicit ProgramBuilder(std::vector<DType> inputs) : inputs_(std::move(inputs)) {}

  /// Constants are numbered behind the inputs, all of them before the first step.
  std::uint32_t add_constant(NdArray value) {
    constants_.push_back(std::move(value));
    return static_cast<std::uint32_t>(inputs_.size() + constants_.size() - 1);
  }
  std::uint32_t add_step(Program::Step step) {
    steps_.push_back(std::move(step));
    return static_cast<std::uint32_t>(inputs_.size() + constants_.size() + steps_.size() - 1);
  }
  Program take() { return {std::move(inputs_), std::move(constants_), std::move(steps_)}; }

 private:
  std::vector<DType> inputs_;
  std::vector<NdArray> constants_;
  std::vector<Program::Step> steps_;
};

/// A program that casts its one input.
Program cast_program(DType from, DType to) {
  if (from.is_time() && to.is_time() && from.unit() != to.unit() && from.unit() != DateUnit::kGeneric &&
      to.unit() != DateUnit::kGeneric) {
    const bool finer = to.unit() > from.unit();
    const std::int64_t factor = finer ? ratio(from.unit(), to.unit()) : ratio(to.unit(), from.unit());
    const DType types[] = {DType(K::kTimedelta), DType(K::kInt64)};
    const ResolvedUfunc scale = resolve(find_ufunc(finer ? "multiply" : "floor_divide"), types);
    return {{from}, {NdArray::scalar(factor)}, {{finer ? "refine" : "coarsen", scale.loop->run, {0, 1}, to}}};
  }
  if (from.is_time() != to.is_time() && !from.is_integer() && !to.is_integer() && !from.is_bool()) {
    throw TypeError("expected a type that " + from.name() + " can be cast to, found " + to.name());
  }
  return {{from}, {}, {{"cast", cast_function(from.kind(), to.kind()), {0}, to}}};
}

Array make_elementwise(Program program, const std::vector<Array>& inputs) {
  const Aligned aligned = align(inputs);
  std::vector<lazy::NodePtr> nodes;
  for (const Array& input : aligned.arrays) nodes.push_back(input.node());
  return Array(std::make_shared<const Elementwise>(std::move(program), aligned.chunks, std::move(nodes)));
}

/// The types of all arguments, plain numbers beside arrays taken as those need.
std::vector<DType> argument_types(std::string_view function, const std::vector<ArrayOperand>& arguments) {
  std::optional<DType> strong;
  const bool selects = function == "where";
  for (std::size_t i = selects ? 1 : 0; i < arguments.size(); ++i) {
    const Array* array = arguments[i].array();
    if (array == nullptr) continue;
    // Functions of datetimes and numbers have no common type; they need none.
    const bool mixed = strong && strong->is_time() != array->dtype().is_time();
    if (!mixed) strong = strong ? promote(*strong, array->dtype()) : array->dtype();
  }
  std::vector<DType> types;
  for (const ArrayOperand& argument : arguments) {
    if (const Array* array = argument.array()) {
      types.push_back(array->dtype());
      continue;
    }
    DType type = type_of_number(argument.number(), strong);
    const auto* integer = std::get_if<std::int64_t>(&argument.number());
    if (integer != nullptr && !fits(*integer, type)) {
      if (!compares(function)) {
        throw InvalidArgument("expected a number that fits " + type.name() + ", found " +
                              std::to_string(*integer));
      }
      type = K::kInt64;
    }
    types.push_back(type);
  }
  if (selects) types[0] = K::kBool;
  return types;
}

}  // namespace

Array apply(std::string_view function, const std::vector<ArrayOperand>& arguments) {
  const Ufunc& ufunc = find_ufunc(function);
  const ResolvedUfunc resolved = resolve(ufunc, argument_types(function, arguments));
  if (function == "power" && arguments.size() == 2 && resolved.output.is_integer()) {
    const auto* exponent =
        arguments[1].array() == nullptr ? std::get_if<std::int64_t>(&arguments[1].number()) : nullptr;
    if (exponent != nullptr && *exponent < 0) {
      throw InvalidArgument("expected an exponent of 0 or more for a power of integers, found " +
                            std::to_string(*exponent));
    }
  }
  std::vector<Array> inputs;
  std::vector<DType> input_types;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Array* array = arguments[i].array();
    if (array == nullptr) continue;
    // A cast is a step of its own; fusion makes them one.
    inputs.push_back(array->astype(resolved.inputs[i]));
    input_types.push_back(resolved.inputs[i]);
  }
  if (inputs.empty()) throw InvalidArgument("expected at least one array for " + ufunc.name + "()");
  ProgramBuilder builder(std::move(input_types));
  std::vector<std::uint32_t> values;
  std::uint32_t next_input = 0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].array() != nullptr)
      values.push_back(next_input++);
    else
      values.push_back(builder.add_constant(constant(arguments[i].number(), resolved.inputs[i])));
  }
  builder.add_step({ufunc.name, resolved.loop->run, std::move(values), resolved.output});
  return make_elementwise(builder.take(), inputs);
}

std::vector<std::string> function_names() { return ufunc_names(); }

Array where(const Array& condition, const ArrayOperand& yes, const ArrayOperand& no) {
  return apply("where", {condition.astype(K::kBool), yes, no});
}

}  // namespace treadle::array

namespace treadle {

Array Array::astype(DType dtype) const {
  if (dtype == this->dtype()) return *this;
  return array::make_elementwise(array::cast_program(this->dtype(), dtype), {*this});
}

#define TREADLE_BINARY_OPERATOR(op, name)                                                         \
  Array operator op(const ArrayOperand& a, const Array& b) { return array::apply(name, {a, b}); } \
  Array operator op(const Array& a, const ArrayOperand& b) { return array::apply(name, {a, b}); } \
  Array operator op(const Array& a, const Array& b) { return array::apply(name, {a, b}); }
TREADLE_BINARY_OPERATOR(+, "add")
TREADLE_BINARY_OPERATOR(-, "subtract")
TREADLE_BINARY_OPERATOR(*, "multiply")
TREADLE_BINARY_OPERATOR(/, "divide")
#undef TREADLE_BINARY_OPERATOR

Array operator-(const Array& a) { return array::apply("negative", {a}); }
Array operator<(const Array& a, const ArrayOperand& b) { return array::apply("less", {a, b}); }
Array operator<=(const Array& a, const ArrayOperand& b) { return array::apply("less_equal", {a, b}); }
Array operator>(const Array& a, const ArrayOperand& b) { return array::apply("greater", {a, b}); }
Array operator>=(const Array& a, const ArrayOperand& b) { return array::apply("greater_equal", {a, b}); }

}  // namespace treadle
