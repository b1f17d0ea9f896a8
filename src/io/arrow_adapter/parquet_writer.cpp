#include <arrow/chunked_array.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <algorithm>
#include <array>
#include <limits>
#include <ranges>
#include <string_view>
#include <utility>

#include "columnar/selection.h"
#include "columnar/type_dispatch.h"
#include "columnar/value_bytes.h"
#include "io/arrow_adapter/encoding_choice.h"
#include "io/arrow_adapter/export.h"
#include "io/arrow_adapter/memory_pool.h"
#include "io/arrow_adapter/output_stream.h"
#include "io/arrow_adapter/parquet_entry.h"
#include "io/arrow_adapter/status.h"
#include "io/arrow_adapter/types.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

using columnar::Batch;
using columnar::Column;
using columnar::Layout;

// Fixed, so that equal rows make equal files whatever version of Arrow is linked.
constexpr const char* kCreatedBy = "treadle version 0.1.0";

// A row group of wide rows ends early: its rows are held until it is full.
constexpr std::size_t kRowGroupBytes = 32 << 20;
// Arrow is given multiples of the rows that it looks at together, so that equal rows make equal pages however
// they came in batches.
constexpr std::int64_t kStepRows = 1024;
// What a column of a waiting batch takes besides its values: with thousands of files, batches are small.
constexpr std::size_t kColumnBytes = 256;

struct Compression {
  std::string_view name;
  parquet::Compression::type type;
};
constexpr std::array<Compression, 5> kCompressions = {{
    {"snappy", parquet::Compression::SNAPPY},
    {"zstd", parquet::Compression::ZSTD},
    {"lz4", parquet::Compression::LZ4},
    {"gzip", parquet::Compression::GZIP},
    {"none", parquet::Compression::UNCOMPRESSED},
}};

parquet::Compression::type compression_of(const std::string& name) {
  const auto* found = std::ranges::find(kCompressions, name, &Compression::name);
  if (found == kCompressions.end()) {
    throw InvalidArgument("compression must be \"snappy\", \"zstd\", \"lz4\", \"gzip\" or \"none\", not \"" +
                          name + '"');
  }
  return found->type;
}

std::shared_ptr<parquet::WriterProperties> writer_properties(const std::vector<std::string>& plain_columns,
                                                             parquet::Compression::type compression,
                                                             arrow::MemoryPool* pool) {
  parquet::WriterProperties::Builder builder;
  builder.memory_pool(pool)->created_by(kCreatedBy)->compression(compression);
  // Page statistics would stay in memory until the file is closed; row groups are small enough to be skipped
  // whole.
  builder.disable_write_page_index();
  // Row groups are cut by write(); Arrow must not cut them again.
  builder.max_row_group_length(std::numeric_limits<std::int64_t>::max());
  for (const std::string& column : plain_columns) builder.disable_dictionary(column);
  return builder.build();
}

/// Collects batches until a row group is full, then writes it column by column, so that only one column's
/// encoded pages are in memory at a time.
class ParquetWriter final : public TableWriter {
 public:
  ParquetWriter(const std::string& path, columnar::SchemaPtr schema, parquet::Compression::type compression,
                std::int64_t row_group_rows, FileMetadata metadata)
      : doing_("cannot write " + path),
        schema_(std::move(schema)),
        compression_(compression),
        row_group_rows_(row_group_rows),
        metadata_(std::move(metadata)),
        file_(path),
        stream_(std::make_shared<OutputStream>(file_)) {}

  ~ParquetWriter() override { stream_->discard(); }

  void write(const Batch& batch) override;
  void flush() override;
  void close() override;
  std::uint64_t bytes_written() const override { return file_.bytes_written(); }
  std::size_t bytes_buffered() const override {
    return pending_bytes_ + static_cast<std::size_t>(pool_.bytes_allocated());
  }

 private:
  std::int64_t rows_until_full(const Batch& rows);
  void add_pending(const Batch& batch);
  std::size_t bytes_added_by(const Batch& batch) const;
  void write_row_group();
  void open_writer();
  std::shared_ptr<arrow::ChunkedArray> gather(std::size_t column) const;

  std::string doing_;
  columnar::SchemaPtr schema_;
  parquet::Compression::type compression_;
  std::int64_t row_group_rows_;
  FileMetadata metadata_;
  FileOutput file_;
  std::shared_ptr<OutputStream> stream_;
  ReservedPool pool_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  // Rows of the row group under way.
  std::vector<Batch> pending_;
  std::int64_t pending_rows_ = 0;
  std::size_t pending_bytes_ = 0;  // that they hold
  std::size_t group_bytes_ = 0;    // of their values: when the row group is full
};

/// `pieces` cut anew, so that each but the last has a multiple of kStepRows.
std::vector<Column> in_steps(const std::vector<Column>& pieces) {
  std::vector<Column> aligned, carried;
  std::int64_t carried_rows = 0;
  const auto flush = [&] {
    if (!carried.empty())
      aligned.push_back(carried.size() == 1 ? carried[0] : columnar::concatenate(carried));
    carried.clear();
    carried_rows = 0;
  };
  const auto carry = [&](const Column& piece, std::int64_t begin, std::int64_t rows) {
    if (rows == 0) return;
    carried.push_back(piece.slice(begin, rows));
    carried_rows += rows;
    if (carried_rows == kStepRows) flush();
  };
  for (const Column& piece : pieces) {
    const std::int64_t head = carried_rows == 0 ? 0 : std::min(kStepRows - carried_rows, piece.length());
    carry(piece, 0, head);
    const std::int64_t middle = (piece.length() - head) / kStepRows * kStepRows;
    if (middle != 0) aligned.push_back(piece.slice(head, middle));
    carry(piece, head + middle, piece.length() - head - middle);
  }
  flush();
  return aligned;
}

