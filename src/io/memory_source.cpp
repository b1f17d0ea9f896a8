#include "io/memory_source.h"

#include <algorithm>
#include <string>
#include <utility>

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
  MemorySource(columnar::SchemaPtr schema, std::vector<Batch> batches)
      : schema_(std::move(schema)), batches_(std::move(batches)), identity_(unique_key()) {
    cut_partitions();
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
  void cut_partitions();
  void finish_partition(std::int64_t first_row, std::uint64_t bytes);

  columnar::SchemaPtr schema_;
  std::vector<Batch> batches_;
  Key identity_;
  std::int64_t num_rows_ = 0;
  std::vector<std::vector<Range>> ranges_;  // by partition
  std::vector<PartitionInfo> partitions_;
};

void MemorySource::finish_partition(std::int64_t first_row, std::uint64_t bytes) {
  partitions_.push_back(
      {"memory[" + std::to_string(first_row) + ':' + std::to_string(num_rows_) + ']', bytes});
}

void MemorySource::cut_partitions() {
  std::int64_t first_row = 0;
  double bytes = 0;
  ranges_.emplace_back();
  for (std::size_t i = 0; i < batches_.size(); ++i) {
    const std::int64_t rows = batches_[i].num_rows();
    const double width =
        rows == 0 ? 0 : static_cast<double>(batches_[i].nbytes()) / static_cast<double>(rows);
    for (std::int64_t begin = 0; begin < rows;) {
      if (num_rows_ - first_row == kPartitionRows) {
        finish_partition(std::exchange(first_row, num_rows_),
                         static_cast<std::uint64_t>(std::exchange(bytes, 0)));
        ranges_.emplace_back();
      }
      const std::int64_t taken = std::min(rows - begin, kPartitionRows - (num_rows_ - first_row));
      ranges_.back().push_back({i, begin, begin + taken});
      num_rows_ += taken;
      begin += taken;
      bytes += width * static_cast<double>(taken);
    }
  }
  finish_partition(first_row, static_cast<std::uint64_t>(bytes));
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
  return std::make_shared<const MemorySource>(std::move(schema), std::move(batches));
}

std::shared_ptr<const Source> open_memory(const Table& table) {
  return open_memory(std::make_shared<const Schema>(table.schema()), table.batches());
}

}  // namespace treadle::io
