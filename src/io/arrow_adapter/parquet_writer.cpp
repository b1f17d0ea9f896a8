#include <parquet/properties.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "columnar/selection.h"
#include "io/arrow_adapter/encoding_choice.h"
#include "io/arrow_adapter/memory_pool.h"
#include "io/arrow_adapter/nan_free_columns.h"
#include "io/arrow_adapter/output_stream.h"
#include "io/arrow_adapter/parquet_entry.h"
#include "io/arrow_adapter/row_group_encoder.h"
#include "io/arrow_adapter/status.h"
#include "io/category_coder.h"
#include "io/share_dictionary.h"
#include "io/waiting_rows.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

using columnar::Batch;
using columnar::Column;
using columnar::Layout;

// Fixed, so that equal rows make equal files whatever version of Arrow is linked.
constexpr const char* kCreatedBy = "treadle version 0.1.0";

// A row group of wide rows ends early: whoever reads it may hold it.
constexpr std::size_t kRowGroupBytes = 32 << 20;
// Nested columns are encoded as a whole.
constexpr std::size_t kNestedRowGroupBytes = 8 << 20;

struct Compression {
  std::string_view name;
  parquet::Compression::type type;
};
constexpr std::array<Compression, 6> kCompressions = {{
    {"snappy", parquet::Compression::SNAPPY},
    {"zstd", parquet::Compression::ZSTD},
    {"lz4", parquet::Compression::LZ4},
    {"gzip", parquet::Compression::GZIP},
    {"brotli", parquet::Compression::BROTLI},
    {"none", parquet::Compression::UNCOMPRESSED},
}};

parquet::Compression::type compression_of(const std::string& name) {
  const auto* found = std::ranges::find(kCompressions, name, &Compression::name);
  if (found == kCompressions.end()) {
    throw InvalidArgument(
        "compression must be \"snappy\", \"zstd\", \"lz4\", \"gzip\", \"brotli\" or \"none\", not \"" + name +
        '"');
  }
  if (!parquet::IsCodecSupported(found->type)) {
    throw InvalidArgument("compression: the Arrow library that is there was built without " + name);
  }
  return found->type;
}

/// How values are compressed, and those of some columns in another way.
struct Compressions {
  Compressions(const std::string& name, const std::map<std::string, std::string>& others)
      : usual(compression_of(name)) {
    for (const auto& [column, method] : others) of_columns.emplace(column, compression_of(method));
  }

  parquet::Compression::type usual;
  std::map<std::string, parquet::Compression::type> of_columns;
};

std::shared_ptr<parquet::WriterProperties> writer_properties(const std::vector<std::string>& plain_columns,
                                                             const Compressions& compressions,
                                                             arrow::MemoryPool* pool) {
  parquet::WriterProperties::Builder builder;
  builder.memory_pool(pool)->created_by(kCreatedBy)->compression(compressions.usual);
  for (const auto& [column, method] : compressions.of_columns) builder.compression(column, method);
  // Page statistics would stay in memory until the file is closed; row groups are small enough to be skipped
  // whole.
  builder.disable_write_page_index();
  // Row groups are cut by write(); Arrow must not cut them again.
  builder.max_row_group_length(std::numeric_limits<std::int64_t>::max());
  // Decimals of up to 18 digits are smaller as integers, and quicker to read.
  builder.enable_store_decimal_as_integer();
  for (const std::string& column : plain_columns) builder.disable_dictionary(column);
  return builder.build();
}

/// Collects rows until a row group is full, then has it encoded column by column.
class ParquetWriter final : public TableWriter {
 public:
  ParquetWriter(const std::string& path, columnar::SchemaPtr schema, Compressions compressions,
                std::int64_t row_group_rows, FileDetails details)
      : doing_("cannot write " + path),
        schema_(std::move(schema)),
        compressions_(std::move(compressions)),
        row_group_rows_(row_group_rows),
        row_group_bytes_(has_nested_columns(*schema_) ? kNestedRowGroupBytes : kRowGroupBytes),
        details_(std::move(details)),
        nan_search_(*schema_),
        dictionary_choice_(*schema_),
        file_(path),
        stream_(std::make_shared<OutputStream>(file_)),
        dictionaries_(schema_->num_fields()),
        coders_(schema_->num_fields()),
        waiting_(schema_) {
    for (const auto& [name, kind] : details_.categories) {
      const auto place = schema_->find(name);
      if (place && kind.values && schema_->field(*place).type.id() == TypeId::kUtf8)
        coders_[*place].emplace(*kind.values);
    }
  }

  ~ParquetWriter() override { stream_->discard(); }

  void write(const Batch& batch) override;
  void flush() override;
  void close() override;
  std::uint64_t bytes_written() const override { return file_.bytes_written(); }
  std::size_t bytes_buffered() const override { return waiting_.value_bytes() + bytes_of_arrow(); }
  std::size_t bytes_in_memory() const override { return waiting_.bytes_in_memory() + bytes_of_arrow(); }
  void spill_to(SpillFileMaker make) override { waiting_.spill_to(std::move(make)); }
  void set_aside() override { waiting_.set_aside(); }