void ParquetWriter::write(const Batch& batch) {
  std::int64_t done = 0;
  while (done < batch.num_rows()) {
    const std::int64_t taken = rows_until_full(batch.slice(done, batch.num_rows() - done));
    add_pending(taken == batch.num_rows() ? batch : batch.slice(done, taken));
    done += taken;
    if (pending_rows_ == row_group_rows_ || group_bytes_ >= kRowGroupBytes) write_row_group();
  }
}

/// How many of `rows` the row group takes; counts their bytes. It ends with the row that makes it too large,
/// wherever batches end.
std::int64_t ParquetWriter::rows_until_full(const Batch& rows) {
  const std::int64_t most = std::min(rows.num_rows(), row_group_rows_ - pending_rows_);
  const auto bytes_with = [&](std::int64_t count) {
    return group_bytes_ + columnar::value_bytes(rows.slice(0, count));
  };
  std::int64_t low = 1, high = most;
  if (bytes_with(most) < kRowGroupBytes) low = most;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (bytes_with(middle) < kRowGroupBytes) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  group_bytes_ = bytes_with(low);
  return low;
}

void ParquetWriter::add_pending(const Batch& batch) {
  // Views may point into a reader's buffers, much larger than what they show: what waits is copied together.
  std::vector<Column> columns;
  columns.reserve(batch.columns().size());
  for (const Column& column : batch.columns()) {
    columns.push_back(column.layout() == Layout::kView ? column.to_plain() : column);
  }
  Batch own(batch.schema(), std::move(columns), batch.num_rows());
  pending_rows_ += own.num_rows();
  pending_bytes_ += bytes_added_by(own);
  pending_.push_back(std::move(own));
}

std::size_t ParquetWriter::bytes_added_by(const Batch& batch) const {
  std::size_t bytes = batch.nbytes() + batch.columns().size() * kColumnBytes;
  if (pending_.empty()) return bytes;
  for (std::size_t i = 0; i < batch.columns().size(); ++i) {
    const auto& dictionary = batch.column(i).dictionary();
    if (dictionary && dictionary == pending_.back().column(i).dictionary()) bytes -= dictionary->nbytes();
  }
  return bytes;
}

std::shared_ptr<arrow::ChunkedArray> ParquetWriter::gather(std::size_t column) const {
  std::vector<Column> pieces;
  bool coded = false;
  for (const Batch& batch : pending_) {
    pieces.push_back(batch.column(column));
    coded |= pieces.back().layout() == Layout::kDictionary;
  }
  // Parquet has one dictionary for the column of a row group. With a second one Arrow would look every value
  // up. Plain text it cuts into pages by looking at whole pieces.
  if (coded || columnar::is_text(schema_->field(column).type)) {
    if (pieces.size() > 1) pieces = {columnar::concatenate(pieces)};
  } else {
    pieces = in_steps(pieces);
  }
  arrow::ArrayVector arrays;
  for (const Column& piece : pieces) arrays.push_back(export_column(piece));
  auto type = arrays.front()->type();
  return std::make_shared<arrow::ChunkedArray>(std::move(arrays), std::move(type));
}

void ParquetWriter::open_writer() {
  const auto properties =
      writer_properties(columns_without_dictionary(*schema_, pending_), compression_, &pool_);
  // Arrow's schema travels along: durations, zones and nulls have no type of their own in Parquet.
  const auto arrow_properties =
      parquet::ArrowWriterProperties::Builder().store_schema()->set_use_threads(false)->build();
  std::shared_ptr<arrow::Schema> schema = to_arrow(*schema_);
  if (!metadata_.empty()) {
    const auto keys = std::views::keys(metadata_);
    const auto values = std::views::values(metadata_);
    schema = schema->WithMetadata(
        arrow::key_value_metadata({keys.begin(), keys.end()}, {values.begin(), values.end()}));
  }
  writer_ =
      take(parquet::arrow::FileWriter::Open(*schema, &pool_, stream_, properties, arrow_properties), doing_);
}

void ParquetWriter::write_row_group() {
  guarded(doing_, [&] {
    if (!writer_) open_writer();
    check(writer_->NewRowGroup(), doing_);
    for (std::size_t i = 0; i < schema_->num_fields(); ++i)
      check(writer_->WriteColumnChunk(gather(i)), doing_);
  });
  pending_.clear();
  pending_rows_ = 0;
  pending_bytes_ = 0;
  group_bytes_ = 0;
  // A partitioned data set has many files under way, each with a long time between two row groups.
  file_.release_descriptor();
}

void ParquetWriter::flush() {
  if (pending_rows_ > 0) write_row_group();
}

void ParquetWriter::close() {
  flush();
  guarded(doing_, [&] {
    if (!writer_) open_writer();
    check(writer_->Close(), doing_);
  });
  writer_.reset();
  file_.close();
}

}  // namespace

TableWriterFactory make_parquet_writers(const ParquetWriteOptions& options, const FileMetadata& metadata) {
  if (options.row_group_rows < 1) {
    throw InvalidArgument("row_group_rows must be at least 1, not " + std::to_string(options.row_group_rows));
  }
  const auto compression = compression_of(options.compression);
  return [compression, rows = options.row_group_rows, metadata](const std::string& path,
                                                                const columnar::SchemaPtr& schema) {
    return std::make_unique<ParquetWriter>(path, schema, compression, rows, metadata);
  };
}

}  // namespace treadle::io
