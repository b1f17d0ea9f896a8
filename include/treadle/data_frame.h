#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "treadle/compute_options.h"
#include "treadle/expression.h"
#include "treadle/io_options.h"
#include "treadle/join_options.h"
#include "treadle/partition_function.h"
#include "treadle/running_column.h"
#include "treadle/schema.h"
#include "treadle/table.h"

namespace treadle {

namespace dataframe {
class PlanNode;  // src/dataframe/plan/node.h
}

class BatchReader;
class GroupedFrame;

/// What a sort looks at.
struct SortColumn {
  SortColumn(const char* name) : name(name) {}             // NOLINT(google-explicit-constructor)
  SortColumn(std::string name) : name(std::move(name)) {}  // NOLINT(google-explicit-constructor)
  SortColumn(std::string name, bool descending) : name(std::move(name)), descending(descending) {}
  std::string name;
  bool descending = false;
  /// Whether nulls come first; the same for both directions.
  bool nulls_first = true;
};

/// A table that is yet to be computed: a plan over files or memory.
///
/// A small value over a shared immutable plan. Methods check names and types and answer with a new frame; no
/// data is read but a bounded sample when a frame is made from files. compute(), batches(), write_*() start
/// work.
///
///     treadle::read_csv("flights/*.csv")
///         .filter(col("dep_delay") > 0)
///         .group_by({"carrier"}).agg({col("arr_delay").mean()})
///         .compute();
class DataFrame {
 public:
  explicit DataFrame(std::shared_ptr<const dataframe::PlanNode> plan) : plan_(std::move(plan)) {}
  /// Over a table in memory.
  explicit DataFrame(Table table);
  /// The same in partitions of so many rows, which must add up.
  DataFrame(Table table, std::vector<std::int64_t> partition_rows);

  /// Rows for which `predicate` (bool) is true. Throws TypeError for another type, NotFound for an unknown
  /// column.
  DataFrame filter(Expression predicate) const;
  /// These columns and expressions only. Aggregates alone give one row.
  DataFrame select(std::vector<Expression> expressions) const;
  /// All columns, with these added or replaced.
  DataFrame with_columns(std::vector<Expression> expressions) const;
  GroupedFrame group_by(std::vector<Expression> keys) const;
  /// Stable.
  DataFrame sort(std::vector<SortColumn> columns) const;
  /// The first `num_rows` rows.
  DataFrame head(std::int64_t num_rows = 5) const;
  /// Rows of this frame and of `other` that belong together. Throws NotFound for a key that is not there,
  /// TypeError for keys whose types cannot be compared, InvalidArgument for options that contradict each
  /// other and for names that occur twice.
  ///
  ///     flights.join(airlines, {.how = JoinKind::kLeft, .on = {col("carrier")}})
  DataFrame join(const DataFrame& other, const JoinOptions& options) const;
  /// `length` rows behind the first `offset`; all of them if `length` is not given. Throws InvalidArgument
  /// for negative numbers: rows are not counted from the end.
  DataFrame slice(std::int64_t offset, std::optional<std::int64_t> length = std::nullopt) const;
  /// The first row of each distinct value of `columns` (none: all columns), in order of appearance.
  DataFrame unique(std::vector<std::string> columns = {}) const;

  /// The same rows with columns behind the others that are computed from row to row, partition after
  /// partition. Throws NotFound, TypeError naming the column, InvalidArgument for a name that is taken.
  DataFrame with_running(std::vector<RunningColumn> columns, RunningOptions options = {}) const;

  /// Each partition through `function`, which the plan cannot look into; `whole`: all rows as one partition.
  DataFrame map_partitions(std::shared_ptr<const PartitionFunction> function, bool whole = false) const;
  /// A frame that reads files or memory as it is (another is an InvalidArgument), with a further column, the
  /// last: the number of each row, from 0: in all rows where files tell how many they have (Parquet), else in
  /// its partition.
  DataFrame with_row_numbers(const std::string& name) const;
  /// The same with a function that sees the columns `arguments` and answers with a row for each row: its
  /// columns come behind those of this frame.
  DataFrame map_beside(std::shared_ptr<const PartitionFunction> function, std::vector<std::string> arguments,
                       bool whole = false) const;
  /// How many pieces the rows come in: tasks of their own as far as no step needs all rows.
  std::size_t num_partitions() const;
  /// The rows of some partitions, in the order given. Throws InvalidArgument for one that is not there.
  DataFrame partitions(const std::vector<std::size_t>& chosen) const;
  /// The same rows in another number of partitions.
  DataFrame repartition(std::size_t num_partitions) const;
  /// The same rows in partitions of about equal numbers of rows; neighbours that are equal in the columns
  /// `together` stay in one partition.
  DataFrame repartition_together(std::size_t num_partitions, std::vector<std::string> together) const;
  /// Rows that are in ascending order of `column`, nulls last, in partitions that end before the first row
  /// that is not less than each of `bounds`, the only column of a table of ascending values: one partition
  /// more than bounds.
  DataFrame repartition_at(std::string column, const Table& bounds) const;

