#include <arrow/record_batch.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/properties.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "columnar/function.h"
#include "columnar/scalar_column.h"
#include "io/arrow_adapter/decimal_reader.h"
#include "io/arrow_adapter/import.h"
#include "io/arrow_adapter/memory_pool.h"
#include "io/arrow_adapter/parquet_source.h"
#include "io/arrow_adapter/status.h"
#include "io/arrow_adapter/widened_type.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

using columnar::Batch;
using columnar::Column;

// Row groups that need more of a file than this are read piece by piece, a buffer for each column.
constexpr std::int64_t kReadWhole = 8 << 20;
constexpr std::int64_t kBufferBytes = 256 << 10;
// What decoding a column takes besides its rows: a page, as it lies in the file and unpacked.
constexpr std::int64_t kPageBytes = 1 << 20;

/// Where a column of the request comes from in one file.
struct ColumnOrigin {
  /// Null if the file lacks the column, or has nothing but nulls.
  const ParquetColumn* stored = nullptr;
  /// If the file lacks it: a morsel of the value that all rows have.
  Column constant;
};

bool is_text(const DataType& type) { return type.id() == TypeId::kUtf8 || type.id() == TypeId::kBinary; }

/// Whether all values of the chunk are codes into its dictionary. Unknown counts as no.
bool is_dictionary_coded(const parquet::ColumnChunkMetaData& chunk) {
  bool any = false;
  for (const parquet::PageEncodingStats& pages : chunk.encoding_stats()) {
    if (pages.page_type != parquet::PageType::DATA_PAGE && pages.page_type != parquet::PageType::DATA_PAGE_V2)
      continue;
    any = true;
    if (pages.encoding != parquet::Encoding::RLE_DICTIONARY &&
        pages.encoding != parquet::Encoding::PLAIN_DICTIONARY) {
      return false;
    }
  }
  return any && chunk.has_dictionary_page();
}

/// One strip being read.
class StripReading {
 public:
  StripReading(const ParquetSource& source, const ParquetStrip& strip, const ScanRequest& request,
               columnar::SchemaPtr schema, std::shared_ptr<parquet::FileMetaData> metadata)
      : source_(source),
        strip_(strip),
        request_(request),
        schema_(std::move(schema)),
        metadata_(std::move(metadata)),
        doing_("cannot read the Parquet file " + source.file(strip).path()) {
    for (const Field& field : schema_->fields()) origins_.push_back(origin(field));
  }

  /// Answers with the rows delivered.
  std::uint64_t read(const std::shared_ptr<ReservedPool>& pool, const MorselConsumer& consume,
                     TaskContext& context) {
    for (const ColumnOrigin& column : origins_) {
      if (column.stored != nullptr)
        return guarded(doing_, [&] { return read_stored(pool, consume, context); });
    }
    return count_rows(consume, context);
  }

 private:
  ColumnOrigin origin(const Field& field) const;
  std::uint64_t read_stored(const std::shared_ptr<ReservedPool>& pool, const MorselConsumer& consume,
                            TaskContext& context);
  std::uint64_t count_rows(const MorselConsumer& consume, TaskContext& context);
  bool is_decimal(const ColumnOrigin& column) const;
  void open_decimals(parquet::ParquetFileReader& file);
  std::vector<int> leaves(bool decimals) const;
  std::unique_ptr<parquet::arrow::FileReader> open_reader(const std::shared_ptr<InputFile>& file,
                                                          ReservedPool& pool,
                                                          const std::vector<int>& leaves) const;
  Batch assemble(const arrow::RecordBatch* stored, std::int64_t num_rows);
  Column imported(const arrow::RecordBatch& stored, std::size_t column);

  const ParquetSource& source_;
  const ParquetStrip& strip_;
  const ScanRequest& request_;
  columnar::SchemaPtr schema_;
  std::shared_ptr<parquet::FileMetaData> metadata_;
  std::string doing_;
  std::vector<ColumnOrigin> origins_;
  std::vector<ColumnImporter> importers_;                 // by column of the request
  std::vector<std::unique_ptr<DecimalReader>> decimals_;  // the same; null for what Arrow reads
};

ColumnOrigin StripReading::origin(const Field& field) const {
  if (const Scalar* key = source_.key_value(strip_, field.name)) {
    return {nullptr, columnar::repeat(*key, request_.morsel_rows)};
  }
  const ParquetColumn* stored = source_.file(strip_).columns()->find(field.name);
  if (stored != nullptr && (stored->type.id() != TypeId::kNull || field.type.id() == TypeId::kNull))
    return {stored, {}};
  return {nullptr, Column::nulls(field.type, request_.morsel_rows)};
}

