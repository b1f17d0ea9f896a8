#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "columnar/function.h"
#include "columnar/test_columns.h"

// Calling functions as the expression evaluator does: resolve by types, cast the arguments, run. For tests
// only.
namespace treadle::columnar::test {

inline const DataType& type_of(const Datum& datum) {
  return std::holds_alternative<Scalar>(datum) ? std::get<Scalar>(datum).type()
                                               : std::get<Column>(datum).type();
}

inline Datum call(std::string_view name, std::vector<Datum> arguments) {
  std::vector<DataType> types;
  std::int64_t length = 1;
  for (const Datum& datum : arguments) {
    types.push_back(type_of(datum));
    if (const auto* column = std::get_if<Column>(&datum)) length = column->length();
  }
  const ResolvedFunction resolved = FunctionRegistry::builtin().find(name).resolve(types);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (const auto* column = std::get_if<Column>(&arguments[i])) {
      arguments[i] = cast(*column, resolved.arguments[i], true);
    } else {
      arguments[i] = cast(std::get<Scalar>(arguments[i]), resolved.arguments[i], true);
    }
  }
  const Datum out = resolved.kernel(arguments, length, resolved.result);
  if (!(type_of(out) == resolved.result)) return Scalar("the kernel's type is " + type_of(out).to_string());
  return out;
}

/// The result's rows; of a scalar, its one value.
inline std::vector<std::string> rows(const Datum& datum) {
  if (const auto* column = std::get_if<Column>(&datum)) return shown(*column);
  std::string text;
  append_scalar(text, std::get<Scalar>(datum));
  return {text};
}

inline std::vector<std::string> rows(std::string_view name, std::vector<Datum> arguments) {
  return rows(call(name, std::move(arguments)));
}

/// The result's type as text.
inline std::string type(std::string_view name, const std::vector<DataType>& types) {
  return FunctionRegistry::builtin().find(name).resolve(types).result.to_string();
}

}  // namespace treadle::columnar::test
