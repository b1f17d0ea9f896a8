#include "dataframe/operators/pipe.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "columnar/bitmap.h"
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
  /// A condition of a later join on a column of the input.
  struct Keys {
    std::size_t column = 0;
    std::shared_ptr<const KeyFilter> filter;
  };
  std::optional<BoundExpressions> expressions;  // kFilter (unless it has nothing but keys), kProject
  std::vector<Keys> keys;                       // kFilter
  std::optional<JoinProbe> join;                // kJoin
  std::vector<std::size_t> columns;             // kFilter, kSink: the input columns that go on
  SchemaPtr schema;                             // of what goes on
  std::size_t sink = 0;                         // kSink
  std::vector<Stage> next;                      // one; of a fork, several; of a sink, none

  /// What it does, for a step that goes on with the columns `needed`.
  void bind_sink(const PipeSpec& spec, const Schema& input);
  void bind_join(const PipeStep& step, const Schema& input, const std::set<std::string>& needed);
  void bind_filter(std::span<const PipeStep> steps, const Schema& input, const std::set<std::string>& needed);
  void bind_project(const PipeStep& step, const Schema& input, const std::set<std::string>& needed);
  Batch filter(const Batch& morsel) const;
};

namespace {

/// `spec` without its first `count` steps.
PipeSpec rest_of(const PipeSpec& spec, std::size_t count) {
  PipeSpec rest = spec;
  rest.steps.erase(rest.steps.begin(), rest.steps.begin() + static_cast<std::ptrdiff_t>(count));
  return rest;
}

/// How many steps at the front one stage does: a filter, and what joins ask of the same rows.
std::size_t num_steps_at_once(const std::vector<PipeStep>& steps) {
  if (steps.front().kind != PipeStep::Kind::kFilter && !steps.front().keys) return 1;
  const auto other =
      std::find_if(steps.begin() + 1, steps.end(), [](const PipeStep& step) { return !step.keys; });
  return static_cast<std::size_t>(other - steps.begin());
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

void Pipe::Stage::bind_sink(const PipeSpec& spec, const Schema& input) {
  kind = Kind::kSink;
  for (const std::string& name : spec.columns) columns.push_back(input.index_of(name));
  schema = select_fields(input, columns);
}

void Pipe::Stage::bind_join(const PipeStep& step, const Schema& input, const std::set<std::string>& needed) {
  kind = Kind::kJoin;
  join.emplace(step.join->spec, input, step.join->table, &needed);
  schema = join->schema();
}

void Pipe::Stage::bind_filter(std::span<const PipeStep> steps, const Schema& input,
                              const std::set<std::string>& needed) {
  kind = Kind::kFilter;
  if (!steps[0].keys) expressions.emplace(steps[0].expressions, input);
  for (const PipeStep& step : steps) {
    if (!step.keys) continue;
    const std::size_t column = input.index_of(step.keys->column);
    // Keys of another type are compared by the join alone.
    const auto& filter = step.keys->filter;
    if (input.field(column).type == filter->type()) keys.push_back({column, filter});
  }
  // Only what is looked at later is copied together: the predicate's own columns usually end here.
  columns = positions(input, needed);
  schema = select_fields(input, columns);
}

void Pipe::Stage::bind_project(const PipeStep& step, const Schema& input,
                               const std::set<std::string>& needed) {
  kind = Kind::kProject;
  std::vector<ExpressionPtr> wanted;
  for (const ExpressionPtr& expression : step.expressions) {
    if (needed.contains(output_name(*expression))) wanted.push_back(expression);
  }
  expressions.emplace(wanted, input);
  std::vector<Field> fields;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    fields.push_back({output_name(*wanted[i]), expressions->type(i), false});
  }
  schema = std::make_shared<const Schema>(std::move(fields));
}

/// The rows of a morsel that a filter keeps.
Batch Pipe::Stage::filter(const Batch& morsel) const {
  Batch kept = select(morsel, columns, schema);
  BufferPtr rows;  // null: all
  if (expressions) {
    const columnar::Datum mask = expressions->evaluate(morsel)[0];
    if (const auto* constant = std::get_if<Scalar>(&mask)) {
      if (*constant != Scalar(true)) return kept.slice(0, 0);
    } else {
      const auto& bools = std::get<Column>(mask);
      rows = columnar::and_bits(bools.values(), bools.validity(), bools.length());
    }
  }
  for (const Keys& one : keys) rows = one.filter->select(morsel.column(one.column), rows);
  if (!rows) return kept;
  return columnar::filter(kept,
                          Column(TypeId::kBool, columnar::Layout::kPlain, morsel.num_rows(), nullptr, rows));
}

Pipe::Pipe(const PipeSpec& spec, const SchemaPtr& input) : first_(std::make_unique<Stage>()) {
  build(spec, input, *first_);
}
Pipe::Pipe(Pipe&&) noexcept = default;
Pipe::~Pipe() = default;

void Pipe::build(const PipeSpec& spec, const SchemaPtr& input, Stage& stage) {
  if (spec.steps.empty() && spec.sink) {
    stage.bind_sink(spec, *input);
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
  const std::size_t at_once = num_steps_at_once(spec.steps);
  const PipeSpec rest = rest_of(spec, at_once);
  const std::set<std::string> needed = rest.needed_columns();
  const PipeStep& step = spec.steps.front();
  if (step.kind == PipeStep::Kind::kJoin) {
    stage.bind_join(step, *input, needed);
  } else if (step.kind == PipeStep::Kind::kProject) {
    stage.bind_project(step, *input, needed);
  } else {
    stage.bind_filter(std::span(spec.steps).first(at_once), *input, needed);
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
      return run(stage.next[0], stage.filter(morsel), parts, done, context);
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
