#include "io/numbered_source.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

#include "columnar/builder.h"
#include "treadle/error.h"
#include "treadle/key.h"

// Where a strip's rows begin is known once the strips before it are counted. Whoever reads a strip first
// counts what nobody has counted yet, from the last known end on, so that no guess of a beginning enters a
// number; a strip that was read in its turn is counted by that. Strips of a stream cannot be read twice: each
// waits for the one before.
namespace treadle::io {
namespace {

using columnar::Batch;
using columnar::Column;
using columnar::SchemaPtr;

/// Where the strips of a partition end, as far as they are counted. Thread-safe.
class RowCounts {
 public:
  struct Start {
    std::uint64_t row = 0;
    std::optional<RecordBoundary> begin;
  };

  explicit RowCounts(bool stream) : stream_(stream) {}

  /// The first row of `strip`. `counter` counts the strips before it that are not counted yet.
  Start start_of(std::size_t strip, std::optional<RecordBoundary> begin, const PartitionReader* counter,
                 TaskContext& context) {
    std::unique_lock lock(mutex_);
    if (ends_.empty() && !first_begin_) first_begin_ = begin;
    while (stream_ && ends_.size() < strip && !failed_) {
      changed_.wait_for(lock, std::chrono::milliseconds(20));
      context.check_stopped();
    }
    if (failed_) std::rethrow_exception(failed_);
    while (ends_.size() < strip) count_next(*counter, context);
    if (strip == 0) return {0, begin};
    return ends_[strip - 1];
  }

  /// `strip`, which began at `begin`, has been read.
  void read(std::size_t strip, const StripReport& report) {
    const std::lock_guard lock(mutex_);
    if (strip != ends_.size()) return;
    if (strip > 0 && !stream_ && report.begin != *ends_[strip - 1].begin) return;
    ends_.push_back({rows() + report.rows, report.end});
    changed_.notify_all();
  }

  /// `strip` cannot be read: those of a stream that wait for it are told.
  void fail(std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    if (stream_ && !failed_) failed_ = std::move(error);
    changed_.notify_all();
  }

 private:
  std::uint64_t rows() const { return ends_.empty() ? 0 : ends_.back().row; }

  void count_next(const PartitionReader& counter, TaskContext& context) {
    static const SchemaPtr no_columns = std::make_shared<const Schema>();
    const std::optional<RecordBoundary> begin = ends_.empty() ? first_begin_ : ends_.back().begin;
    const StripReport report =
        counter.read_strip(ends_.size(), no_columns, begin, [](const Batch&) { return true; }, context);
    ends_.push_back({rows() + report.rows, report.end});
  }

  const bool stream_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<RecordBoundary> first_begin_;
  std::vector<Start> ends_;  // behind each strip that is counted
  std::exception_ptr failed_;
};

Column numbers(std::uint64_t first, std::int64_t count) {
  columnar::FixedBuilder<std::int64_t> builder;
  builder.reserve(count);
  for (std::int64_t i = 0; i < count; ++i) builder.append(static_cast<std::int64_t>(first) + i);
  return builder.finish(TypeId::kInt64);
}

class NumberedReader final : public PartitionReader {
 public:
  /// `counter`: reads the same partition without columns; null for a stream. `leaves_out`: whether `reader`
  /// may leave out rows. `first`: the number of the partition's first row.
  NumberedReader(std::unique_ptr<PartitionReader> reader, std::unique_ptr<PartitionReader> counter,
                 std::size_t position, bool leaves_out, std::uint64_t first)
      : reader_(std::move(reader)),
        counter_(std::move(counter)),
        position_(position),
        leaves_out_(leaves_out),
        first_(first),
        counts_(reader_->num_strips() == kUnknown) {}

  std::size_t num_strips() const override { return reader_->num_strips(); }
  std::size_t bytes_per_strip() const override { return reader_->bytes_per_strip(); }
  StripReport read_strip(std::size_t strip, const SchemaPtr& assumed, std::optional<RecordBoundary> begin,
                         const MorselConsumer& consume, TaskContext& context) const override {
    try {
      const RowCounts::Start start = counts_.start_of(strip, begin, counter_.get(), context);
      const SchemaPtr inner = without_number(*assumed);
      std::uint64_t row = first_ + start.row;
      const auto numbered = [&](const Batch& morsel) {
        std::vector<Column> columns = morsel.columns();
        columns.insert(columns.begin() + static_cast<std::ptrdiff_t>(position_),
                       numbers(row, morsel.num_rows()));
        row += static_cast<std::uint64_t>(morsel.num_rows());
        return consume(Batch(assumed, std::move(columns), morsel.num_rows()));
      };
      StripReport report = reader_->read_strip(strip, inner, begin ? begin : start.begin, numbered, context);
      if (!leaves_out_) counts_.read(strip, report);
      for (std::size_t& column : report.unconvertible) column = with_number(column);
      return report;
    } catch (TypeWidened& widened) {
      widened.column = with_number(widened.column);
      counts_.fail(std::current_exception());
      throw;
    } catch (...) {
      counts_.fail(std::current_exception());
      throw;
    }
  }