bool StripReading::is_decimal(const ColumnOrigin& column) const {
  return column.stored != nullptr && column.stored->leaves.size() == 1 &&
         is_integer_decimal(*metadata_->schema()->Column(column.stored->leaves.front()), column.stored->type);
}

void StripReading::open_decimals(parquet::ParquetFileReader& file) {
  decimals_.resize(origins_.size());
  const auto row_group = file.RowGroup(strip_.row_group);
  for (std::size_t i = 0; i < origins_.size(); ++i) {
    if (!is_decimal(origins_[i])) continue;
    const ParquetColumn& stored = *origins_[i].stored;
    decimals_[i] = make_decimal_reader(row_group->Column(stored.leaves.front()), stored.type);
  }
}

/// Of the columns in the file, or of those alone that Arrow reads.
std::vector<int> StripReading::leaves(bool decimals) const {
  std::vector<int> all;
  for (const ColumnOrigin& column : origins_) {
    if (column.stored != nullptr && (decimals || !is_decimal(column)))
      all.insert(all.end(), column.stored->leaves.begin(), column.stored->leaves.end());
  }
  std::ranges::sort(all);
  return all;
}

std::unique_ptr<parquet::arrow::FileReader> StripReading::open_reader(const std::shared_ptr<InputFile>& file,
                                                                      ReservedPool& pool,
                                                                      const std::vector<int>& leaves) const {
  const auto row_group = metadata_->RowGroup(strip_.row_group);
  std::int64_t stored_bytes = 0;
  for (const int leaf : leaves) stored_bytes += row_group->ColumnChunk(leaf)->total_compressed_size();
  parquet::ReaderProperties properties(&pool);
  properties.set_page_checksum_verification(true);
  if (stored_bytes > kReadWhole) {
    properties.enable_buffered_stream();
    properties.set_buffer_size(kBufferBytes);
  }
  parquet::ArrowReaderProperties arrow_properties(/*use_threads=*/false);
  arrow_properties.set_pre_buffer(false);
  arrow_properties.set_batch_size(request_.morsel_rows);
  for (const ColumnOrigin& column : origins_) {
    if (column.stored == nullptr || !is_text(column.stored->type)) continue;
    const int leaf = column.stored->leaves.front();
    arrow_properties.set_read_dictionary(leaf, is_dictionary_coded(*row_group->ColumnChunk(leaf)));
  }
  return take(parquet::arrow::FileReader::Make(
                  &pool, parquet::ParquetFileReader::Open(file, properties, metadata_), arrow_properties),
              doing_);
}

std::uint64_t StripReading::read_stored(const std::shared_ptr<ReservedPool>& pool,
                                        const MorselConsumer& consume, TaskContext& context) {
  importers_.assign(origins_.size(), ColumnImporter(pool));
  const auto file = source_.file(strip_).open(pool);
  const auto reader = open_reader(file, *pool, leaves(true));
  open_decimals(*reader->parquet_reader());
  const std::vector<int> wanted = leaves(false);
  std::unique_ptr<arrow::RecordBatchReader> batches;
  if (!wanted.empty()) batches = take(reader->GetRecordBatchReader({strip_.row_group}, wanted), doing_);
  const std::int64_t all = metadata_->RowGroup(strip_.row_group)->num_rows();
  std::int64_t rows = 0;
  for (bool wants_more = true; wants_more && rows < all;) {
    context.check_stopped();
    std::shared_ptr<arrow::RecordBatch> batch;
    if (batches) {
      check(batches->ReadNext(&batch), doing_);
      if (batch == nullptr) break;
    }
    const std::int64_t some = batch ? batch->num_rows() : std::min(all - rows, request_.morsel_rows);
    rows += some;
    if (some > 0) wants_more = consume(assemble(batch.get(), some));
  }
  context.count(Counter::kBytesRead, file->bytes_read());
  return static_cast<std::uint64_t>(rows);
}

std::uint64_t StripReading::count_rows(const MorselConsumer& consume, TaskContext& context) {
  const std::int64_t all = metadata_->RowGroup(strip_.row_group)->num_rows();
  std::int64_t rows = 0;
  for (bool wants_more = true; wants_more && rows < all;) {
    context.check_stopped();
    const std::int64_t taken = std::min(all - rows, request_.morsel_rows);
    rows += taken;
    wants_more = consume(assemble(nullptr, taken));
  }
  return static_cast<std::uint64_t>(rows);
}

Column StripReading::imported(const arrow::RecordBatch& stored, std::size_t column) {
  const std::string& name = schema_->field(column).name;
  const auto array = stored.GetColumnByName(name);
  if (array == nullptr) throw InternalError("Arrow left out the column " + name);
  return importers_[column].import(array);
}

