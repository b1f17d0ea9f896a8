#include "dataframe/operators/fragment.h"

#include <set>
#include <string>
#include <utility>

#include "dataframe/operators/mend_plan.h"
#include "dataframe/operators/strip_pass.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using Sinks = std::vector<std::unique_ptr<FragmentSink>>;

Sinks bind_sinks(const PipeSpec& spec, const Pipe& pipe, std::size_t partition) {
  Sinks sinks;
  const std::vector<const SinkSpec*> specs = spec.sinks();
  for (std::size_t i = 0; i < specs.size(); ++i)
    sinks.push_back(specs[i]->bind(pipe.sink_schemas()[i], partition));
  return sinks;
}

/// Explains that the pipeline does not bind any more: by the first of the values that make it so. Called
/// while the error that said so is handled.
[[noreturn]] void throw_meaningless(const PipeSpec& spec, columnar::SchemaPtr types, std::size_t partition,
                                    const std::vector<io::TypeWidened>& widened) {
  for (const io::TypeWidened& one : widened) {
    types = widen(*types, one);
    try {
      bind_sinks(spec, Pipe(spec, types), partition);
    } catch (const TypeError& error) {
      const Field& field = types->field(one.column);
      throw TypeError(one.where + " makes column " + field.name + " " + field.type.to_string() +
                      ", for which the plan has no meaning: " + error.what() + "; say by dtypes={\"" +
                      field.name + "\": ...} of which type the column is");
    }
  }
  throw;  // it does bind: the caller handles another reason
}

/// What was handed out cannot be called back.
void check_can_restart(const FragmentSink& sink, const Schema& narrower, const io::TypeWidened& widened) {
  if (sink.can_restart()) return;
  const Field& field = narrower.field(widened.column);
  throw TypeError(widened.where + " makes column " + field.name + " " + widened.wider.to_string() +
                  " instead of " + field.type.to_string() +
                  " after rows had been handed out; give the column's type by dtypes={\"" + field.name +
                  "\": ...}, or use compute()");
}

std::vector<Value> no_values(const PipeSpec& spec) {
  std::size_t count = 0;
  for (const SinkSpec* sink : spec.sinks()) count += sink->num_slots();
  return std::vector<Value>(count, no_value());
}

/// One partition being read: passes over its strips, each under the types known by then.
class FragmentRun {
 public:
  FragmentRun(const PipeSpec& spec, const FragmentInput& input, TaskContext& context)
      : spec_(spec),
        input_(input),
        context_(context),
        types_(input.types),
        pipe_(std::in_place, spec, types_),
        sinks_(bind_sinks(spec, *pipe_, input.partition)) {
    range_.begin = input.begin;
    range_.counts = !input.again;
  }

  FragmentOutput run() {
    for (;;) {
      if (!reader_) reader_ = input_.open(input_.types->names());
      Pass pass = read(spec_, *reader_, range_, types_, *pipe_, sinks_);
      add(pass.summary);
      if (summary_.unresolved) return {summary_, no_values(spec_)};
      if (pass.widened.empty()) return {summary_, finish()};
      if (!widen_to(pass) && !summary_.error) {
        // Perhaps only the guess of where the first record begins makes it so.
        summary_.unresolved = true;
        return {summary_, no_values(spec_)};
      }
      if (summary_.error) return {summary_, finish()};
    }
  }

 private:
  /// What one pass came to.
  struct Pass {
    ScanSummary summary;
    std::vector<io::TypeWidened> widened;
    std::size_t next_strip = 0;
    bool is_stream = false;
  };

  /// The strips that were dropped go with the pass: their parts know the sinks.
  Pass read(const PipeSpec& spec, const io::PartitionReader& reader, const StripRange& range,
            const columnar::SchemaPtr& types, const Pipe& pipe, Sinks& sinks) {
    StripPass pass(input_, reader, range, types, pipe, sinks, spec.bytes_per_strip(input_.bytes));
    context_.run_strips(pass);
    return {pass.summary(), pass.widened(), pass.next_strip(),
            reader.num_strips() == io::PartitionReader::kUnknown};
  }

  void add(const ScanSummary& pass) {
    summary_.types = pass.types;
    if (!summary_.begin) summary_.begin = pass.begin;
    summary_.end = pass.end;
    summary_.unresolved = pass.unresolved;
    summary_.satisfied = pass.satisfied;
    summary_.error = pass.error;
    std::set<std::size_t> odd(summary_.odd_columns.begin(), summary_.odd_columns.end());
    odd.insert(pass.odd_columns.begin(), pass.odd_columns.end());
    summary_.odd_columns.assign(odd.begin(), odd.end());
    summary_.counted = pass.counted;
    summary_.strips += pass.strips;
    summary_.rows += pass.rows;
    summary_.rows_skipped += pass.rows_skipped;
  }

  /// Binds the pipeline to the wider types and mends what the sinks have. False if it does not bind, and that
  /// may be a wrong guess's fault.
  bool widen_to(const Pass& pass) {
    const columnar::SchemaPtr narrower = types_;
    for (const io::TypeWidened& widened : pass.widened) types_ = widen(*types_, widened);
    try {
      pipe_.emplace(spec_, types_);
      if (pass.is_stream || pass.next_strip == 0 || !mend(*narrower, pass)) {
        for (const auto& sink : sinks_) {
          if (sink) check_can_restart(*sink, *narrower, pass.widened[0]);
        }
        start_again();
      }
    } catch (const TypeError&) {
      if (input_.begins_exactly || input_.begin) fail_to_widen(narrower, pass);
      return false;
    }
    return true;
  }

