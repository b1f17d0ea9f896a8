#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "io/row_filter.h"
#include "treadle/key.h"
#include "treadle/scalar.h"
#include "treadle/schema.h"
#include "treadle/task_context.h"

// The io room: where tables come from and go to, cut into pieces that threads can take.
//
//   Source            files under one schema; made at planning time from a bounded sample
//   partition         a run of strips: one task (128 MiB of text, some row groups)
//   strip             a fixed range: 8 MiB of text, one row group. Independent of threads, memory and load
//   morsel            a Batch of at most morsel_rows rows, handed to a callback while the strip is being read
//
// A source may guess (where a strip's first record begins, what type a column has). It says what it assumed
// in the StripReport; the scan operator checks the guesses in strip order and has wrong ones read again.
namespace treadle::io {

/// "column OP value": what sources may use to skip data whose statistics rule it out. Never needed for
/// correctness.
struct PrunePredicate {
  enum class Op : std::uint8_t {
    kEqual,
    kNotEqual,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kIsNull,
    kIsNotNull
  };
  std::string column;
  Op op = Op::kEqual;
  Scalar value;
  /// Other predicates, without alternatives of their own: one of them all will do.
  std::vector<PrunePredicate> or_else = {};
};

/// What a scan wants of a source.
struct ScanRequest {
  /// Columns to deliver, in the order of the source's schema. Others are not parsed or read. May be empty:
  /// rows are then only counted.
  std::vector<std::string> columns;
  /// All must hold for a row to matter.
  std::vector<PrunePredicate> prune;
  /// Asked in this order for the rows to deliver, by sources that apply filters; of no meaning to others.
  /// Their columns are delivered only if they are among `columns`.
  std::vector<std::shared_ptr<const RowFilter>> filters = {};
  /// The most rows in one morsel.
  std::int64_t morsel_rows = 65536;
};

/// A partition as the planner sees it.
struct PartitionInfo {
  /// "flights.csv[0:134217728]": for messages and explain().
  std::string label;
  /// Uncompressed bytes of all columns, estimated where not known.
  std::uint64_t bytes = 0;
  /// If known without reading them.
  std::optional<std::uint64_t> rows = std::nullopt;
};

/// About where the values of a column lie: an estimate, from some of its statistics.
struct ValueRange {
  Scalar least;
  Scalar greatest;
};

/// A point between two records of a source.
struct RecordBoundary {
  std::uint32_t file = 0;
  std::uint64_t offset = 0;
  bool operator==(const RecordBoundary&) const = default;
};

/// What reading a strip came to.
struct StripReport {
  /// Where the first record began: what the previous strip's `end` must equal. Checked in strip order, also
  /// across partitions of one file.
  RecordBoundary begin;
  RecordBoundary end;
  std::uint64_t rows = 0;
  /// Bad rows passed over. Counted by whoever accepts the report: a strip may be read more than once.
  std::uint64_t rows_skipped = 0;
  /// The partition's number of strips was not known and this strip is behind its last one.
  bool past_end = false;
  /// Columns (positions in the assumed schema) whose finished rows cannot simply be converted if the column
  /// widens later: int64 with "-0" or "007", say.
  std::vector<std::size_t> unconvertible;
};

/// Thrown by read_strip() when a value does not have its column's assumed type: not an error, but an answer.
/// The strip is read again with `wider`; strips finished with the narrower type are converted or read again.
struct TypeWidened {
  std::size_t column = 0;  // in the assumed schema
  DataType wider;
  /// "flights.csv:812, column 4 (dep_delay), value "n/a"": for the error if the plan means nothing for
  /// `wider`.
  std::string where;
};

/// Receives the morsels of one strip, in order. False: no more are wanted.
/// Text in a morsel may lie in the reader's buffers: the Batch keeps them alive, at the price of their size.
using MorselConsumer = std::function<bool(const columnar::Batch&)>;

/// One partition being read. Its strips may be read by several threads at once.
class PartitionReader {
 public:
  virtual ~PartitionReader() = default;
  static constexpr std::size_t kUnknown = SIZE_MAX;

  /// kUnknown for streams (gzip): the strip loop then ends at a report with `past_end`. Strips of a stream
  /// wait for their turn to take text, so they must be started in order.
  virtual std::size_t num_strips() const = 0;
  virtual std::size_t bytes_per_strip() const = 0;
  /// Reads a strip under the schema `assumed` (types of the requested columns, in their order).
  /// `begin`: where its first record begins, when that is known; else the reader guesses.
  /// Throws TypeWidened; ParseError, IoError for what cannot be read; what `consume` throws.
  virtual StripReport read_strip(std::size_t strip, const columnar::SchemaPtr& assumed,
                                 std::optional<RecordBoundary> begin, const MorselConsumer& consume,
                                 TaskContext& context) const = 0;
};

/// Files under one schema. Immutable; thread-safe. Making one reads a bounded sample of the files.
class Source {
 public:
  virtual ~Source() = default;
  /// "csv", "parquet", "memory".
  virtual std::string_view format() const = 0;
  /// All columns; sampled types are marked.
  virtual const columnar::SchemaPtr& schema() const = 0;
  /// Paths, sizes, modification times, options: what the data's identity is.
  virtual void add_to(KeyBuilder& key) const = 0;
  /// One line for explain(): format, number of files and bytes.
  virtual std::string to_string() const = 0;
  /// The path of a file, by its number in a RecordBoundary: for messages.
  virtual std::string file_path(std::uint32_t) const { return to_string(); }
  /// Whether bad rows are passed over and counted (StripReport::rows_skipped).
  virtual bool skips_rows() const { return false; }
  /// The same source over its files as they are now, under the schema that it has; null if none of them has
  /// changed since it was made. Throws IoError for a file that is gone or has other columns.
  virtual std::shared_ptr<const Source> renewed() const { return nullptr; }
  virtual std::span<const PartitionInfo> partitions() const = 0;
  /// Whether partition `index` goes on where index - 1 ended: then boundaries are checked across them.
  virtual bool continues_previous(std::size_t index) const = 0;
  /// Whether `prune` rules the whole partition out.
  virtual bool excluded(std::size_t index, const ScanRequest& request) const = 0;
  /// Whether morsels lack the rows that a filter of the request rules out, unless it is optional. Rows in
  /// reports count nevertheless.
  virtual bool applies_filters() const { return false; }
  /// For the planner's guesses; nothing if there are no statistics.
  virtual std::optional<ValueRange> value_range(const std::string&) const { return std::nullopt; }
  virtual std::unique_ptr<PartitionReader> open(std::size_t index, const ScanRequest& request) const = 0;
};

}  // namespace treadle::io
