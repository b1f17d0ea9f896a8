#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "columnar/batch.h"
#include "columnar/chunks.h"
#include "dataframe/operators/stored_rows.h"

namespace treadle::dataframe {

/// The rows that a join's table is made of. Many rows stay in the batches that they came in, as bringing them
/// together takes their memory twice; few, and columns that cannot be taken from pieces, are brought
/// together. Immutable; thread-safe.
class JoinRows {
 public:
  /// Rows of fewer bytes are brought together.
  static constexpr std::size_t kFewBytes = std::size_t{4} << 20;
  /// A row by number; -1 stands for no row.
  using Number = std::int64_t;

  /// Loads what lies on disk. `key_columns`: positions in the schema.
  JoinRows(columnar::SchemaPtr schema, std::span<const StoredBatch> batches,
           std::vector<std::size_t> key_columns, std::size_t few_bytes = kFewBytes);
  /// Bytes that loading them and bringing together what must be takes at most, besides those that are in
  /// memory. Looks into one batch on disk.
  static std::size_t bytes_to_load(const Schema& schema, std::span<const StoredBatch> batches,
                                   const std::vector<std::size_t>& key_columns);

  const columnar::SchemaPtr& schema() const noexcept { return schema_; }
  std::int64_t num_rows() const noexcept { return num_rows_; }
  /// The columns of the key, each in one piece.
  const std::vector<columnar::Column>& keys() const noexcept { return keys_; }
  /// The columns at `columns` of the rows numbered.
  std::vector<columnar::Column> take(std::span<const std::size_t> columns,
                                     std::span<const Number> rows) const;

 private:
  columnar::SchemaPtr schema_;
  std::int64_t num_rows_ = 0;
  columnar::ChunkIndex index_;
  std::vector<std::vector<columnar::Column>> columns_;  // of each: one piece, or as many as there are chunks
  std::vector<columnar::Column> keys_;
};

}  // namespace treadle::dataframe