  /// Throws, or leaves it to the summary.
  void fail_to_widen(const columnar::SchemaPtr& narrower, const Pass& pass) {
    try {
      throw_meaningless(spec_, narrower, input_.partition, pass.widened);
    } catch (const TypeError&) {
      if (!input_.limited) throw;
      summary_.error = std::current_exception();
    }
  }

  void start_again() {
    sinks_.clear();
    sinks_ = bind_sinks(spec_, *pipe_, input_.partition);
    reader_.reset();
    uncount(summary_, context_);
    summary_ = {};
    range_ = {.begin = input_.begin, .counts = !input_.again};
  }

  /// The strips before the one that widened need not all be read again. False if they do, after all.
  bool mend(const Schema& narrower, const Pass& pass) {
    std::vector<Mend> mends = plan_mends(spec_, narrower, *types_, summary_.odd_columns);
    const std::vector<const SinkSpec*> specs = spec_.sinks();
    for (std::size_t i = 0; i < mends.size(); ++i) {
      const bool converts = mends[i].how == Mend::How::kConvert;
      if (converts && !sinks_[i]->convert(pipe_->sink_schemas()[i], context_))
        mends[i] = without_conversion(std::move(mends[i]), *specs[i]);
      if (mends[i].how == Mend::How::kRepeat) check_can_restart(*sinks_[i], narrower, pass.widened[0]);
    }
    StripRange finished{0, pass.next_strip, summary_.begin, false};
    if (const auto again = pipe_again(spec_, mends); again && !see_again(*again, mends, finished))
      return false;
    range_.first = pass.next_strip;
    range_.begin = summary_.end;
    return true;
  }

  /// Sinks that are repeated begin anew, as sinks of the pass over the finished strips.
  bool see_again(const PipeSpec& again, const std::vector<Mend>& mends, const StripRange& finished) {
    const std::vector<std::string> columns = columns_of(again, *types_);
    const columnar::SchemaPtr types = select_types(*types_, columns);
    const Pipe pipe(again, types);
    for (std::size_t i = 0; i < mends.size(); ++i) {
      if (mends[i].how == Mend::How::kRepeat) sinks_[i].reset();
    }
    Sinks sinks = bind_sinks(again, pipe, input_.partition);
    const Pass pass = read(again, *input_.open(columns), finished, types, pipe, sinks);
    // A time beyond the range of nanoseconds, for one, makes a column text only now.
    if (pass.summary.unresolved || pass.summary.error || !pass.widened.empty()) return false;
    auto sink = sinks.begin();
    for (std::size_t i = 0; i < mends.size(); ++i) {
      if (!sees_again(mends[i])) continue;
      if (mends[i].how == Mend::How::kRepeat) {
        sinks_[i] = std::move(*sink++);
        continue;
      }
      const std::vector<Value> rows = (*sink++)->finish(context_);
      sinks_[i]->replace(pipe_->sink_schemas()[i], mends[i].columns, rows[0].get<columnar::BatchList>());
    }
    return true;
  }

  std::vector<Value> finish() {
    std::vector<Value> slots;
    for (const auto& sink : sinks_) {
      for (Value& value : sink->finish(context_)) slots.push_back(std::move(value));
    }
    return slots;
  }

  const PipeSpec& spec_;
  const FragmentInput& input_;
  TaskContext& context_;
  columnar::SchemaPtr types_;
  std::optional<Pipe> pipe_;
  Sinks sinks_;
  std::unique_ptr<io::PartitionReader> reader_;  // of all columns
  StripRange range_;
  ScanSummary summary_;  // of the passes so far that hold
};

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

columnar::SchemaPtr select_types(const Schema& types, const std::vector<std::string>& columns) {
  std::vector<Field> fields;
  for (const std::string& column : columns) fields.push_back(types.field(types.index_of(column)));
  return std::make_shared<const Schema>(std::move(fields));
}

std::vector<std::string> columns_of(const PipeSpec& pipe, const Schema& input) {
  const std::set<std::string> needed = pipe.needed_columns();
  std::vector<std::string> columns = input.names();
  std::erase_if(columns, [&](const std::string& name) { return !needed.contains(name); });
  return columns;
}

void uncount(const ScanSummary& summary, TaskContext& context) {
  if (!summary.counted) return;
  context.take_back(Counter::kStripsRead, summary.strips);
  context.take_back(Counter::kRowsRead, summary.rows);
  context.take_back(Counter::kRowsSkipped, summary.rows_skipped);
  context.count(Counter::kStripsRepeated, summary.strips);
}

FragmentOutput run_fragment(const PipeSpec& spec, const FragmentInput& input, TaskContext& context) {
  // The task was admitted with the room of one strip; the engine reserves it again for the strip that runs.
  context.memory().shrink(context.memory().bytes());
  return FragmentRun(spec, input, context).run();
}

}  // namespace treadle::dataframe
