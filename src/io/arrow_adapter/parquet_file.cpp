#include "io/arrow_adapter/parquet_file.h"

#include <arrow/type.h>
#include <parquet/arrow/schema.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/properties.h>

#include <string>
#include <utility>

#include "io/arrow_adapter/memory_pool.h"
#include "io/arrow_adapter/nan_free_columns.h"
#include "io/arrow_adapter/status.h"
#include "io/arrow_adapter/types.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

void add_leaves(const parquet::arrow::SchemaField& field, std::vector<int>& leaves) {
  if (field.is_leaf()) leaves.push_back(field.column_index);
  for (const auto& child : field.children) add_leaves(child, leaves);
}

std::shared_ptr<parquet::FileMetaData> read_footer(const std::shared_ptr<InputFile>& file,
                                                   const std::string& path) {
  return guarded("cannot read the Parquet file " + path,
                 [&] { return parquet::ParquetFileReader::Open(file)->metadata(); });
}

}  // namespace

ParquetColumns::ParquetColumns(const parquet::FileMetaData& metadata) {
  const std::string doing = "cannot take the columns of a Parquet file";
  parquet::arrow::SchemaManifest manifest;
  check(parquet::arrow::SchemaManifest::Make(metadata.schema(), metadata.key_value_metadata(),
                                             parquet::ArrowReaderProperties(), &manifest),
        doing);
  for (const auto& field : manifest.schema_fields) {
    try {
      columns_.push_back({field.field->name(),
                          from_arrow(*field.field->type()),
                          {},
                          false,
                          field.field->type()->id() == arrow::Type::DICTIONARY});
    } catch (const TypeError& error) {
      throw TypeError(std::string(error.what()) + ", the type of column \"" + field.field->name() + '"');
    }
    add_leaves(field, columns_.back().leaves);
  }
  for (const std::size_t place : nan_free_columns(metadata.key_value_metadata().get())) {
    if (place < columns_.size()) columns_[place].has_no_nan = true;
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (!places_.emplace(columns_[i].name, i).second) {
      throw IoError("the column \"" + columns_[i].name + "\" occurs twice");
    }
  }
}

const ParquetColumn* ParquetColumns::find(std::string_view name) const {
  const auto found = places_.find(name);
  return found == places_.end() ? nullptr : &columns_[found->second];
}

ParquetFile::ParquetFile(DataFile file, const std::shared_ptr<const ParquetColumns>& similar)
    : file_(std::move(file)) {
  const auto input = std::make_shared<InputFile>(path(), std::make_shared<ReservedPool>());
  identity_ = input->identity();
  metadata_ = read_footer(input, path());
  metadata_bytes_ = static_cast<std::uint64_t>(metadata_->size());
  guarded("cannot read the Parquet file " + path(), [&] {
    const auto columns = std::make_shared<const ParquetColumns>(*metadata_);
    columns_ = similar && similar->all() == columns->all() ? similar : columns;
    for (int i = 0; i < metadata_->num_row_groups(); ++i) {
      const auto row_group = metadata_->RowGroup(i);
      if (row_group->num_rows() < 0 || row_group->total_byte_size() < 0)
        throw parquet::ParquetException("the footer says that row group " + std::to_string(i) +
                                        " has less than no rows or bytes");
      row_groups_.push_back({static_cast<std::uint64_t>(row_group->num_rows()),
                             static_cast<std::uint64_t>(row_group->total_byte_size())});
    }
  });
}

std::shared_ptr<InputFile> ParquetFile::open(std::shared_ptr<arrow::MemoryPool> pool) const {
  auto input = std::make_shared<InputFile>(path(), std::move(pool));
  if (input->identity() != identity_)
    throw IoError("the file has changed since its schema was read: " + path());
  return input;
}

std::shared_ptr<parquet::FileMetaData> ParquetFile::metadata() const {
  return metadata_ ? metadata_ : read_footer(open(std::make_shared<ReservedPool>()), path());
}

}  // namespace treadle::io
