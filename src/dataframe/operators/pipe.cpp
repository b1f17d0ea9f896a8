#include "dataframe/operators/pipe.h"

#include <optional>
#include <utility>
#include <variant>

#include "columnar/selection.h"
#include "dataframe/operators/join_probe.h"

namespace treadle::dataframe {

using columnar::Batch;
using columnar::Column;
using columnar::SchemaPtr;

// A bound pipeline is a list of stages that ends in a sink or a fork; each does one thing to a morsel.
struct Pipe::Stage {
  enum class Kind : std::uint8_t { kFilter, kProject, kJoin, kFork, kSink };
  Kind kind = Kind::kSink;
  std::optional<BoundExpressions> expressions;  // kFilter, kProject
  std::optional<JoinProbe> join;                // kJoin
  std::vector<std::size_t> columns;             // kFilter, kSink: the input columns that go on
  SchemaPtr schema;                             // of what goes on
  std::size_t sink = 0;                         // kSink
  std::vector<Stage> next;                      // one; of a fork, several; of a sink, none
};

namespace {

/// `spec` without its first step.
PipeSpec rest_of(const PipeSpec& spec) {
  PipeSpec rest = spec;
  rest.steps.erase(rest.steps.begin());
  return rest;
}

/// Rows that were read have their types: nothing is "sampled" behind a reader.
SchemaPtr select_fields(const Schema& input, const std::vector<std::size_t>& columns) {
  std::vector<Field> fields;
  for (const std::size_t column : columns)
    fields.push_back({input.field(column).name, input.field(column).type, false});
  return std::make_shared<const Schema>(std::move(fields));
}

std::vector<std::size_t> positions(const Schema& input, const std::set<std::string>& wanted) {
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < input.num_fields(); ++i) {
    if (wanted.contains(input.field(i).name)) columns.push_back(i);
  }
  return columns;
}

Batch select(const Batch& morsel, const std::vector<std::size_t>& columns, const SchemaPtr& schema) {
  std::vector<Column> selected;
  selected.reserve(columns.size());
  for (const std::size_t column : columns) selected.push_back(morsel.column(column));
  return {schema, std::move(selected), morsel.num_rows()};
}

Batch apply_filter(const BoundExpressions& predicate, const std::vector<std::size_t>& columns,
                   const SchemaPtr& schema, const Batch& morsel) {
  const columnar::Datum mask = predicate.evaluate(morsel)[0];
  const Batch kept = select(morsel, columns, schema);
  if (const auto* constant = std::get_if<Scalar>(&mask)) {
    return *constant == Scalar(true) ? kept : kept.slice(0, 0);
  }
  return columnar::filter(kept, std::get<Column>(mask));
}

Batch apply_projection(const BoundExpressions& expressions, const SchemaPtr& schema, const Batch& morsel) {
  std::vector<Column> columns;
  columns.reserve(expressions.size());
  for (const columnar::Datum& datum : expressions.evaluate(morsel)) {
    columns.push_back(to_column(datum, morsel.num_rows()));
  }
  return {schema, std::move(columns), morsel.num_rows()};
}

bool any_wants(std::span<const std::unique_ptr<SinkPart>> parts, const std::vector<bool>& done) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] && !done[i]) return true;
  }
  return false;
}

}  // namespace

Pipe::Pipe(const PipeSpec& spec, const SchemaPtr& input) : first_(std::make_unique<Stage>()) {
  build(spec, input, *first_);
}
Pipe::Pipe(Pipe&&) noexcept = default;
Pipe::~Pipe() = default;

void Pipe::build(const PipeSpec& spec, const SchemaPtr& input, Stage& stage) {
  if (spec.steps.empty() && spec.sink) {
    stage.kind = Stage::Kind::kSink;
    for (const std::string& name : spec.columns) stage.columns.push_back(input->index_of(name));
    stage.schema = select_fields(*input, stage.columns);
    stage.sink = sink_schemas_.size();
    sink_schemas_.push_back(stage.schema);
    return;
  }
  if (spec.steps.empty()) {
    stage.kind = Stage::Kind::kFork;
    stage.next.resize(spec.branches.size());
    for (std::size_t i = 0; i < spec.branches.size(); ++i) build(spec.branches[i], input, stage.next[i]);
    return;
  }
  const PipeStep& step = spec.steps.front();
  const PipeSpec rest = rest_of(spec);
  const std::set<std::string> needed = rest.needed_columns();
  if (step.kind == PipeStep::Kind::kJoin) {
    stage.kind = Stage::Kind::kJoin;
    stage.join.emplace(step.join->spec, *input, step.join->table, &needed);
    stage.schema = stage.join->schema();
  } else if (step.kind == PipeStep::Kind::kFilter) {
    stage.kind = Stage::Kind::kFilter;
    stage.expressions.emplace(step.expressions, *input);
    // Only what is looked at later is copied together: the predicate's own columns usually end here.
    stage.columns = positions(*input, needed);
    stage.schema = select_fields(*input, stage.columns);
  } else {
    stage.kind = Stage::Kind::kProject;
    std::vector<ExpressionPtr> wanted;
    for (const ExpressionPtr& expression : step.expressions) {
      if (needed.contains(output_name(*expression))) wanted.push_back(expression);
    }
    stage.expressions.emplace(wanted, *input);
    std::vector<Field> fields;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      fields.push_back({output_name(*wanted[i]), stage.expressions->type(i), false});
    }
    stage.schema = std::make_shared<const Schema>(std::move(fields));
  }
  stage.next.resize(1);
  build(rest, stage.schema, stage.next[0]);
}

bool Pipe::push(const Batch& morsel, std::span<const std::unique_ptr<SinkPart>> parts,
                std::vector<bool>& done, TaskContext& context) const {
  context.check_stopped();
  run(*first_, morsel, parts, done, context);
  return any_wants(parts, done);
}

void Pipe::run(const Stage& stage, const Batch& morsel, std::span<const std::unique_ptr<SinkPart>> parts,
               std::vector<bool>& done, TaskContext& context) {
  if (morsel.num_rows() == 0) return;
  switch (stage.kind) {
    case Stage::Kind::kFilter:
      return run(stage.next[0], apply_filter(*stage.expressions, stage.columns, stage.schema, morsel), parts,
                 done, context);
    case Stage::Kind::kProject:
      return run(stage.next[0], apply_projection(*stage.expressions, stage.schema, morsel), parts, done,
                 context);
    case Stage::Kind::kJoin:
      return stage.join->push(morsel, [&](const Batch& joined) {
        context.check_stopped();
        run(stage.next[0], joined, parts, done, context);
        return any_wants(parts, done);
      });
    case Stage::Kind::kFork:
      for (const Stage& branch : stage.next) run(branch, morsel, parts, done, context);
      return;
    case Stage::Kind::kSink:
      if (!parts[stage.sink] || done[stage.sink]) return;
      done[stage.sink] = !parts[stage.sink]->push(select(morsel, stage.columns, stage.schema), context);
  }
}

}  // namespace treadle::dataframe
