#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/scalar.h"
#include "treadle/schema.h"

struct ArrowSchema;  // the Arrow C data interface, see treadle/arrow_c.h
struct ArrowArrayStream;

namespace treadle {

namespace columnar {
class Batch;
}

/// A result: columns in memory, in one or more batches. Immutable; cheap to copy; thread-safe.
class Table {
 public:
  Table();
  /// Batches under one schema. Throws TypeError if one has another schema.
  Table(Schema schema, std::vector<columnar::Batch> batches);

  const Schema& schema() const noexcept;
  std::int64_t num_rows() const noexcept;
  std::size_t num_columns() const noexcept { return schema().num_fields(); }
  std::size_t nbytes() const noexcept;
  /// One value. Throws NotFound for a name, InvalidArgument for a row that is not there.
  Scalar at(std::int64_t row, std::string_view column) const;

  /// As text in a box: shape, names, types, the first and last rows if there are more than `max_rows`.
  std::string to_string(std::int64_t max_rows = 10) const;

  /// Exports the table as an Arrow C stream without copying. `stream` is released by its consumer.
  void export_to(ArrowArrayStream* stream) const;
  /// Imports what `stream` delivers, without copying where layouts allow; releases it. Throws TypeError for
  /// types that Treadle does not have.
  static Table import_from(ArrowArrayStream* stream);

  const std::vector<columnar::Batch>& batches() const noexcept;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

}  // namespace treadle