  /// Names and types; types inferred from a sample are marked.
  Schema schema() const;
  /// The plan before and after optimisation, what went into each scan, and an upper bound of the memory it
  /// needs.
  std::string explain(const ComputeOptions& options = {}) const;

  /// Runs the plan. Throws OutOfMemory if the result does not fit, suggesting write_parquet() or batches().
  Table compute(const ComputeOptions& options = {}) const;
  /// Runs the plan and hands out the result piece by piece, in order, in bounded memory.
  BatchReader batches(const ComputeOptions& options = {}) const;
  /// Writes a Parquet data set: a directory that appears complete or not at all.
  void write_parquet(const std::string& directory, const ParquetWriteOptions& write = {},
                     const ComputeOptions& options = {}) const;

  const std::shared_ptr<const dataframe::PlanNode>& plan() const noexcept { return plan_; }

 private:
  std::shared_ptr<const dataframe::PlanNode> plan_;
};

/// A frame with keys, waiting for aggregates.
class GroupedFrame {
 public:
  GroupedFrame(DataFrame frame, std::vector<Expression> keys)
      : frame_(std::move(frame)), keys_(std::move(keys)) {}
  /// One row a group: its keys, then these aggregates. Groups come in the order in which they first appear;
  /// null is a key like any other.
  DataFrame agg(std::vector<Expression> aggregates) const;

 private:
  DataFrame frame_;
  std::vector<Expression> keys_;
};

/// Batches of a result, made while they are read. Move-only. Destroying it cancels the rest.
class BatchReader {
 public:
  class State;
  explicit BatchReader(std::unique_ptr<State> state);
  BatchReader(BatchReader&&) noexcept;
  BatchReader& operator=(BatchReader&&) noexcept;
  ~BatchReader();
  /// The next piece of the result; false at the end. Throws what the run ended with.
  bool next(Table& batch);

 private:
  std::unique_ptr<State> state_;
};

/// The rows of all frames, one frame after the other; each column in the type that all of its types can be
/// brought to. Throws InvalidArgument for no frames, TypeError naming a column whose types have nothing in
/// common.
DataFrame concat(const std::vector<DataFrame>& frames, const ConcatOptions& options = {});

/// CSV files: a path, or a pattern with *, ?, [...] and **. Reads a sample of at most 16 places to infer
/// types. Files are listed here and now; each is read as it is when the frame is computed.
/// Throws IoError, also if no file matches; ParseError.
DataFrame read_csv(const std::string& pattern, const CsvOptions& options = {});
DataFrame read_csv(const std::vector<std::string>& paths, const CsvOptions& options = {});
/// Parquet files or a directory of them. Reads their metadata only.
DataFrame read_parquet(const std::string& pattern, const ParquetReadOptions& options = {});
/// Their rows for which `filter` is true. Files whose directories' keys, key=value, rule it out are not even
/// opened: types and columns are those of the others.
DataFrame read_parquet(const std::string& pattern, const ParquetReadOptions& options, Expression filter);

/// One of several results wanted from one reading of the sources.
struct Sink {
  /// The rows to deliver.
  DataFrame frame;
  /// Where to; empty: as a Table in memory.
  std::string parquet_directory;
  ParquetWriteOptions write;
};

/// Runs several sinks at once; what their plans share is computed once. Tables come in the order of the
/// sinks, an empty one for a sink that was written. All data sets are committed, or none.
std::vector<Table> run_sinks(const std::vector<Sink>& sinks, const ComputeOptions& options = {});

}  // namespace treadle