 private:
  std::size_t bytes_of_arrow() const { return static_cast<std::size_t>(pool_.bytes_allocated()); }
  Batch prepared(const Batch& batch);
  std::int64_t rows_until_full(const Batch& rows) const;
  void write_row_group();
  void write_column(std::size_t column);
  void open_encoder();

  std::string doing_;
  columnar::SchemaPtr schema_;
  Compressions compressions_;
  std::int64_t row_group_rows_;
  std::size_t row_group_bytes_;
  FileDetails details_;
  NanSearch nan_search_;
  DictionaryChoice dictionary_choice_;
  FileOutput file_;
  std::shared_ptr<OutputStream> stream_;
  ReservedPool pool_;
  std::vector<std::shared_ptr<const Column>> dictionaries_;  // the latest of each column
  std::vector<std::optional<CategoryCoder>> coders_;         // of columns whose categories are given
  WaitingRows waiting_;
  std::unique_ptr<RowGroupEncoder> encoder_;
};

/// As rows wait: views, which may point into a reader's buffers, much larger than what they show, copied
/// together; equal dictionaries one.
Batch ParquetWriter::prepared(const Batch& batch) {
  std::vector<Column> columns;
  columns.reserve(batch.columns().size());
  for (std::size_t i = 0; i < batch.columns().size(); ++i) {
    const Column& column = batch.column(i);
    if (coders_[i]) {
      columns.push_back(coders_[i]->code(column));
    } else {
      columns.push_back(column.layout() == Layout::kView ? column.to_plain()
                                                         : share_dictionary(column, dictionaries_[i]));
    }
  }
  return {batch.schema(), std::move(columns), batch.num_rows()};
}

void ParquetWriter::write(const Batch& batch) {
  const Batch own = prepared(batch);
  for (std::int64_t done = 0; done < own.num_rows();) {
    const Batch rest = own.slice(done, own.num_rows() - done);
    const Batch taken = rest.slice(0, rows_until_full(rest));
    nan_search_.see(taken);
    if (!encoder_) dictionary_choice_.see(taken);
    waiting_.add(taken);
    done += taken.num_rows();
    if (waiting_.num_rows() == row_group_rows_ || waiting_.value_bytes() >= row_group_bytes_)
      write_row_group();
  }
}

/// A row group ends with the row that makes it too large, wherever batches end.
std::int64_t ParquetWriter::rows_until_full(const Batch& rows) const {
  const std::int64_t most = std::min(rows.num_rows(), row_group_rows_ - waiting_.num_rows());
  return rows_that_fill(rows.slice(0, most), row_group_bytes_ - waiting_.value_bytes());
}

void ParquetWriter::open_encoder() {
  encoder_ = make_encoder(
      *schema_, stream_, pool_,
      {writer_properties(dictionary_choice_.columns_without(), compressions_, &pool_), details_}, doing_);
}

void ParquetWriter::write_row_group() {
  waiting_.complete();
  guarded(doing_, [&] {
    if (!encoder_) open_encoder();
    encoder_->begin_row_group();
    for (std::size_t i = 0; i < schema_->num_fields(); ++i) write_column(i);
    encoder_->end_row_group();
  });
  waiting_.clear();
  // A partitioned data set has many files under way, each with a long time between two row groups.
  file_.release_descriptor();
}

void ParquetWriter::write_column(std::size_t column) {
  using Consume = std::function<void(const Column&)>;
  if (!waiting_.is_coded(column))
    return encoder_->write_column([&](const Consume& consume) { waiting_.take_column(column, consume); });
  // Parquet has one dictionary for the column of a row group. With a second one Arrow would look every value
  // up.
  std::vector<Column> pieces;
  waiting_.take_column(column, [&](const Column& piece) { pieces.push_back(piece); });
  const Column all = columnar::concatenate(pieces);
  encoder_->write_column(
      [&](const Consume& consume) { consume(all.layout() == Layout::kView ? all.to_plain() : all); });
}

void ParquetWriter::flush() {
  if (waiting_.num_rows() > 0) write_row_group();
}

void ParquetWriter::close() {
  flush();
  guarded(doing_, [&] {
    if (!encoder_) open_encoder();
    encoder_->close(nan_search_.metadata());
  });
  encoder_.reset();
  file_.close();
}

}  // namespace

TableWriterFactory make_parquet_writers(const ParquetWriteOptions& options, const FileDetails& details) {
  if (options.row_group_rows < 1) {
    throw InvalidArgument("row_group_rows must be at least 1, not " + std::to_string(options.row_group_rows));
  }
  const Compressions compressions(options.compression, details.compressions);
  return [compressions, rows = options.row_group_rows, details](const std::string& path,
                                                                const columnar::SchemaPtr& schema) {
    return std::make_unique<ParquetWriter>(path, schema, compressions, rows, details);
  };
}

}  // namespace treadle::io
