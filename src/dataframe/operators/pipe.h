#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/expressions/bind.h"
#include "dataframe/expressions/node.h"
#include "dataframe/operators/fragment_sink.h"
#include "dataframe/operators/join.h"
#include "dataframe/operators/join_table.h"
#include "dataframe/operators/key_filter.h"
#include "treadle/key.h"
#include "treadle/task_context.h"

namespace treadle::dataframe {

/// A join whose right side is there: rows are looked up as they come.
struct PipeJoin {
  JoinSpec spec;
  std::shared_ptr<const JoinTable> table;
  /// Stands for the rows of the table.
  Key identity;
};

/// What a join further on asks of a column: rows whose value is not among the keys need not come that far.
struct PipeKeys {
  std::string column;
  std::shared_ptr<const KeyFilter> filter;
  /// Stands for the rows of the join's table.
  Key identity;
};

/// One step of a pipeline.
struct PipeStep {
  enum class Kind : std::uint8_t { kFilter, kProject, kJoin, kKeys };
  Kind kind = Kind::kFilter;
  /// The predicate, or what the columns are made of.
  std::vector<ExpressionPtr> expressions = {};
  /// Of a join.
  std::shared_ptr<const PipeJoin> join = nullptr;
  /// Of kKeys. May let any row pass.
  std::shared_ptr<const PipeKeys> keys = nullptr;
};

/// What is done with the rows of a source, not yet bound to types: steps, and then either a sink or a fork
/// into several pipelines that all see the rows so far. Sinks are numbered depth first.
struct PipeSpec {
  std::vector<PipeStep> steps;
  std::vector<PipeSpec> branches;
  /// If there are no branches: the sink, and the columns that it takes, in its order.
  std::shared_ptr<const SinkSpec> sink;
  std::vector<std::string> columns;

  void add_to(KeyBuilder& key) const;
  /// The sinks in their order.
  std::vector<const SinkSpec*> sinks() const;
  /// What all sinks' parts of one strip hold, of an input of so many bytes: a small one cannot fill their
  /// tables.
  std::size_t bytes_per_strip(std::uint64_t input_bytes) const;
  /// Columns of the rows that come in that something looks at.
  std::set<std::string> needed_columns() const;
};

/// A pipeline bound to a schema. Immutable; thread-safe.
class Pipe {
 public:
  /// Throws NotFound, TypeError.
  Pipe(const PipeSpec& spec, const columnar::SchemaPtr& input);
  Pipe(Pipe&&) noexcept;
  ~Pipe();

  /// What each sink is given, in the order of the sinks.
  const std::vector<columnar::SchemaPtr>& sink_schemas() const noexcept { return sink_schemas_; }
  /// Sends a morsel through. `parts`: one a sink; null for a sink that wants nothing. A part that wants no
  /// more is marked in `done`. False: no part wants more.
  bool push(const columnar::Batch& morsel, std::span<const std::unique_ptr<SinkPart>> parts,
            std::vector<bool>& done, TaskContext& context) const;

 private:
  struct Stage;
  void build(const PipeSpec& spec, const columnar::SchemaPtr& input, Stage& stage);
  static void run(const Stage& stage, const columnar::Batch& morsel,
                  std::span<const std::unique_ptr<SinkPart>> parts, std::vector<bool>& done,
                  TaskContext& context);

  std::unique_ptr<Stage> first_;
  std::vector<columnar::SchemaPtr> sink_schemas_;
};

}  // namespace treadle::dataframe
