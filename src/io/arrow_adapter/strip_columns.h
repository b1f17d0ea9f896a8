#pragma once

#include <arrow/record_batch.h>
#include <parquet/metadata.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "columnar/column.h"
#include "io/arrow_adapter/flat_column.h"
#include "io/arrow_adapter/import.h"
#include "io/arrow_adapter/memory_pool.h"
#include "io/arrow_adapter/parquet_source.h"
#include "treadle/schema.h"

namespace parquet::arrow {
class FileReader;
}

namespace treadle::io {

/// Some columns of a row group, read side by side, a morsel at a time. What is not nested is read by itself
/// and for the rows wanted only; the rest comes from Arrow, whole morsels of all of it. One thread at a time.
class StripColumns {
 public:
  /// `fields`: as they are in the source. All but `pool` outlive it.
  StripColumns(const ParquetSource& source, const ParquetStrip& strip, const parquet::FileMetaData& metadata,
               std::vector<Field> fields, std::int64_t morsel_rows);
  ~StripColumns();

  const std::vector<Field>& fields() const noexcept { return fields_; }
  std::int64_t num_rows() const noexcept { return num_rows_; }
  /// Throws as guarded() does.
  void open(const std::shared_ptr<parquet::FileMetaData>& metadata,
            const std::shared_ptr<ReservedPool>& pool);
  std::uint64_t bytes_read() const;

  /// Goes on to the next morsel. Answers with its rows; 0: there are no more.
  std::int64_t next_morsel();
  /// A column of the morsel: some of its rows, at least one. Once for each, as read() or as skip().
  columnar::Column read(std::size_t column, const RowSelection& rows);
  void skip(std::size_t column);

 private:
  /// Where a column comes from in the file.
  struct Origin {
    /// Null if the file lacks the column, or has nothing but nulls.
    const ParquetColumn* stored = nullptr;
    /// If the file lacks it: a morsel of the value that all rows have.
    columnar::Column constant;
    std::unique_ptr<FlatColumn> flat;
    /// Of what Arrow reads.
    std::unique_ptr<ColumnImporter> importer;
  };
  Origin origin(const Field& field) const;
  bool is_flat(const Origin& origin, const parquet::FileMetaData& metadata) const;
  /// What reading a column is called in messages.
  std::string doing(std::size_t column) const;
  void open_batches(const std::shared_ptr<parquet::FileMetaData>& metadata, const std::vector<int>& leaves);
  columnar::Column imported(std::size_t column, const RowSelection& rows);

  const ParquetSource& source_;
  const ParquetStrip& strip_;
  std::string doing_;
  std::vector<Field> fields_;
  std::int64_t morsel_rows_;
  std::int64_t num_rows_;
  std::vector<Origin> origins_;
  std::shared_ptr<ReservedPool> pool_;
  std::shared_ptr<InputFile> file_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  std::shared_ptr<arrow::RecordBatch> batch_;
  std::int64_t done_ = 0;    // rows before the morsel
  std::int64_t morsel_ = 0;  // its rows
};

/// Rows of a column by number.
columnar::Column rows_of(const columnar::Column& column, const std::vector<std::uint32_t>& rows);

}  // namespace treadle::io
