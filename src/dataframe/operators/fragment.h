#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/operators/pipe.h"
#include "io/source.h"
#include "treadle/task_context.h"
#include "treadle/value.h"

namespace treadle::dataframe {

/// What is known of one partition's reading: what the check of the partitions against each other needs.
struct ScanSummary {
  /// The types that the rows were read with in the end.
  columnar::SchemaPtr types;
  std::optional<io::RecordBoundary> begin;
  std::optional<io::RecordBoundary> end;
  /// Rows met an error, but where the first record begins was a guess: the partition must be read again from
  /// where the one before it ended, and has no values now.
  bool unresolved = false;
  /// Every sink had enough before the end of the partition.
  bool satisfied = false;
  /// What ended a limited reading before every sink had enough: an error only if the rows before it do not
  /// suffice.
  std::exception_ptr error;
  /// Columns with values that a wider type would read otherwise: see io::StripReport::unconvertible.
  std::vector<std::size_t> odd_columns;
  /// What was read; `counted`: and counted, which is taken back if it does not hold.
  bool counted = true;
  std::uint64_t strips = 0;
  std::uint64_t rows = 0;
  std::uint64_t rows_skipped = 0;
};

/// How one partition is read.
struct FragmentInput {
  /// Called with the columns that are wanted; more than once, as a stream can be read only once.
  std::function<std::unique_ptr<io::PartitionReader>(const std::vector<std::string>& columns)> open;
  /// The types of the reader's columns as far as they are known.
  columnar::SchemaPtr types;
  /// Where the first record begins, if that is known.
  std::optional<io::RecordBoundary> begin;
  /// Whether the reader itself knows where its first record begins (the start of a file).
  bool begins_exactly = true;
  /// Whether rows count as read: those of earlier values were, when their source delivered them.
  bool counts_rows = true;
  /// Whether this reads again what was read and counted before.
  bool again = false;
  /// Whether rows behind the last that the sinks want must not matter: an error goes into the summary, and
  /// types widen no further than for the rows that count.
  bool limited = false;
  /// Numbers the partition: sinks name files by it.
  std::size_t partition = 0;
  /// How much there is to read, as far as it is known.
  std::uint64_t bytes = UINT64_MAX;
};

struct FragmentOutput {
  ScanSummary summary;
  /// The slots of all sinks, in their order; empty values if unresolved.
  std::vector<Value> slots;
};

/// Reads a partition strip by strip through a pipeline into its sinks. Guesses are checked in strip order: a
/// strip whose first record began elsewhere is read again. When a type turns out wider, what the sinks have
/// is mended (mend_plan.h), so that the answer is that of the final types. Throws TypeError, naming the value
/// and the `dtypes=` that settles it, if the pipeline means nothing for the wider type; what readers,
/// expressions and sinks throw.
FragmentOutput run_fragment(const PipeSpec& spec, const FragmentInput& input, TaskContext& context);

/// `types` with one column widened.
columnar::SchemaPtr widen(const Schema& types, const io::TypeWidened& widened);

/// The types that `columns`, some of `types`, have.
columnar::SchemaPtr select_types(const Schema& types, const std::vector<std::string>& columns);

/// Columns of `input` that the pipeline looks at, in their order.
std::vector<std::string> columns_of(const PipeSpec& pipe, const Schema& input);

/// Takes back what a reading counted that does not hold.
void uncount(const ScanSummary& summary, TaskContext& context);

/// What takes the place of a slot's value when there is none.
Value no_value();

}  // namespace treadle::dataframe