 private:
  SchemaPtr without_number(const Schema& schema) const {
    std::vector<Field> fields = schema.fields();
    fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(position_));
    return std::make_shared<const Schema>(std::move(fields));
  }

  /// The place, among the columns that were asked for, of one of those that the inner reader was asked for.
  std::size_t with_number(std::size_t column) const { return column < position_ ? column : column + 1; }

  std::unique_ptr<PartitionReader> reader_;
  std::unique_ptr<PartitionReader> counter_;
  std::size_t position_;
  bool leaves_out_;
  std::uint64_t first_;
  mutable RowCounts counts_;
};

class NumberedSource final : public Source {
 public:
  NumberedSource(std::shared_ptr<const Source> source, std::string name)
      : source_(std::move(source)), name_(std::move(name)) {
    std::vector<Field> fields = source_->schema()->fields();
    fields.push_back({name_, TypeId::kInt64});
    schema_ = std::make_shared<const Schema>(std::move(fields));
    std::uint64_t first = 0;
    for (const PartitionInfo& partition : source_->partitions()) {
      firsts_.push_back(first);
      first += partition.rows.value_or(0);
    }
    const auto is_known = [](const PartitionInfo& partition) { return partition.rows.has_value(); };
    if (!std::ranges::all_of(source_->partitions(), is_known)) std::ranges::fill(firsts_, 0);
  }

  std::string_view format() const override { return source_->format(); }
  const SchemaPtr& schema() const override { return schema_; }
  void add_to(KeyBuilder& key) const override {
    source_->add_to(key);
    key.add("numbered").add(name_);
  }
  std::string to_string() const override { return source_->to_string(); }
  std::string file_path(std::uint32_t file) const override { return source_->file_path(file); }
  bool skips_rows() const override { return source_->skips_rows(); }
  std::shared_ptr<const Source> renewed() const override {
    auto now = source_->renewed();
    return now == nullptr ? nullptr : std::make_shared<const NumberedSource>(std::move(now), name_);
  }
  std::span<const PartitionInfo> partitions() const override { return source_->partitions(); }
  bool continues_previous(std::size_t index) const override { return source_->continues_previous(index); }
  bool excluded(std::size_t index, const ScanRequest& request) const override {
    return source_->excluded(index, request);
  }
  std::unique_ptr<PartitionReader> open(std::size_t index, const ScanRequest& request) const override {
    const auto number = std::find(request.columns.begin(), request.columns.end(), name_);
    if (number == request.columns.end()) return source_->open(index, request);
    ScanRequest inner = request;
    const auto position = static_cast<std::size_t>(number - request.columns.begin());
    inner.columns.erase(inner.columns.begin() + static_cast<std::ptrdiff_t>(position));
    // A row that statistics rule out has its number all the same. Where counting rows reads none, they are
    // counted apart from those that are read; elsewhere all are read.
    if (!source_->partitions()[index].rows) inner.prune.clear();
    auto reader = source_->open(index, inner);
    const bool leaves_out = !std::exchange(inner.prune, {}).empty();
    inner.columns.clear();
    const bool stream = reader->num_strips() == PartitionReader::kUnknown;
    auto counter = stream || reader->num_strips() < 2 ? nullptr : source_->open(index, inner);
    return std::make_unique<NumberedReader>(std::move(reader), std::move(counter), position, leaves_out,
                                            firsts_[index]);
  }

 private:
  std::shared_ptr<const Source> source_;
  std::string name_;
  SchemaPtr schema_;
  std::vector<std::uint64_t> firsts_;  // the number of each partition's first row
};

}  // namespace

std::shared_ptr<const Source> number_rows(std::shared_ptr<const Source> source, std::string name) {
  return std::make_shared<const NumberedSource>(std::move(source), std::move(name));
}

}  // namespace treadle::io
