#include "io/memory_source.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "treadle/error.h"
#include "treadle/key.h"

namespace treadle::io {
namespace {

using columnar::Batch;
using columnar::Column;

constexpr std::int64_t kPartitionRows = 1'000'000;

/// Rows [begin, end) of a batch.
struct Range {
  std::size_t batch = 0;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

class MemorySource final : public Source, public std::enable_shared_from_this<MemorySource> {
 public:
  /// `partition_rows` add up to the rows of all batches.
  MemorySource(columnar::SchemaPtr schema, std::vector<Batch> batches,
               const std::vector<std::int64_t>& partition_rows)
      : schema_(std::move(schema)), batches_(std::move(batches)), identity_(unique_key()) {
    for (const std::int64_t rows : partition_rows) cut_partition(rows);
  }

  std::string_view format() const override { return "memory"; }
  const columnar::SchemaPtr& schema() const override { return schema_; }
  // What lies in memory has no name that another process or a later run could find it by.
  void add_to(KeyBuilder& key) const override { key.add("memory").add(identity_); }
  std::string to_string() const override { return "memory, " + std::to_string(num_rows_) + " rows"; }
  std::span<const PartitionInfo> partitions() const override { return partitions_; }
  bool continues_previous(std::size_t) const override { return false; }
  bool excluded(std::size_t, const ScanRequest&) const override { return false; }
  std::unique_ptr<PartitionReader> open(std::size_t index, const ScanRequest& request) const override;

  const Batch& batch(std::size_t index) const { return batches_[index]; }
  const std::vector<Range>& ranges(std::size_t partition) const { return ranges_[partition]; }

 private:
  void cut_partition(std::int64_t rows);

  columnar::SchemaPtr schema_;
  std::vector<Batch> batches_;
  Key identity_;
  std::int64_t num_rows_ = 0;  // in partitions so far
  std::size_t batch_ = 0;      // the next row to go into one
  std::int64_t row_ = 0;
  std::vector<std::vector<Range>> ranges_;  // by partition
  std::vector<PartitionInfo> partitions_;
};

void MemorySource::cut_partition(std::int64_t rows) {
  std::vector<Range> ranges;
  double bytes = 0;
  for (std::int64_t wanted = rows; wanted > 0;) {
    const Batch& batch = batches_[batch_];
    const std::int64_t taken = std::min(wanted, batch.num_rows() - row_);
    if (taken > 0) {
      ranges.push_back({batch_, row_, row_ + taken});
      bytes += static_cast<double>(batch.nbytes()) / static_cast<double>(batch.num_rows()) *
               static_cast<double>(taken);
    }
    wanted -= taken;
    row_ += taken;
    if (row_ == batch.num_rows()) ++batch_, row_ = 0;
  }
  const std::string first = std::to_string(std::exchange(num_rows_, num_rows_ + rows));
  partitions_.push_back({"memory[" + first + ':' + std::to_string(num_rows_) + ']',
                         static_cast<std::uint64_t>(bytes), static_cast<std::uint64_t>(rows)});
  ranges_.push_back(std::move(ranges));
}

std::int64_t rows_of(const std::vector<Batch>& batches) {
  std::int64_t rows = 0;
  for (const Batch& batch : batches) rows += batch.num_rows();
  return rows;
}

std::vector<std::int64_t> usual_partitions(std::int64_t rows) {
  std::vector<std::int64_t> partitions;
  for (; rows > kPartitionRows; rows -= kPartitionRows) partitions.push_back(kPartitionRows);
  partitions.push_back(rows);
  return partitions;
}

/// A partition in memory is one strip.
class MemoryReader final : public PartitionReader {
 public:
  MemoryReader(std::shared_ptr<const MemorySource> source, std::size_t partition, const ScanRequest& request)
      : source_(std::move(source)), ranges_(source_->ranges(partition)), morsel_rows_(request.morsel_rows) {
    for (const std::string& name : request.columns) columns_.push_back(source_->schema()->index_of(name));
  }

  std::size_t num_strips() const override { return ranges_.empty() ? 0 : 1; }
  // Morsels are slices: they hold no memory of their own.
  std::size_t bytes_per_strip() const override { return 64 << 10; }
  StripReport read_strip(std::size_t strip, const columnar::SchemaPtr& assumed, std::optional<RecordBoundary>,
                         const MorselConsumer& consume, TaskContext& context) const override {
    StripReport report;
    report.begin.offset = strip;
    report.end.offset = strip + 1;
    for (const Range& range : ranges_) {
      if (!read_range(range, assumed, consume, context, report.rows)) break;
    }
    return report;
  }

 private:
  bool read_range(const Range& range, const columnar::SchemaPtr& schema, const MorselConsumer& consume,
                  TaskContext& context, std::uint64_t& rows) const {
    const Batch& batch = source_->batch(range.batch);
    std::vector<Column> columns;
    for (const std::size_t column : columns_) columns.push_back(batch.column(column));
    const Batch wanted(schema, std::move(columns), batch.num_rows());
    for (std::int64_t begin = range.begin; begin < range.end; begin += morsel_rows_) {
      context.check_stopped();
      const std::int64_t taken = std::min(morsel_rows_, range.end - begin);
      rows += static_cast<std::uint64_t>(taken);
      if (!consume(wanted.slice(begin, taken))) return false;
    }
    return true;
  }

  std::shared_ptr<const MemorySource> source_;
  const std::vector<Range>& ranges_;
  std::int64_t morsel_rows_;
  std::vector<std::size_t> columns_;
};

std::unique_ptr<PartitionReader> MemorySource::open(std::size_t index, const ScanRequest& request) const {
  return std::make_unique<MemoryReader>(shared_from_this(), index, request);
}

}  // namespace

std::shared_ptr<const Source> open_memory(columnar::SchemaPtr schema, std::vector<Batch> batches) {
  const std::vector<std::int64_t> partitions = usual_partitions(rows_of(batches));
  return std::make_shared<const MemorySource>(std::move(schema), std::move(batches), partitions);
}

std::shared_ptr<const Source> open_memory(const Table& table, std::vector<std::int64_t> partition_rows) {
  if (std::accumulate(partition_rows.begin(), partition_rows.end(), std::int64_t{0}) != table.num_rows()) {
    throw InvalidArgument("expected partitions of " + std::to_string(table.num_rows()) + " rows together");
  }
  return std::make_shared<const MemorySource>(std::make_shared<const Schema>(table.schema()), table.batches(),
                                              partition_rows);
}

std::shared_ptr<const Source> open_memory(const Table& table) {
  return open_memory(std::make_shared<const Schema>(table.schema()), table.batches());
}

}  // namespace treadle::io
