#pragma once

#include <parquet/properties.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "columnar/column.h"
#include "io/arrow_adapter/memory_pool.h"
#include "io/arrow_adapter/output_stream.h"
#include "io/table_writer.h"
#include "treadle/schema.h"

namespace treadle::io {

/// A Parquet file being written: row groups one after the other, in each the columns in order, so that only
/// one column's encoded pages are in memory at a time. Not thread-safe; throws as Arrow does (see guarded()).
class RowGroupEncoder {
 public:
  virtual ~RowGroupEncoder() = default;
  virtual void begin_row_group() = 0;
  /// Hands the pieces of a column to its argument, in order. Equal rows make equal bytes if the pieces are
  /// equal.
  using Pieces = std::function<void(const std::function<void(const columnar::Column&)>&)>;
  virtual void write_column(const Pieces& pieces) = 0;
  /// Behind the last column: frees what they took.
  virtual void end_row_group() = 0;
  /// Writes the footer, with `metadata` besides what the encoder was made with.
  virtual void close(const FileMetadata& metadata) = 0;
};

struct EncoderOptions {
  std::shared_ptr<parquet::WriterProperties> properties;
  FileDetails details;
};

/// Lists and structs, which are encoded as a whole.
bool has_nested_columns(const Schema& schema);

/// `pool` and what is behind `stream` outlive it.
std::unique_ptr<RowGroupEncoder> make_encoder(const Schema& schema, std::shared_ptr<OutputStream> stream,
                                              ReservedPool& pool, const EncoderOptions& options,
                                              const std::string& doing);

}  // namespace treadle::io
