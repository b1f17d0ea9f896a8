#include "dataframe/operators/batch_reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/byte_size.h"
#include "treadle/key.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::SchemaPtr;

constexpr std::int64_t kStripRows = 1 << 20;
constexpr std::uint64_t kPartitionBytes = 128ULL << 20;

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
    std::int64_t strip_rows = kStripRows;
    for (std::size_t i = 0; i < batches_.size(); ++i) {
      for (std::int64_t row = 0; row < batches_[i].num_rows(); row += kStripRows) {
        const Piece piece{i, row, std::min(kStripRows, batches_[i].num_rows() - row)};
        // Small batches share a strip.
        if (strip_rows + piece.length > kStripRows) {
          strips_.emplace_back();
          strip_rows = 0;
        }
        strip_rows += piece.length;
        strips_.back().push_back(piece);
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

class MemorySource final : public io::Source {
 public:
  explicit MemorySource(columnar::BatchList rows) : rows_(std::move(rows)), identity_(unique_key()) {
    for (std::size_t i = 0; i < rows_.batches.size(); ++i) {
      if (partitions_.empty() || partitions_.back().bytes >= kPartitionBytes) {
        partitions_.push_back({"memory[" + std::to_string(partitions_.size()) + "]", 0});
        first_batches_.push_back(i);
      }
      partitions_.back().bytes += rows_.batches[i].nbytes();
    }
    first_batches_.push_back(rows_.batches.size());
  }

  std::string_view format() const override { return "memory"; }
  const SchemaPtr& schema() const override { return rows_.schema; }
  void add_to(KeyBuilder& key) const override { key.add("memory").add(identity_); }
  std::string to_string() const override {
    return "memory, " + std::to_string(rows_.num_rows()) + " rows, " + format_byte_size(rows_.nbytes());
  }
  std::span<const io::PartitionInfo> partitions() const override { return partitions_; }
  bool continues_previous(std::size_t) const override { return false; }
  bool excluded(std::size_t, const io::ScanRequest&) const override { return false; }

  std::unique_ptr<io::PartitionReader> open(std::size_t index, const io::ScanRequest& request) const override {
    std::vector<std::size_t> columns;
    for (const std::string& name : request.columns) columns.push_back(rows_.schema->index_of(name));
    const auto begin = rows_.batches.begin();
    return open_batches({begin + static_cast<std::ptrdiff_t>(first_batches_[index]),
                         begin + static_cast<std::ptrdiff_t>(first_batches_[index + 1])},
                        std::move(columns), request.morsel_rows);
  }

 private:
  columnar::BatchList rows_;
  Key identity_;
  std::vector<io::PartitionInfo> partitions_;
  std::vector<std::size_t> first_batches_;  // of each partition, and the end
};

}  // namespace

std::unique_ptr<io::PartitionReader> open_batches(std::vector<Batch> batches, std::vector<std::size_t> columns,
                                                  std::int64_t morsel_rows) {
  return std::make_unique<BatchListReader>(std::move(batches), std::move(columns), morsel_rows);
}

std::shared_ptr<const io::Source> make_memory_source(columnar::BatchList rows) {
  return std::make_shared<const MemorySource>(std::move(rows));
}

}  // namespace treadle::dataframe
