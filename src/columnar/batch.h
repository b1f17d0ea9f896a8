#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "columnar/column.h"
#include "treadle/schema.h"

namespace treadle::columnar {

using SchemaPtr = std::shared_ptr<const Schema>;

/// Columns of equal length under a schema. Immutable, cheap to copy. Types in the schema equal the columns'
/// types.
class Batch {
 public:
  Batch() = default;
  /// Throws InternalError if lengths or types do not agree.
  Batch(SchemaPtr schema, std::vector<Column> columns, std::int64_t num_rows);

  const SchemaPtr& schema() const noexcept { return schema_; }
  std::int64_t num_rows() const noexcept { return num_rows_; }
  const std::vector<Column>& columns() const noexcept { return columns_; }
  const Column& column(std::size_t index) const { return columns_[index]; }
  Batch slice(std::int64_t offset, std::int64_t length) const;
  std::size_t nbytes() const noexcept;

 private:
  SchemaPtr schema_;
  std::vector<Column> columns_;
  std::int64_t num_rows_ = 0;
};

}  // namespace treadle::columnar
