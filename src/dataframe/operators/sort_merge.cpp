#include <algorithm>
#include <string_view>

#include "columnar/batch_list.h"
#include "dataframe/operators/row_compare.h"
#include "dataframe/operators/slice_bytes.h"
#include "dataframe/operators/sort.h"
#include "dataframe/operators/sort_runs.h"
#include "dataframe/operators/total_bytes.h"
#include "treadle/error.h"

// Merging by ranges: rows drawn from the runs cut the whole order into pieces of equal size; where each run
// is cut is found by bisection. A piece is then brought together and sorted by itself, which the cache holds
// and any thread does.
namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::BatchList;

constexpr std::int64_t kPieceRows = std::int64_t{1} << 17;
constexpr std::int64_t kSamplesPerPiece = 16;
// A piece's rows as they lie in the runs, brought together, and sorted.
constexpr std::size_t kPieceCopies = 3;

/// What a piece of runs of so many rows and bytes may hold.
std::size_t piece_bytes(std::size_t bytes, std::int64_t rows) {
  const std::size_t row_bytes = bytes / static_cast<std::size_t>(rows + 1);
  return std::min(bytes, row_bytes * static_cast<std::size_t>(2 * kPieceRows));
}

// A row of a run. Rows are ordered by key, then by run, then by row.
struct Place {
  std::size_t run;
  std::int64_t row;
};

class Pieces {
 public:
  Pieces(std::vector<Batch> runs, const SortPlan& plan) : runs_(std::move(runs)), plan_(plan) {
    std::int64_t num_rows = 0;
    for (const Batch& run : runs_) num_rows += run.num_rows();
    const std::int64_t num_pieces = std::max<std::int64_t>(1, num_rows / kPieceRows);
    cuts_.emplace_back(runs_.size(), 0);
    for (const Place& splitter : splitters(num_rows, num_pieces)) cuts_.push_back(cut_at(splitter));
    cuts_.emplace_back();
    for (const Batch& run : runs_) cuts_.back().push_back(run.num_rows());
  }

  std::size_t size() const { return cuts_.size() - 1; }
  /// Piece number `i`, in order.
  Batch sorted(std::size_t i) const {
    std::vector<Batch> parts;
    for (std::size_t run = 0; run < runs_.size(); ++run) {
      const std::int64_t begin = cuts_[i][run], end = cuts_[i + 1][run];
      if (begin != end) parts.push_back(runs_[run].slice(begin, end - begin));
    }
    if (parts.empty()) return runs_[0].slice(0, 0);
    return sort_together(std::move(parts), plan_);
  }
  std::size_t largest_bytes() const {
    std::size_t bytes = 0;
    std::int64_t rows = 0;
    for (const Batch& run : runs_) {
      bytes += slice_bytes(run);
      rows += run.num_rows();
    }
    return piece_bytes(bytes, rows);
  }

 private:
  bool before(const Place& a, const Place& b) const {
    const int order = compare_rows(runs_[a.run], a.row, runs_[b.run], b.row, plan_.keys);
    if (order != 0) return order < 0;
    return a.run != b.run ? a.run < b.run : a.row < b.row;
  }

  // Rows that cut the order into `num_pieces`.
  std::vector<Place> splitters(std::int64_t num_rows, std::int64_t num_pieces) const {
    std::vector<Place> samples;
    const std::int64_t step = std::max<std::int64_t>(1, num_rows / (num_pieces * kSamplesPerPiece));
    for (std::size_t run = 0; run < runs_.size(); ++run) {
      for (std::int64_t row = step / 2; row < runs_[run].num_rows(); row += step)
        samples.push_back({run, row});
    }
    std::sort(samples.begin(), samples.end(), [&](const Place& a, const Place& b) { return before(a, b); });
    std::vector<Place> chosen;
    for (std::int64_t i = 1; i < num_pieces && !samples.empty(); ++i) {
      chosen.push_back(
          samples[samples.size() * static_cast<std::size_t>(i) / static_cast<std::size_t>(num_pieces)]);
    }
    return chosen;
  }

  // How many rows of each run come before `splitter`.
  std::vector<std::int64_t> cut_at(const Place& splitter) const {
    std::vector<std::int64_t> cut;
    for (std::size_t run = 0; run < runs_.size(); ++run) {
      std::int64_t low = 0, high = runs_[run].num_rows();
      while (low < high) {
        const std::int64_t middle = low + (high - low) / 2;
        if (before({run, middle}, splitter)) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      cut.push_back(low);
    }
    return cut;
  }

  std::vector<Batch> runs_;
  const SortPlan& plan_;
  std::vector<std::vector<std::int64_t>> cuts_;  // piece i of run r: rows cuts_[i][r] .. cuts_[i + 1][r] - 1
};

class PieceLoop final : public StripLoop {
 public:
  PieceLoop(const Pieces& pieces, std::optional<std::int64_t> limit, BatchList& result, HeldBytes& held)
      : pieces_(pieces), limit_(limit), result_(result), held_(held), sorted_(pieces.size()) {}
  std::size_t num_strips() const override { return pieces_.size(); }
  std::size_t bytes_per_strip() const override { return kPieceCopies * pieces_.largest_bytes(); }
  void run(std::size_t strip, TaskContext& context) override {
    context.check_stopped();
    sorted_[strip] = pieces_.sorted(strip);
  }
  bool commit(std::size_t strip, TaskContext&) override {
    Batch piece = std::move(sorted_[strip]);
    if (limit_) piece = piece.slice(0, std::min(piece.num_rows(), *limit_ - num_rows_));
    held_.add(slice_bytes(piece));
    num_rows_ += piece.num_rows();
    if (piece.num_rows() != 0) result_.batches.push_back(first_columns(piece, result_.schema));
    return !limit_ || num_rows_ < *limit_;
  }

