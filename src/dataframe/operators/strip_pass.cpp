#include "dataframe/operators/strip_pass.h"

#include <algorithm>
#include <utility>

#include "treadle/error.h"

namespace treadle::dataframe {

StripPass::StripPass(const FragmentInput& input, const io::PartitionReader& reader, StripRange range,
                     columnar::SchemaPtr types, const Pipe& pipe,
                     std::vector<std::unique_ptr<FragmentSink>>& sinks, std::size_t bytes_per_sink_strip)
    : input_(input),
      reader_(reader),
      range_(range),
      types_(std::move(types)),
      pipe_(pipe),
      sinks_(sinks),
      bytes_per_strip_(reader.bytes_per_strip() + bytes_per_sink_strip),
      satisfied_(sinks.size(), false) {}

// The strips of a stream end where one reports that it lies behind the last.
std::size_t StripPass::num_strips() const {
  if (is_stream()) return io::PartitionReader::kUnknown;
  return std::min(reader_.num_strips(), range_.end) - range_.first;
}

void StripPass::run(std::size_t strip, TaskContext& context) {
  Strip done = read(strip, strip == 0 ? range_.begin : std::nullopt, context);
  const std::lock_guard lock(mutex_);
  strips_.emplace(strip, std::move(done));
}

/// What goes wrong under a guessed beginning may be the guess's fault: errors that the data can cause are
/// kept until the strips before this one have said where it begins. Others leave at once.
StripPass::Strip StripPass::read(std::size_t strip, std::optional<io::RecordBoundary> begin,
                                 TaskContext& context) {
  Strip result;
  result.begin_given = begin.has_value();
  for (const auto& sink : sinks_) result.parts.push_back(sink->begin_strip(context));
  std::vector<bool> done(result.parts.size(), false);
  try {
    result.report = reader_.read_strip(
        range_.first + strip, types_, begin,
        [&](const columnar::Batch& morsel) {
          result.rows_delivered += static_cast<std::uint64_t>(morsel.num_rows());
          return pipe_.push(morsel, result.parts, done, context);
        },
        context);
    for (const auto& part : result.parts) part->end(context);
  } catch (const io::TypeWidened& widened) {
    result.widened = widened;
  } catch (const ParseError&) {
    result.error = std::current_exception();
  } catch (const TypeError&) {
    result.error = std::current_exception();
  } catch (const InvalidArgument&) {
    result.error = std::current_exception();
  }
  return result;
}

bool StripPass::commit(std::size_t strip, TaskContext& context) {
  Strip done;
  {
    const std::lock_guard lock(mutex_);
    done = std::move(strips_.extract(strip).mapped());
  }
  const std::optional<io::RecordBoundary> expected = strip == 0 ? range_.begin : end_;
  const bool failed = done.error || done.widened;
  if (!failed && done.report.past_end) return false;
  const bool guessed = !done.begin_given && expected && !is_stream();
  if (guessed && (failed || done.report.begin != *expected)) {
    context.count(Counter::kStripsRepeated, 1);
    done = read(strip, expected, context);
  }
  if (done.error || done.widened) {
    if (rows_suffice(strip, done)) return end_early(done, context);
    context.count(Counter::kStripsRepeated, 1);
    // Everything behind a guess that nobody has confirmed may be the guess's fault.
    if (done.error && !begin_is_certain()) {
      unresolved_ = true;
      return false;
    }
    if (done.error && !input_.limited) std::rethrow_exception(done.error);
    error_ = done.error;
    if (error_) return false;
    find_wider_types(strip, *done.widened, context);
    return false;
  }
  accept(strip, done.report, context);
  return commit_parts(done, context);
}

void StripPass::accept(std::size_t strip, const io::StripReport& report, TaskContext& context) {
  if (strip == 0) begin_ = report.begin;
  end_ = report.end;
  odd_columns_.insert(report.unconvertible.begin(), report.unconvertible.end());
  tally(report.rows, report.rows_skipped, context);
}

void StripPass::tally(std::uint64_t rows, std::uint64_t rows_skipped, TaskContext& context) {
  ++committed_;
  if (!input_.counts_rows) return;
  rows_ += rows;
  rows_skipped_ += rows_skipped;
  context.count(range_.counts ? Counter::kStripsRead : Counter::kStripsRepeated, 1);
  if (!range_.counts) return;
  context.count(Counter::kRowsRead, rows);
  context.count(Counter::kRowsSkipped, rows_skipped);
}

/// Reads on to the end of the strip, rows unseen, so that one more pass knows every column that widens in it.
void StripPass::find_wider_types(std::size_t strip, const io::TypeWidened& first, TaskContext& context) {
  columnar::SchemaPtr types = widen(*types_, first);
  widened_.push_back(first);
  // Values behind the last row wanted must not widen anything.
  if (is_stream() || input_.limited) return;
  const std::optional<io::RecordBoundary> begin = strip == 0 ? range_.begin : end_;
  for (;;) {
    try {
      reader_.read_strip(
          range_.first + strip, types, begin, [](const columnar::Batch&) { return true; }, context);
      return;
    } catch (const io::TypeWidened& widened) {
      types = widen(*types, widened);
      widened_.push_back(widened);
    } catch (const ParseError&) {
      return;  // the next pass meets it in its turn
    }
  }
}

/// Where a partition begins must be known to be checked against the one before.
bool StripPass::rows_suffice(std::size_t strip, const Strip& done) const {
  if (strip == 0 && !done.begin_given && !input_.begins_exactly) return false;
  for (std::size_t i = 0; i < sinks_.size(); ++i) {
    if (!satisfied_[i] && !sinks_[i]->enough_with(*done.parts[i])) return false;
  }
  return !sinks_.empty();
}

bool StripPass::end_early(Strip& strip, TaskContext& context) {
  for (const auto& part : strip.parts) part->end(context);
  end_.reset();
  tally(strip.rows_delivered, 0, context);
  commit_parts(strip, context);
  return false;
}

bool StripPass::commit_parts(Strip& strip, TaskContext& context) {
  for (std::size_t i = 0; i < sinks_.size(); ++i) {
    if (!satisfied_[i]) satisfied_[i] = !sinks_[i]->commit(std::move(strip.parts[i]), context);
  }
  all_satisfied_ =
      !sinks_.empty() && std::all_of(satisfied_.begin(), satisfied_.end(), [](bool one) { return one; });
  return !all_satisfied_;
}

ScanSummary StripPass::summary() const {
  ScanSummary summary;
  summary.types = types_;
  summary.begin = begin_ ? begin_ : range_.begin;
  summary.end = end_;
  summary.unresolved = unresolved_;
  summary.satisfied = all_satisfied_;
  summary.error = error_;
  summary.odd_columns.assign(odd_columns_.begin(), odd_columns_.end());
  summary.counted = range_.counts;
  summary.strips = committed_;
  summary.rows = rows_;
  summary.rows_skipped = rows_skipped_;
  return summary;
}

}  // namespace treadle::dataframe
