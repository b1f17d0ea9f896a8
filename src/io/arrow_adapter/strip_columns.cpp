#include "io/arrow_adapter/strip_columns.h"

#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/properties.h>

#include <algorithm>
#include <utility>

#include "columnar/function.h"
#include "columnar/scalar_column.h"
#include "columnar/selection.h"
#include "io/arrow_adapter/status.h"
#include "io/arrow_adapter/widened_type.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

using columnar::Column;

// What Arrow reads of a row group is read piece by piece, a buffer for each column, if it is more than this.
constexpr std::int64_t kReadWhole = 8 << 20;
constexpr std::int64_t kBufferBytes = 256 << 10;

}  // namespace

StripColumns::StripColumns(const ParquetSource& source, const ParquetStrip& strip,
                           const parquet::FileMetaData& metadata, std::vector<Field> fields,
                           std::int64_t morsel_rows)
    : source_(source),
      strip_(strip),
      doing_("cannot read the Parquet file " + source.file(strip).path()),
      fields_(std::move(fields)),
      morsel_rows_(morsel_rows),
      num_rows_(metadata.RowGroup(strip.row_group)->num_rows()) {
  for (const Field& field : fields_) origins_.push_back(origin(field));
}

StripColumns::~StripColumns() = default;

StripColumns::Origin StripColumns::origin(const Field& field) const {
  Origin found;
  if (const Scalar* key = source_.key_value(strip_, field.name)) {
    found.constant = columnar::repeat(*key, morsel_rows_);
    return found;
  }
  const ParquetColumn* stored = source_.file(strip_).columns()->find(field.name);
  if (stored != nullptr && (stored->type.id() != TypeId::kNull || field.type.id() == TypeId::kNull)) {
    found.stored = stored;
  } else {
    found.constant = Column::nulls(field.type, morsel_rows_);
  }
  return found;
}

bool StripColumns::is_flat(const Origin& origin, const parquet::FileMetaData& metadata) const {
  if (origin.stored->leaves.size() != 1) return false;
  const int leaf = origin.stored->leaves.front();
  return is_flat_column(*metadata.schema()->Column(leaf),
                        *metadata.RowGroup(strip_.row_group)->ColumnChunk(leaf), origin.stored->type);
}

void StripColumns::open(const std::shared_ptr<parquet::FileMetaData>& metadata,
                        const std::shared_ptr<ReservedPool>& pool) {
  pool_ = pool;
  std::vector<int> leaves;
  for (std::size_t column = 0; column < origins_.size(); ++column) {
    Origin& origin = origins_[column];
    if (origin.stored == nullptr) continue;
    if (file_ == nullptr) file_ = source_.file(strip_).open(pool);
    if (is_flat(origin, *metadata)) {
      origin.flat = guarded(doing(column), [&] {
        return open_flat_column(file_, *metadata, strip_.row_group, origin.stored->leaves.front(),
                                origin.stored->type, origin.stored->is_category, pool);
      });
    } else {
      origin.importer = std::make_unique<ColumnImporter>(pool);
      leaves.insert(leaves.end(), origin.stored->leaves.begin(), origin.stored->leaves.end());
    }
  }
  std::ranges::sort(leaves);
  if (!leaves.empty()) open_batches(metadata, leaves);
}

void StripColumns::open_batches(const std::shared_ptr<parquet::FileMetaData>& metadata,
                                const std::vector<int>& leaves) {
  const auto row_group = metadata->RowGroup(strip_.row_group);
  std::int64_t stored_bytes = 0;
  for (const int leaf : leaves) stored_bytes += row_group->ColumnChunk(leaf)->total_compressed_size();
  parquet::ReaderProperties properties(pool_.get());
  properties.set_page_checksum_verification(true);
  if (stored_bytes > kReadWhole) {
    properties.enable_buffered_stream();
    properties.set_buffer_size(kBufferBytes);
  }
  parquet::ArrowReaderProperties arrow_properties(/*use_threads=*/false);
  arrow_properties.set_pre_buffer(false);
  arrow_properties.set_batch_size(morsel_rows_);
  reader_ =
      take(parquet::arrow::FileReader::Make(
               pool_.get(), parquet::ParquetFileReader::Open(file_, properties, metadata), arrow_properties),
           doing_);
  batches_ = take(reader_->GetRecordBatchReader({strip_.row_group}, leaves), doing_);
}

std::string StripColumns::doing(std::size_t column) const {
  return doing_ + ", column \"" + fields_[column].name + '"';
}

std::uint64_t StripColumns::bytes_read() const { return file_ ? file_->bytes_read() : 0; }

std::int64_t StripColumns::next_morsel() {
  done_ += std::exchange(morsel_, 0);
  if (done_ >= num_rows_) return 0;
  morsel_ = std::min(num_rows_ - done_, morsel_rows_);
  if (batches_) {
    check(batches_->ReadNext(&batch_), doing_);
    morsel_ = batch_ ? batch_->num_rows() : 0;
    if (morsel_ <= 0 || morsel_ > num_rows_ - done_) {
      throw IoError(doing_ + ": its columns end after " + std::to_string(done_ + morsel_) + " of the " +
                    std::to_string(num_rows_) + " rows of row group " + std::to_string(strip_.row_group));
    }
  }
  return morsel_;
}

Column StripColumns::imported(std::size_t column, const RowSelection& rows) {
  const auto array = batch_->GetColumnByName(fields_[column].name);
  if (array == nullptr) throw InternalError("Arrow left out the column " + fields_[column].name);
  const Column all = guarded(doing(column), [&] { return origins_[column].importer->import(array); });
  return rows.wanted == nullptr ? all : rows_of(all, *rows.wanted);
}

Column StripColumns::read(std::size_t column, const RowSelection& rows) {
  const Origin& origin = origins_[column];
  if (origin.stored == nullptr) return origin.constant.slice(0, static_cast<std::int64_t>(rows.count()));
  const Column found =
      origin.flat ? guarded(doing(column), [&] { return origin.flat->read(rows); }) : imported(column, rows);
  // The files' common type is wider than this one's (see common_type.h).
  const DataType& type = fields_[column].type;
  return widens(found.type(), type) ? columnar::cast(found, type, true) : found;
}

void StripColumns::skip(std::size_t column) {
  if (origins_[column].flat) origins_[column].flat->skip(morsel_);
}

Column rows_of(const Column& column, const std::vector<std::uint32_t>& rows) {
  return columnar::take(column, std::vector<std::int64_t>(rows.begin(), rows.end()));
}

}  // namespace treadle::io
