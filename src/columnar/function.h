#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "columnar/column.h"
#include "treadle/data_type.h"
#include "treadle/scalar.h"

namespace treadle::columnar {

/// An argument of a kernel: a column, or one value that stands for every row.
using Datum = std::variant<Column, Scalar>;

/// Computes one morsel. Arguments have exactly the types that the function's resolve() asked for. `length` is
/// the number of rows (all arguments may be scalars). Thread-safe. Answers with a Scalar only if every
/// argument is one.
using Kernel = Datum (*)(std::span<const Datum> arguments, std::int64_t length, const DataType& result);

/// A function chosen for given argument types.
struct ResolvedFunction {
  DataType result;
  /// The type each argument is cast to before the kernel is called.
  std::vector<DataType> arguments;
  Kernel kernel = nullptr;
};

/// A scalar function: registered once, by name; picks a kernel by types.
struct Function {
  std::string_view name;
  std::size_t min_arguments = 1;
  std::size_t max_arguments = 1;
  /// Throws TypeError naming the types if there is no kernel for them.
  ResolvedFunction (*resolve)(std::span<const DataType> arguments) = nullptr;
};

/// All scalar functions. Names are those of the expressions ("add", "equal", "str.contains", "dt.year",
/// "if_else"). Dialect differences are different functions ("divide" is Polars', "sql.divide" PostgreSQL's).
class FunctionRegistry {
 public:
  /// The functions that come with Treadle. Built on first use; immutable afterwards; thread-safe.
  static const FunctionRegistry& builtin();
  /// Throws NotFound, suggesting the nearest name.
  const Function& find(std::string_view name) const;
  /// Throws InvalidArgument if the name is taken.
  void add(Function function);
  std::vector<std::string> names() const;

 private:
  std::vector<Function> functions_;  // sorted by name
};

/// `column` as `type`. `strict`: a value that cannot be converted throws TypeError naming it; else it becomes
/// null.
Column cast(const Column& column, const DataType& type, bool strict);
Scalar cast(const Scalar& scalar, const DataType& type, bool strict);

}  // namespace treadle::columnar
