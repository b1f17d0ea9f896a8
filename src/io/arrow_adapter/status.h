#pragma once

#include <arrow/result.h>
#include <arrow/status.h>
#include <parquet/exception.h>

#include <exception>
#include <string>
#include <utility>

namespace treadle::io {

/// Throws the Treadle error that `status` stands for. `doing` begins its message: "cannot read x.parquet".
void check(const arrow::Status& status, const std::string& doing);

/// The result, or what check() throws.
template <class T>
T take(arrow::Result<T>&& result, const std::string& doing) {
  check(result.status(), doing);
  return std::move(result).ValueUnsafe();
}

/// A Status that carries an exception through Arrow's code; check() throws it again.
arrow::Status carry(std::exception_ptr exception);

/// Answers with `function()`; what Parquet's lower layer throws becomes a Treadle error.
template <class Function>
auto guarded(const std::string& doing, Function&& function) {
  try {
    return std::forward<Function>(function)();
  } catch (const parquet::ParquetStatusException& exception) {
    check(exception.status(), doing);
    throw;
  } catch (const parquet::ParquetException& exception) {
    check(arrow::Status::IOError(exception.what()), doing);
    throw;
  }
}

}  // namespace treadle::io
