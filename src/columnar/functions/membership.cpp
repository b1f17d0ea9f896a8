#include <algorithm>
#include <unordered_set>

#include "columnar/functions/kernel.h"
#include "columnar/functions/register.h"
#include "columnar/functions/types.h"
#include "columnar/text_reader.h"
#include "treadle/error.h"

// is_in (values as trailing scalars) and is_between (both ends belong to it).
namespace treadle::columnar::functions {
namespace {

std::vector<Scalar> listed_values(Arguments row) {
  std::vector<Scalar> values;
  for (const Datum& datum : row.subspan(1)) {
    if (!is_scalar(datum))
      throw InvalidArgument("is_in takes a list of values that is the same for all rows; found a column");
    if (!is_null_scalar(datum)) values.push_back(scalar_of(datum));
  }
  return values;
}

BufferPtr text_in(const Column& column, const std::unordered_set<std::string_view>& wanted) {
  if (column.layout() == Layout::kDictionary) {
    const BufferPtr per_code = text_in(*column.dictionary(), wanted);
    const auto* codes = column.values_as<std::int32_t>();
    return bits_from_rows(column.length(), [&](std::int64_t i) {
      return column.is_valid(i) && get_bit(per_code->data(), codes[i]);
    });
  }
  return visit_text(column, [&](const auto& text) {
    return bits_from_rows(column.length(),
                          [&](std::int64_t i) { return column.is_valid(i) && wanted.contains(text[i]); });
  });
}

/// Few values are compared one after the other, many are searched in their order. NaN is found by its own
/// flag.
template <class T>
BufferPtr value_in(const Column& column, const std::vector<Scalar>& listed) {
  constexpr std::size_t kFew = 8;
  std::vector<T> wanted;
  bool nan = false;
  for (const Scalar& scalar : listed) {
    const T value = value_of<T>(scalar);
    if (value == value)
      wanted.push_back(value);
    else
      nan = true;
  }
  std::sort(wanted.begin(), wanted.end());
  const T* values = column.values_as<T>();
  if (wanted.size() <= kFew) {
    return bits_from_rows(column.length(), [&](std::int64_t i) {
      bool found = nan & (values[i] != values[i]);
      for (const T one : wanted) found |= values[i] == one;
      return found;
    });
  }
  return bits_from_rows(column.length(), [&](std::int64_t i) {
    return values[i] == values[i] ? std::binary_search(wanted.begin(), wanted.end(), values[i]) : nan;
  });
}

BufferPtr bool_in(const Column& column, const std::vector<Scalar>& listed) {
  std::uint64_t yes = 0, no = 0;
  for (const Scalar& scalar : listed) (std::get<bool>(scalar.storage()) ? yes : no) = ~std::uint64_t{0};
  return bits_from_words(column.length(), [&](std::int64_t word) {
    const std::uint64_t bits = load_word(column.values()->data(), word, column.length());
    return (bits & yes) | (~bits & no);
  });
}

Column run_is_in_rows(const Column& column, const std::vector<Scalar>& values) {
  BufferPtr bits;
  if (is_text(column.type())) {
    std::unordered_set<std::string_view> wanted;
    for (const Scalar& scalar : values) wanted.insert(std::get<std::string>(scalar.storage()));
    bits = text_in(column, wanted);
  } else if (column.type().id() == TypeId::kBool) {
    bits = bool_in(column, values);
  } else {
    bits = visit_fixed_width(
        column.type().id(), [&](auto tag) { return value_in<typename decltype(tag)::type>(column, values); });
  }
  return fixed_width(TypeId::kBool, column.length(), column.validity(), std::move(bits));
}

Datum run_is_in(Arguments arguments, std::int64_t length, const DataType& result) {
  if (is_null_scalar(arguments[0])) return Scalar(result, std::monostate());
  return run_rows(arguments, length, [](Arguments row, std::int64_t) {
    return run_is_in_rows(column_of(row[0]), listed_values(row));
  });
}

ResolvedFunction resolve_is_in(std::span<const DataType> types) {
  auto type = common_type(types);
  if (!type || type->is_nested())
    throw_no_kernel("is_in", "a value and others that it can be compared with", types);
  if (type->id() == TypeId::kNull) type = DataType(TypeId::kInt64);
  return {TypeId::kBool, std::vector<DataType>(types.size(), *type), run_is_in};
}

/// value >= low and value <= high, by the functions of these names, so that every type has it and nulls act
/// as there.
Datum run_is_between(Arguments arguments, std::int64_t length, const DataType& result) {
  const DataType& type =
      is_scalar(arguments[0]) ? scalar_of(arguments[0]).type() : column_of(arguments[0]).type();
  const std::vector<DataType> pair(2, type), bools(2, result);
  const FunctionRegistry& registry = FunctionRegistry::builtin();
  static const Function &at_least = registry.find("greater_equal"), &at_most = registry.find("less_equal"),
                        &both = registry.find("and");
  const std::vector<Datum> low{arguments[0], arguments[1]}, high{arguments[0], arguments[2]};
  const std::vector<Datum> ends{at_least.resolve(pair).kernel(low, length, result),
                                at_most.resolve(pair).kernel(high, length, result)};
  return both.resolve(bools).kernel(ends, length, result);
}

ResolvedFunction resolve_is_between(std::span<const DataType> types) {
  const auto type = common_type(types);
  if (!type || type->is_nested()) throw_no_kernel("is_between", "three values that can be compared", types);
  return {TypeId::kBool, std::vector<DataType>(3, *type), run_is_between};
}

}  // namespace

void register_membership(FunctionRegistry& registry) {
  registry.add({"is_in", 1, SIZE_MAX, resolve_is_in});
  registry.add({"is_between", 3, 3, resolve_is_between});
}

}  // namespace treadle::columnar::functions
