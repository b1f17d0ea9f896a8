#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "columnar/batch.h"
#include "io/arrow_adapter/parquet_file.h"
#include "io/parquet.h"
#include "treadle/io_options.h"

namespace treadle::io {

/// One row group of one file.
struct ParquetStrip {
  std::size_t file = 0;
  int row_group = 0;
};

/// Parquet files under one schema.
class ParquetSource final : public Source, public std::enable_shared_from_this<ParquetSource> {
 public:
  /// Those of the files that `where` leaves, see open_parquet(). `keys`: the columns of their keys.
  ParquetSource(const std::vector<DataFile>& files, const std::vector<Field>& keys,
                const ParquetReadOptions& options, const KeyConditions& where);
  ParquetSource(std::vector<DataFile> files, std::vector<Field> keys, const ParquetReadOptions& options);

  std::string_view format() const override { return "parquet"; }
  const columnar::SchemaPtr& schema() const override { return schema_; }
  void add_to(KeyBuilder& key) const override;
  std::string to_string() const override;
  std::string file_path(std::uint32_t file) const override { return files_[file].path(); }
  std::shared_ptr<const Source> renewed() const override;
  std::span<const PartitionInfo> partitions() const override { return partitions_; }
  bool continues_previous(std::size_t) const override { return false; }
  bool excluded(std::size_t index, const ScanRequest& request) const override;
  bool applies_filters() const override { return true; }
  std::optional<ValueRange> value_range(const std::string& column) const override;
  std::unique_ptr<PartitionReader> open(std::size_t index, const ScanRequest& request) const override;

  const ParquetFile& file(const ParquetStrip& strip) const { return files_[strip.file]; }
  /// The value of the key `name` of the directories that the strip's file lies in; null if it is no key.
  const Scalar* key_value(const ParquetStrip& strip, std::string_view name) const;
  /// Whether directories or statistics rule the strip's rows out. `metadata`: the footer of its file.
  bool strip_excluded(const ParquetStrip& strip, const parquet::FileMetaData& metadata,
                      const std::vector<PrunePredicate>& predicates) const;
  std::span<const ParquetStrip> strips(std::size_t partition) const;

 private:
  void open_files(std::vector<DataFile> files);
  void merge_schema();
  void take_keys();
  void cut_partitions(std::uint64_t partition_bytes);
  ColumnBounds bounds(const ParquetStrip& strip, const parquet::FileMetaData& metadata,
                      const std::string& column) const;

  ParquetReadOptions options_;
  std::vector<ParquetFile> files_;
  columnar::SchemaPtr schema_;
  std::vector<Field> keys_;
  std::vector<std::vector<Scalar>> key_values_;  // by file, then key
  std::vector<ParquetStrip> strips_;
  std::vector<PartitionInfo> partitions_;
  std::vector<std::size_t> first_strips_;  // of each partition, and the end
};

/// Reads row groups of `source`, which must outlive it.
std::unique_ptr<PartitionReader> make_parquet_reader(std::shared_ptr<const ParquetSource> source,
                                                     std::size_t partition, const ScanRequest& request);

}  // namespace treadle::io
