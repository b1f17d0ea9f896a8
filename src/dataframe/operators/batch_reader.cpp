#include "dataframe/operators/batch_reader.h"

#include <algorithm>
#include <utility>

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::SchemaPtr;

constexpr std::int64_t kStripRows = 1 << 20;

/// Rows [begin, begin + length) of a batch.
struct Piece {
  std::size_t batch = 0;
  std::int64_t begin = 0;
  std::int64_t length = 0;
};

class BatchListReader final : public io::PartitionReader {
 public:
  BatchListReader(std::vector<Batch> batches, std::vector<std::size_t> columns, std::int64_t morsel_rows)
      : batches_(std::move(batches)), columns_(std::move(columns)), morsel_rows_(morsel_rows) {
    // Strips are full wherever batches end: how rows lie in batches must not be seen in the result.
    std::int64_t room = 0;
    for (std::size_t i = 0; i < batches_.size(); ++i) {
      for (std::int64_t row = 0; row < batches_[i].num_rows();) {
        if (room == 0) {
          strips_.emplace_back();
          room = kStripRows;
        }
        const std::int64_t length = std::min(room, batches_[i].num_rows() - row);
        strips_.back().push_back({i, row, length});
        room -= length;
        row += length;
      }
    }
  }

  std::size_t num_strips() const override { return strips_.size(); }
  /// The rows are held already.
  std::size_t bytes_per_strip() const override { return 0; }

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
    std::vector<columnar::Column> columns;
    for (const std::size_t column : columns_) columns.push_back(batches_[piece.batch].column(column));
    const Batch whole(schema, std::move(columns), batches_[piece.batch].num_rows());
    for (std::int64_t row = 0; row < piece.length; row += morsel_rows_) {
      const std::int64_t length = std::min(morsel_rows_, piece.length - row);
      rows += static_cast<std::uint64_t>(length);
      if (!consume(whole.slice(piece.begin + row, length))) return false;
    }
    return true;
  }

  std::vector<Batch> batches_;
  std::vector<std::size_t> columns_;
  std::int64_t morsel_rows_;
  std::vector<std::vector<Piece>> strips_;
};

}  // namespace

std::unique_ptr<io::PartitionReader> open_batches(std::vector<Batch> batches,
                                                  std::vector<std::size_t> columns,
                                                  std::int64_t morsel_rows) {
  return std::make_unique<BatchListReader>(std::move(batches), std::move(columns), morsel_rows);
}

}  // namespace treadle::dataframe
