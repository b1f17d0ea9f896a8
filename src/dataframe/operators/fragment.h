#pragma once

#include <functional>
#include <memory>
#include <optional>
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
};

/// How one partition is read.
struct FragmentInput {
  /// Called for every pass: a stream can be read only once.
  std::function<std::unique_ptr<io::PartitionReader>()> open;
  /// The types of the reader's columns as far as they are known.
  columnar::SchemaPtr types;
  /// Where the first record begins, if that is known.
  std::optional<io::RecordBoundary> begin;
  /// Whether the reader itself knows where its first record begins (the start of a file).
  bool begins_exactly = true;
  /// Whether rows count as read: those of earlier values were, when their source delivered them.
  bool counts_rows = true;
  /// Numbers the partition: sinks name files by it.
  std::size_t partition = 0;
};

struct FragmentOutput {
  ScanSummary summary;
  /// The slots of all sinks, in their order; empty values if unresolved.
  std::vector<Value> slots;
};

/// Reads a partition strip by strip through a pipeline into its sinks. Guesses are checked in strip order: a
/// strip whose first record began elsewhere is read again. When a type turns out wider, the partition is read
/// again with it, so that the answer is that of the final types. Throws TypeError, naming the value and the
/// `dtypes=` that settles it, if the pipeline means nothing for the wider type; what readers, expressions and
/// sinks throw.
FragmentOutput run_fragment(const PipeSpec& spec, const FragmentInput& input, TaskContext& context);

/// `types` with one column widened.
columnar::SchemaPtr widen(const Schema& types, const io::TypeWidened& widened);

/// What takes the place of a slot's value when there is none.
Value no_value();

}  // namespace treadle::dataframe
