#include "dataframe/operators/batch_reader.h"

#include <algorithm>
#include <utility>

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::SchemaPtr;

constexpr std::int64_t kWorthAStrip = std::int64_t{1} << 16;

/// Rows [begin, begin + length) of a batch.
struct Piece {
  std::size_t batch = 0;
  std::int64_t begin = 0;
  std::int64_t length = 0;
};

class BatchListReader final : public io::PartitionReader {
 public:
  BatchListReader(std::vector<StoredBatch> batches, const RowStrips& range, std::vector<std::size_t> columns,
                  std::int64_t morsel_rows)
      : batches_(std::move(batches)), columns_(std::move(columns)), morsel_rows_(morsel_rows) {
    const StripIndex index(std::span(&range.strips, 1));
    strips_.resize(index.num_strips());
    const std::int64_t end = count_rows(range.strips);
    std::int64_t first = -range.begin;  // of the batch, among those that are read
    for (std::size_t i = 0; i < batches_.size() && first < end; ++i) {
      const std::int64_t length = batches_[i].num_rows();
      const std::int64_t last = std::min(length, end - first);
      for (std::int64_t row = std::max<std::int64_t>(0, -first); row < last;) {
        const std::size_t strip = index.strip_of(first + row);
        strips_[strip].push_back({i, row, std::min(last, index.end_of(strip) - first) - row});
        row += strips_[strip].back().length;
        load_bytes_ = std::max(load_bytes_, batches_[i].load_bytes());
      }
      first += length;
    }
  }

  std::size_t num_strips() const override { return strips_.size(); }
  /// What is in memory is held already.
  std::size_t bytes_per_strip() const override { return load_bytes_; }

  io::StripReport read_strip(std::size_t strip, const SchemaPtr& assumed, std::optional<io::RecordBoundary>,
                             const io::MorselConsumer& consume, TaskContext&) const override {
    io::StripReport report;
    report.begin = {0, strip};
    report.end = {0, strip + 1};
    for (const Piece& piece : strips_[strip]) {
      if (!read_piece(piece, assumed, consume, report.rows)) break;
    }
    return report;
  }

 private:
  bool read_piece(const Piece& piece, const SchemaPtr& schema, const io::MorselConsumer& consume,
                  std::uint64_t& rows) const {
    const Batch batch = batches_[piece.batch].load();
    std::vector<columnar::Column> columns;
    for (const std::size_t column : columns_) columns.push_back(batch.column(column));
    const Batch whole(schema, std::move(columns), batch.num_rows());
    for (std::int64_t row = 0; row < piece.length; row += morsel_rows_) {
      const std::int64_t length = std::min(morsel_rows_, piece.length - row);
      rows += static_cast<std::uint64_t>(length);
      if (!consume(whole.slice(piece.begin + row, length))) return false;
    }
    return true;
  }

  std::vector<StoredBatch> batches_;
  std::size_t load_bytes_ = 0;  // of the largest batch on disk
  std::vector<std::size_t> columns_;
  std::int64_t morsel_rows_;
  std::vector<std::vector<Piece>> strips_;
};

}  // namespace

std::unique_ptr<io::PartitionReader> open_batches(std::vector<StoredBatch> batches, const RowStrips& range,
                                                  std::vector<std::size_t> columns,
                                                  std::int64_t morsel_rows) {
  return std::make_unique<BatchListReader>(std::move(batches), range, std::move(columns), morsel_rows);
}

std::unique_ptr<io::PartitionReader> open_batches(std::vector<StoredBatch> batches,
                                                  std::vector<std::size_t> columns) {
  const RowStrips all{0, strips_of_rows(count_rows(batches), 0)};
  return open_batches(std::move(batches), all, std::move(columns));
}

std::unique_ptr<io::PartitionReader> open_whole_batches(std::vector<StoredBatch> batches,
                                                        std::vector<std::size_t> columns) {
  RowStrips all{0, {0, {}}};
  std::int64_t waiting = 0;
  for (const StoredBatch& batch : batches) {
    waiting += batch.num_rows();
    if (waiting >= kWorthAStrip) all.strips.rows.push_back(std::exchange(waiting, 0));
  }
  if (waiting != 0) all.strips.rows.push_back(waiting);
  return open_batches(std::move(batches), all, std::move(columns));
}

}  // namespace treadle::dataframe
