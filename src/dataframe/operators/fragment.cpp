#include "dataframe/operators/fragment.h"

#include <string>
#include <utility>

#include "dataframe/operators/strip_pass.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

/// A pipeline and its sinks, bound to types.
struct Bound {
  Bound(const PipeSpec& spec, const columnar::SchemaPtr& types, std::size_t partition) : pipe(spec, types) {
    const std::vector<const SinkSpec*> specs = spec.sinks();
    for (std::size_t i = 0; i < specs.size(); ++i) {
      sinks.push_back(specs[i]->bind(pipe.sink_schemas()[i], partition));
    }
  }
  Pipe pipe;
  std::vector<std::unique_ptr<FragmentSink>> sinks;
};

std::size_t bytes_per_strip(const std::vector<const SinkSpec*>& sinks) {
  std::size_t bytes = 0;
  for (const SinkSpec* sink : sinks) bytes += sink->bytes_per_strip();
  return bytes;
}

/// What one pass came to.
struct PassResult {
  ScanSummary summary;
  std::vector<io::TypeWidened> widened;
};

/// The strips that were dropped go with the pass: their parts know the sinks.
PassResult run_pass(const FragmentInput& input, const columnar::SchemaPtr& types, Bound& bound,
                    std::size_t bytes_per_sink_strip, TaskContext& context) {
  const auto reader = input.open();
  StripPass pass(input, *reader, types, bound.pipe, bound.sinks, bytes_per_sink_strip);
  context.run_strips(pass);
  return {pass.summary(), pass.widened()};
}

/// Explains that the pipeline does not bind any more: by the first of the values that make it so.
[[noreturn]] void throw_meaningless(const PipeSpec& spec, columnar::SchemaPtr types, std::size_t partition,
                                    const std::vector<io::TypeWidened>& widened) {
  for (const io::TypeWidened& one : widened) {
    types = widen(*types, one);
    try {
      const Bound bound(spec, types, partition);
    } catch (const TypeError& error) {
      const Field& field = types->field(one.column);
      throw TypeError(one.where + " makes column " + field.name + " " + field.type.to_string() +
                      ", for which the plan has no meaning: " + error.what() + "; say by dtypes={\"" +
                      field.name + "\": ...} of which type the column is");
    }
  }
  throw InternalError("a pipeline binds to each of the types that it did not bind to");
}

std::vector<Value> finish(std::vector<std::unique_ptr<FragmentSink>>& sinks, TaskContext& context) {
  std::vector<Value> slots;
  for (const auto& sink : sinks) {
    for (Value& value : sink->finish(context)) slots.push_back(std::move(value));
  }
  return slots;
}

std::vector<Value> no_values(const std::vector<const SinkSpec*>& sinks) {
  std::size_t count = 0;
  for (const SinkSpec* sink : sinks) count += sink->num_slots();
  return std::vector<Value>(count, no_value());
}

}  // namespace

columnar::SchemaPtr widen(const Schema& types, const io::TypeWidened& widened) {
  std::vector<Field> fields = types.fields();
  Field& field = fields.at(widened.column);
  if (field.type == widened.wider) {
    throw InternalError("a reader asks for column " + field.name + " as " + field.type.to_string() +
                        ", which it has");
  }
  field.type = widened.wider;
  return std::make_shared<const Schema>(std::move(fields));
}

Value no_value() { return Value::of(std::int64_t{0}); }

FragmentOutput run_fragment(const PipeSpec& spec, const FragmentInput& input, TaskContext& context) {
  const std::vector<const SinkSpec*> specs = spec.sinks();
  columnar::SchemaPtr types = input.types;
  // The task was admitted with the room of one strip; the engine reserves it again for the strip that runs.
  context.memory().shrink(context.memory().bytes());
  for (std::optional<Bound> bound(std::in_place, spec, types, input.partition);;) {
    auto [summary, widenings] = run_pass(input, types, *bound, bytes_per_strip(specs), context);
    if (summary.unresolved) return {std::move(summary), no_values(specs)};
    if (widenings.empty()) return {std::move(summary), finish(bound->sinks, context)};
    const columnar::SchemaPtr narrower = types;
    for (const io::TypeWidened& widened : widenings) types = widen(*types, widened);
    try {
      bound.emplace(spec, types, input.partition);
    } catch (const TypeError&) {
      if (input.begins_exactly || input.begin) {
        throw_meaningless(spec, narrower, input.partition, widenings);
      }
      // Perhaps only the guess of where the first record begins makes it so.
      summary.unresolved = true;
      return {std::move(summary), no_values(specs)};
    }
  }
}

}  // namespace treadle::dataframe