Batch StripReading::assemble(const arrow::RecordBatch* stored, std::int64_t num_rows) {
  std::vector<Column> columns;
  columns.reserve(origins_.size());
  for (std::size_t i = 0; i < origins_.size(); ++i) {
    if (origins_[i].stored == nullptr) {
      columns.push_back(origins_[i].constant.slice(0, num_rows));
      continue;
    }
    Column column = decimals_[i] ? decimals_[i]->read(num_rows) : imported(*stored, i);
    // The files' common type is wider than this one's (see common_type.h).
    const DataType& type = schema_->field(i).type;
    columns.push_back(widens(column.type(), type) ? columnar::cast(column, type, true) : std::move(column));
  }
  return {schema_, std::move(columns), num_rows};
}

class ParquetReader final : public PartitionReader {
 public:
  ParquetReader(std::shared_ptr<const ParquetSource> source, std::size_t partition, ScanRequest request)
      : source_(std::move(source)), strips_(source_->strips(partition)), request_(std::move(request)) {
    for (const ParquetStrip& strip : strips_) {
      if (files_.empty() || files_.back().first != strip.file) {
        files_.emplace_back(strip.file, source_->file(strip).metadata());
      }
      bytes_per_strip_ =
          std::max(bytes_per_strip_, guarded("cannot read the Parquet file " + source_->file(strip).path(),
                                             [&] { return estimate(strip); }));
    }
  }

  std::size_t num_strips() const override { return strips_.size(); }
  std::size_t bytes_per_strip() const override { return bytes_per_strip_; }
  StripReport read_strip(std::size_t strip, const columnar::SchemaPtr& assumed,
                         std::optional<RecordBoundary> begin, const MorselConsumer& consume,
                         TaskContext& context) const override;

 private:
  const std::shared_ptr<parquet::FileMetaData>& metadata(const ParquetStrip& strip) const {
    return std::ranges::find(files_, strip.file,
                             &std::pair<std::size_t, std::shared_ptr<parquet::FileMetaData>>::first)
        ->second;
  }
  std::size_t estimate(const ParquetStrip& strip) const;

  std::shared_ptr<const ParquetSource> source_;
  std::span<const ParquetStrip> strips_;
  ScanRequest request_;
  std::vector<std::pair<std::size_t, std::shared_ptr<parquet::FileMetaData>>> files_;  // footers by file
  std::size_t bytes_per_strip_ = 64 << 10;
};

/// The bytes that reading the strip holds at once: what is read ahead of the file and, of each column, a page
/// and a morsel.
std::size_t ParquetReader::estimate(const ParquetStrip& strip) const {
  const auto row_group = metadata(strip)->RowGroup(strip.row_group);
  const auto rows = static_cast<double>(std::max<std::int64_t>(row_group->num_rows(), 1));
  const double share = std::min(1.0, static_cast<double>(request_.morsel_rows) / rows);
  double decoded = 64 << 10;
  std::int64_t stored = 0;
  std::int64_t num_leaves = 0;
  for (const std::string& name : request_.columns) {
    const ParquetColumn* column = source_->file(strip).columns()->find(name);
    if (column == nullptr) continue;
    for (const int leaf : column->leaves) {
      const auto chunk = row_group->ColumnChunk(leaf);
      const auto unpacked = static_cast<double>(chunk->total_uncompressed_size());
      const double width = std::max(4, column->type.byte_width());
      decoded += std::min(unpacked, 2.0 * kPageBytes) + 2 * std::max(unpacked, width * rows) * share;
      stored += chunk->total_compressed_size();
      ++num_leaves;
    }
  }
  return static_cast<std::size_t>(decoded) +
         static_cast<std::size_t>(stored > kReadWhole ? num_leaves * kBufferBytes : stored);
}

StripReport ParquetReader::read_strip(std::size_t strip, const columnar::SchemaPtr& assumed,
                                      std::optional<RecordBoundary>, const MorselConsumer& consume,
                                      TaskContext& context) const {
  StripReport report;
  // Row groups have no boundaries to guess: strips follow each other by number.
  report.begin.offset = strip;
  report.end.offset = strip + 1;
  const ParquetStrip& place = strips_[strip];
  if (source_->strip_excluded(place, *metadata(place), request_.prune)) return report;
  const auto pool = std::make_shared<ReservedPool>(context.memory(), bytes_per_strip_);
  struct Detach {
    ReservedPool& pool;
    ~Detach() { pool.detach(); }
  } detach{*pool};
  report.rows =
      StripReading(*source_, place, request_, assumed, metadata(place)).read(pool, consume, context);
  return report;
}

}  // namespace

std::unique_ptr<PartitionReader> make_parquet_reader(std::shared_ptr<const ParquetSource> source,
                                                     std::size_t partition, const ScanRequest& request) {
  return std::make_unique<ParquetReader>(std::move(source), partition, request);
}

}  // namespace treadle::io
