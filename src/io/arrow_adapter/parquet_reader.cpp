#include <parquet/exception.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "io/arrow_adapter/chunk_stream.h"
#include "io/arrow_adapter/filtered_morsels.h"
#include "io/arrow_adapter/memory_pool.h"
#include "io/arrow_adapter/parquet_source.h"
#include "io/arrow_adapter/status.h"
#include "io/arrow_adapter/strip_columns.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

// What unpacking a column takes besides its rows: a page.
constexpr std::int64_t kPageBytes = 1 << 20;

class ParquetReader final : public PartitionReader {
 public:
  ParquetReader(std::shared_ptr<const ParquetSource> source, std::size_t partition, ScanRequest request)
      : source_(std::move(source)),
        strips_(source_->strips(partition)),
        request_(std::move(request)),
        fields_(needed_fields(request_, *source_->schema())) {
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
  std::uint64_t read(const ParquetStrip& strip, const std::shared_ptr<ReservedPool>& pool,
                     const columnar::SchemaPtr& schema, const MorselConsumer& consume,
                     TaskContext& context) const;

  std::shared_ptr<const ParquetSource> source_;
  std::span<const ParquetStrip> strips_;
  ScanRequest request_;
  std::vector<Field> fields_;
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
  for (const Field& field : fields_) {
    const ParquetColumn* column = source_->file(strip).columns()->find(field.name);
    if (column == nullptr) continue;
    for (const int leaf : column->leaves) {
      const auto chunk = row_group->ColumnChunk(leaf);
      if (chunk->total_uncompressed_size() < 0 || chunk->total_compressed_size() < 0) {
        throw parquet::ParquetException("the footer says that column \"" + field.name +
                                        "\" has less than no bytes");
      }
      const auto unpacked = static_cast<double>(chunk->total_uncompressed_size());
      const double width = std::max(4, column->type.byte_width());
      decoded += std::min(unpacked, 2.0 * kPageBytes) + 2 * std::max(unpacked, width * rows) * share;
      stored += std::min(chunk->total_compressed_size(), ChunkStream::kReadAhead);
    }
  }
  return static_cast<std::size_t>(decoded) + static_cast<std::size_t>(stored);
}

/// Answers with the rows gone through.
std::uint64_t ParquetReader::read(const ParquetStrip& strip, const std::shared_ptr<ReservedPool>& pool,
                                  const columnar::SchemaPtr& schema, const MorselConsumer& consume,
                                  TaskContext& context) const {
  StripColumns columns(*source_, strip, *metadata(strip), fields_, request_.morsel_rows);
  columns.open(metadata(strip), pool);
  FilteredMorsels morsels(columns, schema, request_.filters);
  std::int64_t rows = 0;
  for (bool wants_more = true; wants_more;) {
    context.check_stopped();
    const std::int64_t some = columns.next_morsel();
    if (some == 0) break;
    rows += some;
    const columnar::Batch morsel = morsels.next(some);
    if (morsel.num_rows() > 0) wants_more = consume(morsel);
  }
  context.count(Counter::kBytesRead, columns.bytes_read());
  return static_cast<std::uint64_t>(rows);
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
  report.rows = guarded("cannot read the Parquet file " + source_->file(place).path(),
                        [&] { return read(place, pool, assumed, consume, context); });
  return report;
}

}  // namespace

std::unique_ptr<PartitionReader> make_parquet_reader(std::shared_ptr<const ParquetSource> source,
                                                     std::size_t partition, const ScanRequest& request) {
  return std::make_unique<ParquetReader>(std::move(source), partition, request);
}

}  // namespace treadle::io
