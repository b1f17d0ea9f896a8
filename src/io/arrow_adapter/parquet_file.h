#pragma once

#include <parquet/metadata.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "io/arrow_adapter/input_file.h"
#include "io/data_set.h"
#include "io/prune.h"
#include "treadle/data_type.h"

namespace treadle::io {

/// A column of a Parquet file and the leaves it is stored in (one unless it is nested).
struct ParquetColumn {
  std::string name;
  DataType type;
  std::vector<int> leaves;
  /// Its writer looked for NaN and found none (see nan_free_columns.h).
  bool has_no_nan = false;
  /// Its writer had categories, whose order is that of the dictionaries.
  bool is_category = false;
  bool operator==(const ParquetColumn&) const = default;
};

/// The columns of a file; most files of a data set share one.
class ParquetColumns {
 public:
  /// Throws TypeError for a type that Treadle does not have.
  explicit ParquetColumns(const parquet::FileMetaData& metadata);
  const std::vector<ParquetColumn>& all() const noexcept { return columns_; }
  /// Null if there is no such column.
  const ParquetColumn* find(std::string_view name) const;

 private:
  std::vector<ParquetColumn> columns_;
  std::unordered_map<std::string_view, std::size_t> places_;  // names lie in columns_
};

/// A Parquet file as its footer describes it. Immutable but for forget_metadata(); thread-safe.
class ParquetFile {
 public:
  struct RowGroup {
    std::uint64_t rows = 0;
    std::uint64_t uncompressed_bytes = 0;
  };

  /// Reads the footer. `similar`: columns of another file, shared if they are the same.
  /// Throws IoError, also for what is not Parquet, TypeError for a type that Treadle does not have.
  ParquetFile(DataFile file, const std::shared_ptr<const ParquetColumns>& similar);

  const std::string& path() const noexcept { return file_.path; }
  const std::vector<HiveKey>& keys() const noexcept { return file_.keys; }
  const FileIdentity& identity() const noexcept { return identity_; }
  const std::shared_ptr<const ParquetColumns>& columns() const noexcept { return columns_; }
  const std::vector<RowGroup>& row_groups() const noexcept { return row_groups_; }

  /// Opens the file for reading. Throws IoError if it is not the one whose footer was read.
  std::shared_ptr<InputFile> open(std::shared_ptr<arrow::MemoryPool> pool) const;
  bool keeps_metadata() const noexcept { return metadata_ != nullptr; }
  /// The footer; read again if it was forgotten.
  std::shared_ptr<parquet::FileMetaData> metadata() const;
  std::uint64_t metadata_bytes() const noexcept { return metadata_bytes_; }
  /// Frees the footer. Before other threads see the file.
  void forget_metadata() noexcept { metadata_.reset(); }

 private:
  DataFile file_;
  FileIdentity identity_;
  std::shared_ptr<const ParquetColumns> columns_;
  std::vector<RowGroup> row_groups_;
  std::shared_ptr<parquet::FileMetaData> metadata_;
  std::uint64_t metadata_bytes_ = 0;
};

/// What the footer says about the values of a column in one row group. Nothing about nested columns.
ColumnBounds column_bounds(const parquet::RowGroupMetaData& row_group, const ParquetColumn& column);

}  // namespace treadle::io