 private:
  const Pieces& pieces_;
  std::optional<std::int64_t> limit_;
  BatchList& result_;
  HeldBytes& held_;
  std::vector<Batch> sorted_;
  std::int64_t num_rows_ = 0;
};

columnar::SchemaPtr schema_of(const Value& input) {
  return input.holds<SortedRuns>() ? input.get<SortedRuns>().schema : stored_schema(input);
}

/// All of them on disk: what is in memory is counted as the inputs', which may go before the merge does.
std::vector<StoredRun> runs_of(std::span<const Value> inputs, const SortPlan& plan, SpillTarget& target,
                               TaskContext& context) {
  std::vector<StoredRun> runs;
  for (const Value& input : inputs) {
    if (input.holds<SortedRuns>()) {
      const auto& stored = input.get<SortedRuns>().runs;
      runs.insert(runs.end(), stored.begin(), stored.end());
    } else if (input.holds<StoredRows>()) {
      const auto& rows = input.get<StoredRows>();
      runs.push_back({rows.schema, rows.batches, rows.samples});
    } else {
      for (const Batch& batch : input.get<BatchList>().batches) {
        RowStore run(batch.schema(), target, RowStore::kNothingStays, context);
        run.sample(deciding_keys(*batch.schema(), plan));
        run.add(batch, context);
        runs.push_back(run_of(run));
      }
    }
  }
  return runs;
}

/// Room for the rows in order beside the runs, and for a piece under way: else the runs are merged from disk.
bool has_room(std::span<const Value> inputs, TaskContext& context) {
  std::size_t bytes = 0;
  std::int64_t rows = 0;
  for (const Value& input : inputs) {
    bytes += input.nbytes();
    rows += input.get<BatchList>().num_rows();
  }
  const std::size_t had = context.memory().bytes();
  if (had < bytes && !context.memory().try_grow(bytes - had)) return false;
  Reservation piece = context.reserve("piece", 0);
  return piece.try_grow(kPieceCopies * piece_bytes(bytes, rows));
}

Value merge_in_memory(std::span<const Value> inputs, const SortPlan& plan, const columnar::SchemaPtr& schema,
                      TaskContext& context) {
  std::vector<Batch> runs;
  for (const Value& input : inputs) {
    const auto& batches = input.get<BatchList>().batches;
    runs.insert(runs.end(), batches.begin(), batches.end());
  }
  HeldBytes held(context.memory());
  return Value::of(merge_sorted(std::move(runs), plan, schema, held, context));
}

class MergeRuns final : public Operation {
 public:
  explicit MergeRuns(SortPlan plan) : plan_(std::move(plan)) {}
  std::string_view name() const override { return "sort.merge"; }
  void add_to(KeyBuilder& key) const override { add_plan(key, plan_); }
  MemoryNeed memory_need(std::span<const SizeEstimate> inputs) const override {
    return {0, total_bytes(inputs), 0};
  }

  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    if (inputs.empty()) throw InternalError("the merge of a sort has no inputs");
    return std::vector<Value>{merge_values(inputs, plan_, schema_of(inputs[0]), context)};
  }

 private:
  SortPlan plan_;
};

}  // namespace

Batch first_columns(const Batch& batch, const columnar::SchemaPtr& schema) {
  const auto& columns = batch.columns();
  return {schema,
          {columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(schema->num_fields())},
          batch.num_rows()};
}

BatchList merge_sorted(std::vector<Batch> runs, const SortPlan& plan, const columnar::SchemaPtr& schema,
                       HeldBytes& held, TaskContext& context) {
  std::erase_if(runs, [](const Batch& run) { return run.num_rows() == 0; });
  BatchList result{schema, {}};
  if (runs.size() == 1) {
    const std::int64_t rows = runs[0].num_rows();
    result.batches.push_back(
        first_columns(runs[0].slice(0, std::min(rows, plan.limit.value_or(rows))), schema));
  } else if (!runs.empty()) {
    const Pieces pieces(std::move(runs), plan);
    PieceLoop loop(pieces, plan.limit, result, held);
    context.run_strips(loop);
  }
  return result;
}

Value merge_values(std::span<const Value> inputs, const SortPlan& plan, const columnar::SchemaPtr& schema,
                   TaskContext& context) {
  const auto in_memory = [](const Value& input) { return input.holds<BatchList>(); };
  const bool all_in_memory = std::all_of(inputs.begin(), inputs.end(), in_memory);
  if (all_in_memory && (plan.limit || has_room(inputs, context)))
    return merge_in_memory(inputs, plan, schema, context);
  SpillTarget target;
  return merge_stored(runs_of(inputs, plan, target, context), plan, schema, target, context);
}

std::shared_ptr<const Operation> make_merge_runs(SortPlan plan) {
  return std::make_shared<MergeRuns>(std::move(plan));
}

}  // namespace treadle::dataframe
