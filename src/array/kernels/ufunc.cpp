#include "array/kernels/ufunc.h"

#include <algorithm>
#include <utility>

#include "treadle/error.h"

namespace treadle::array {
namespace {

const UfuncTable& all_functions() {
  static const UfuncTable table = [] {
    UfuncTable made;
    add_arithmetic(made);
    add_comparisons(made);
    add_logic(made);
    add_float_functions(made);
    add_complex_functions(made);
    add_time_functions(made);
    return made;
  }();
  return table;
}

std::string type_list(std::span<const DType> types) {
  std::string text;
  for (const DType& type : types) text += (text.empty() ? "" : ", ") + type.name();
  return text;
}

/// The unit in which an expression of datetimes and timedeltas is computed: the finest there is.
DateUnit common_unit(std::span<const DType> types) {
  DateUnit unit = DateUnit::kGeneric;
  for (const DType& type : types) {
    if (type.is_time()) unit = std::max(unit, type.unit());
  }
  return unit;
}

/// Datetimes take part as themselves; numbers may be cast.
bool takes(const Loop& loop, std::span<const DType> types) {
  for (std::size_t i = 0; i < types.size(); ++i) {
    const DType wanted(loop.inputs[i]);
    const bool fits = wanted.is_time() || types[i].is_time() ? wanted.kind() == types[i].kind()
                                                             : can_cast_safely(types[i], wanted);
    if (!fits) return false;
  }
  return true;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

void UfuncTable::add(std::string_view name, Loop loop) {
  Ufunc& ufunc = functions_[std::string(name)];
  if (ufunc.name.empty()) {
    ufunc.name = name;
    ufunc.num_inputs = loop.inputs.size();
  }
  if (ufunc.num_inputs != loop.inputs.size()) {
    throw InternalError("loops of " + ufunc.name + " with different numbers of inputs");
  }
  ufunc.loops.push_back(std::move(loop));
}

const Ufunc& find_ufunc(std::string_view name) {
  const auto& functions = all_functions().functions();
  if (const auto found = functions.find(name); found != functions.end()) return found->second;
  const auto nearest =
      std::min_element(functions.begin(), functions.end(), [&](const auto& a, const auto& b) {
        return edit_distance(a.first, name) < edit_distance(b.first, name);
      });
  throw NotFound("expected the name of an elementwise function such as " + nearest->first + ", found " +
                 std::string(name));
}

std::vector<std::string> ufunc_names() {
  std::vector<std::string> names;
  for (const auto& [name, ufunc] : all_functions().functions()) names.push_back(name);
  return names;
}

ResolvedUfunc resolve(const Ufunc& ufunc, std::span<const DType> types) {
  if (types.size() != ufunc.num_inputs) {
    throw InvalidArgument("expected " + std::to_string(ufunc.num_inputs) + " arguments of " + ufunc.name +
                          "(), found " + std::to_string(types.size()));
  }
  const bool all_bool = std::all_of(types.begin(), types.end(), [](DType type) { return type.is_bool(); });
  const bool needs_numbers = ufunc.name == "subtract" || ufunc.name == "negative" ||
                             ufunc.name == "positive" || ufunc.name == "sign";
  if (all_bool && needs_numbers) {
    throw TypeError("expected numbers for " + ufunc.name + "(), found bool; see logical_xor() and invert()");
  }
  const auto loop = std::find_if(ufunc.loops.begin(), ufunc.loops.end(),
                                 [&](const Loop& candidate) { return takes(candidate, types); });
  if (loop == ufunc.loops.end()) {
    throw TypeError("expected types that " + ufunc.name + "() works on, found " + type_list(types));
  }
  const DateUnit unit = common_unit(types);
  const auto with_unit = [&](ElementKind kind) {
    const DType type(kind);
    return type.is_time() ? DType(kind, unit) : type;
  };
  ResolvedUfunc resolved{&*loop, {}, with_unit(loop->output)};
  for (const ElementKind kind : loop->inputs) resolved.inputs.push_back(with_unit(kind));
  return resolved;
}

}  // namespace treadle::array
