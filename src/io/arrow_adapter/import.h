#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <vector>

#include "columnar/column.h"

namespace treadle::io {

/// Turns the arrays of one Arrow column, read piece by piece, into Treadle's columns. Shares the buffers
/// where layouts agree. Pieces with equal dictionaries get one and the same dictionary.
class ColumnImporter {
 public:
  /// `pool`, from which the arrays were made and layouts are converted, lives as long as any buffer imported.
  explicit ColumnImporter(std::shared_ptr<arrow::MemoryPool> pool) : pool_(std::move(pool)) {}

  /// Throws TypeError for types that Treadle does not have.
  columnar::Column import(const std::shared_ptr<arrow::Array>& array);

 private:
  columnar::Column import_canonical(const arrow::Array& array);
  columnar::Column import_codes(const std::shared_ptr<arrow::Array>& array);
  columnar::Column import_nested(const arrow::Array& array);
  std::shared_ptr<arrow::Array> cast(const std::shared_ptr<arrow::Array>& array,
                                     const std::shared_ptr<arrow::DataType>& type) const;
  /// Arrow's bytes [begin, end) of `buffer`; null for a null buffer.
  BufferPtr wrap(const std::shared_ptr<arrow::Buffer>& buffer, std::int64_t begin, std::int64_t end) const;
  BufferPtr wrap(const std::shared_ptr<arrow::Buffer>& buffer) const;
  /// The bits of the array's rows, from bit 0 on.
  BufferPtr wrap_bits(const std::shared_ptr<arrow::Buffer>& bits, const arrow::Array& array) const;
  BufferPtr wrap_validity(const arrow::Array& array) const;

  std::shared_ptr<arrow::MemoryPool> pool_;
  std::vector<ColumnImporter> children_;
  // The dictionary of the latest piece; none if it cannot be a dictionary of ours.
  std::shared_ptr<arrow::Array> seen_dictionary_;
  std::shared_ptr<const columnar::Column> dictionary_;
};

}  // namespace treadle::io
