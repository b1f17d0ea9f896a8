#include "dataframe/operators/sorted_pieces.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "columnar/selection.h"
#include "dataframe/operators/slice_bytes.h"
#include "dataframe/operators/sort_runs.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;

constexpr std::int64_t kMostPieceRows = std::int64_t{1} << 20;
constexpr std::int64_t kLeastPieceRows = std::int64_t{1} << 12;
// A piece takes at most one part in so many of working memory: each thread has one under way.
constexpr std::size_t kPieceShare = 8;
// Sorting takes so much for each row besides the rows: their numbers, and ranks twice.
constexpr std::size_t kSortBytes = 40;

/// A run with the places of its rows.
struct PlacedRun {
  explicit PlacedRun(StoredRun run) : batches(std::move(run.batches)), samples(std::move(run.samples)) {
    begins.push_back(0);
    for (const StoredBatch& batch : batches) begins.push_back(begins.back() + batch.num_rows());
  }

  std::int64_t num_rows() const { return begins.back(); }
  std::size_t batch_of(std::int64_t row) const {
    return static_cast<std::size_t>(std::ranges::upper_bound(begins, row) - begins.begin()) - 1;
  }
  /// What loading rows [begin, end) takes.
  std::size_t load_bytes(std::int64_t begin, std::int64_t end) const {
    std::size_t bytes = 0;
    for (std::size_t i = batch_of(begin); begin < end && begins[i] < end; ++i)
      bytes += batches[i].load_bytes();
    return bytes;
  }
  void load(std::int64_t begin, std::int64_t end, std::vector<Batch>& parts) const {
    if (begin == end) return;
    for (std::size_t i = batch_of(begin); begin < end; ++i) {
      const std::int64_t count = std::min(end, begins[i + 1]) - begin;
      parts.push_back(batches[i].load().slice(begin - begins[i], count));
      begin += count;
    }
  }

  std::vector<StoredBatch> batches;
  RunSamples samples;
  std::vector<std::int64_t> begins;  // of each batch, and the end of the last
};

/// Of each run, how many rows come before a cut.
using Cut = std::vector<std::int64_t>;

/// Between which rows a cut lies, of each run.
struct Bracket {
  std::int64_t rank = 0;  // how many rows come before the cut
  Cut low, high;
};

/// Goes through the samples of all runs in order. The rows that end with those it has passed come no later
/// than the last of them; of what each run's next sample ends, any part may.
class SampleWalk {
 public:
  /// `order`: the run of each sample.
  SampleWalk(const std::vector<PlacedRun>& runs, std::vector<std::size_t> order)
      : runs_(&runs), order_(std::move(order)), passed_(runs.size(), 0) {
    for (std::size_t run = 0; run < runs.size(); ++run) ahead_ += end_of(run, 1);
  }

  /// False at the end.
  bool step() {
    if (next_ == order_.size()) return false;
    const std::size_t run = order_[next_++], count = passed_[run]++;
    rows_ += end_of(run, count + 1) - end_of(run, count);
    ahead_ += rows_behind(run, count + 1) - (end_of(run, count + 1) - end_of(run, count));
    return true;
  }
  /// How many rows come no later than the last sample passed, at least.
  std::int64_t rows() const noexcept { return rows_; }
  /// How many come no later than the sample after it, at most.
  std::int64_t most_with_next() const {
    if (next_ == order_.size()) return rows_;
    const std::size_t run = order_[next_];
    return rows_ + ahead_ + rows_behind(run, passed_[run] + 1);
  }
  /// Of each run, the rows that end with its samples passed and `more`.
  Cut ends(std::size_t more) const {
    Cut cut;
    for (std::size_t run = 0; run < runs_->size(); ++run) cut.push_back(end_of(run, passed_[run] + more));
    return cut;
  }

 private:
  std::int64_t end_of(std::size_t run, std::size_t count) const {
    const auto& ends = (*runs_)[run].samples.ends;
    return count == 0 ? 0 : ends[std::min(count, ends.size()) - 1];
  }
  /// What the sample behind the first `count` ends.
  std::int64_t rows_behind(std::size_t run, std::size_t count) const {
    return end_of(run, count + 1) - end_of(run, count);
  }

  const std::vector<PlacedRun>* runs_;
  std::vector<std::size_t> order_;
  std::vector<std::size_t> passed_;  // samples, of each run
  std::size_t next_ = 0;
  std::int64_t rows_ = 0;
  std::int64_t ahead_ = 0;  // rows that the next samples of all runs end
};

class SortedPieces final : public RowMaker {
 public:
  SortedPieces(std::vector<StoredRun> runs, const SortPlan& plan, columnar::SchemaPtr schema)
      : plan_{plan.keys, {}},
        schema_(std::move(schema)),
        keys_(deciding_keys(*runs.at(0).schema, plan)),
        sample_keys_(keys_) {
    for (std::size_t i = 0; i < sample_keys_.size(); ++i) sample_keys_[i].column = i;
    for (StoredRun& run : runs) runs_.emplace_back(std::move(run));
    std::size_t bytes = 0;
    for (const PlacedRun& run : runs_) {
      num_rows_ += run.num_rows();
      bytes += count_bytes(run.batches);
    }
    row_bytes_ = bytes / static_cast<std::size_t>(num_rows_ + 1) + 1;
    if (plan.limit) num_rows_ = std::min(num_rows_, *plan.limit);
  }

  /// Cuts into pieces that take `room` bytes each, if that many do for blocks of all runs.
  void cut(std::size_t room, TaskContext& context);
  std::size_t size() const noexcept { return cuts_.empty() ? 0 : cuts_.size() - 1; }
  std::size_t load_bytes(std::size_t piece) const;
  Batch make(std::size_t piece) const override;

  /// Piece by piece; `self` is this.
  static std::vector<StoredBatch> batches(const std::shared_ptr<const SortedPieces>& self);

 private:
  friend class CutLoop;
  std::int64_t piece_rows(std::size_t room) const;
  std::int64_t rows_before(std::size_t cut) const {
    return std::min(num_rows_, static_cast<std::int64_t>(cut) * piece_rows_);
  }
  std::vector<Bracket> brackets() const;
  std::vector<std::size_t> sample_order() const;
  Cut cut_within(const Bracket& bracket) const;

  const SortPlan plan_;
  const columnar::SchemaPtr schema_;
  const std::vector<columnar::SortKey> keys_;
  std::vector<columnar::SortKey> sample_keys_;  // in a batch of these columns alone
  std::vector<PlacedRun> runs_;
  std::int64_t num_rows_ = 0;
  std::size_t row_bytes_ = 0;
  std::int64_t piece_rows_ = 0;
  std::vector<Cut> cuts_;  // piece i of run r: rows cuts_[i][r] .. cuts_[i + 1][r] - 1
};

/// Finds the cuts, each by itself.
class CutLoop final : public StripLoop {
 public:
  CutLoop(const SortedPieces& pieces, std::vector<Bracket> brackets, std::vector<Cut>& cuts)
      : pieces_(pieces), brackets_(std::move(brackets)), cuts_(cuts) {
    for (const Bracket& bracket : brackets_) {
      std::size_t bytes = 0;
      for (std::size_t run = 0; run < pieces_.runs_.size(); ++run)
        bytes += pieces_.runs_[run].load_bytes(bracket.low[run], bracket.high[run]);
      bytes_ = std::max(bytes_, bytes);
    }
  }
  std::size_t num_strips() const override { return brackets_.size(); }
  std::size_t bytes_per_strip() const override { return bytes_; }
  void run(std::size_t strip, TaskContext& context) override {
    context.check_stopped();
    cuts_[strip] = pieces_.cut_within(brackets_[strip]);
  }
  bool commit(std::size_t, TaskContext&) override { return true; }

 private:
  const SortedPieces& pieces_;
  std::vector<Bracket> brackets_;
  std::vector<Cut>& cuts_;
  std::size_t bytes_ = 0;
};

std::int64_t SortedPieces::piece_rows(std::size_t room) const {
  // At both ends of a piece a block of each run is read for a part of it.
  std::size_t ends = 0;
  for (const PlacedRun& run : runs_) {
    std::size_t largest = 0;
    for (const StoredBatch& batch : run.batches) largest = std::max(largest, batch.load_bytes());
    ends += largest;
  }
  std::int64_t rows = kMostPieceRows;
  while (rows > kLeastPieceRows &&
         ends + static_cast<std::size_t>(rows) * (2 * row_bytes_ + kSortBytes) > room)
    rows /= 2;
  return rows;
}

void SortedPieces::cut(std::size_t room, TaskContext& context) {
  if (num_rows_ == 0) return;
  piece_rows_ = piece_rows(room);
  cuts_.resize(static_cast<std::size_t>((num_rows_ + piece_rows_ - 1) / piece_rows_) + 1);
  CutLoop loop(*this, brackets(), cuts_);
  context.run_strips(loop);
}

std::vector<Bracket> SortedPieces::brackets() const {
  SampleWalk low(runs_, sample_order()), high = low;
  std::vector<Bracket> brackets;
  for (std::size_t cut = 0; cut < cuts_.size(); ++cut) {
    const std::int64_t rank = rows_before(cut);
    while (low.most_with_next() <= rank && low.step()) continue;
    while (high.rows() < rank && high.step()) continue;
    brackets.push_back({rank, low.ends(0), rank == 0 ? low.ends(0) : high.ends(1)});
  }
  return brackets;
}

/// The run of each sample, all of them in order.
std::vector<std::size_t> SortedPieces::sample_order() const {
  std::vector<Batch> keys;
  std::vector<std::size_t> runs;
  for (std::size_t run = 0; run < runs_.size(); ++run) {
    const RunSamples& samples = runs_[run].samples;
    keys.insert(keys.end(), samples.keys.begin(), samples.keys.end());
    runs.insert(runs.end(), samples.ends.size(), run);
  }
  std::vector<std::size_t> ordered;
  for (const std::int64_t sample : columnar::sort_order(columnar::concatenate(keys), sample_keys_))
    ordered.push_back(runs[static_cast<std::size_t>(sample)]);
  return ordered;
}

/// Of the rows between, as many as are missing come before the cut: the first in order.
Cut SortedPieces::cut_within(const Bracket& bracket) const {
  Cut cut = bracket.low;
  const std::int64_t missing = bracket.rank - std::accumulate(cut.begin(), cut.end(), std::int64_t{0});
  if (missing == 0) return cut;
  std::vector<Batch> parts;
  std::vector<std::int64_t> ends;  // of each run's rows between, among those of all
  for (std::size_t run = 0; run < runs_.size(); ++run) {
    std::vector<Batch> whole;
    runs_[run].load(bracket.low[run], bracket.high[run], whole);
    for (const Batch& rows : whole) parts.push_back(key_columns(rows, keys_));
    const std::int64_t before = ends.empty() ? 0 : ends.back();
    ends.push_back(before + bracket.high[run] - bracket.low[run]);
  }
  const std::vector<std::int64_t> order = columnar::sort_order(columnar::concatenate(parts), sample_keys_);
  for (std::int64_t i = 0; i < missing; ++i) {
    const auto run = std::ranges::upper_bound(ends, order[static_cast<std::size_t>(i)]) - ends.begin();
    ++cut[static_cast<std::size_t>(run)];
  }
  return cut;
}

std::size_t SortedPieces::load_bytes(std::size_t piece) const {
  std::size_t bytes = 0;
  for (std::size_t run = 0; run < runs_.size(); ++run)
    bytes += runs_[run].load_bytes(cuts_[piece][run], cuts_[piece + 1][run]);
  const auto rows = static_cast<std::size_t>(rows_before(piece + 1) - rows_before(piece));
  return bytes + rows * (row_bytes_ + kSortBytes);
}

Batch SortedPieces::make(std::size_t piece) const {
  std::vector<Batch> parts;
  for (std::size_t run = 0; run < runs_.size(); ++run)
    runs_[run].load(cuts_[piece][run], cuts_[piece + 1][run], parts);
  return first_columns(parts.size() == 1 ? parts[0] : sort_together(std::move(parts), plan_), schema_);
}

std::vector<StoredBatch> SortedPieces::batches(const std::shared_ptr<const SortedPieces>& self) {
  std::vector<StoredBatch> batches;
  for (std::size_t piece = 0; piece < self->size(); ++piece) {
    const std::int64_t rows = self->rows_before(piece + 1) - self->rows_before(piece);
    const std::size_t bytes = static_cast<std::size_t>(rows) * self->row_bytes_;
    batches.emplace_back(MadePiece{self, piece, rows, bytes, self->load_bytes(piece)});
  }
  return batches;
}

/// Writes pieces into one run. Idle threads make and write them.
class MergeLoop final : public StripLoop {
 public:
  MergeLoop(const SortedPieces& pieces, RowStore& merged, SpillTarget& target)
      : pieces_(pieces), merged_(merged), target_(target), stores_(pieces.size()) {
    for (std::size_t piece = 0; piece < pieces.size(); ++piece)
      bytes_ = std::max(bytes_, pieces.load_bytes(piece));
  }
  std::size_t num_strips() const override { return pieces_.size(); }
  std::size_t bytes_per_strip() const override { return bytes_; }
  void run(std::size_t strip, TaskContext& context) override {
    context.check_stopped();
    RowStore& store = stores_[strip].emplace(merged_.schema(), target_, merged_.leave_free(), context);
    if (merged_.sampled()) store.sample(*merged_.sampled());
    store.add(pieces_.make(strip), context);
  }
  bool commit(std::size_t strip, TaskContext&) override {
    merged_.append(std::move(*stores_[strip]));
    stores_[strip].reset();
    return true;
  }

 private:
  const SortedPieces& pieces_;
  RowStore& merged_;
  SpillTarget& target_;
  std::vector<std::optional<RowStore>> stores_;
  std::size_t bytes_ = 0;
};

/// How many of the first runs can be merged at once with so much room for blocks; at least two.
std::size_t count_at_once(const std::vector<StoredRun>& runs, std::size_t room) {
  std::size_t bytes = 0, count = 0;
  for (const StoredRun& run : runs) {
    std::size_t largest = 0;
    for (const StoredBatch& batch : run.batches) largest = std::max(largest, batch.load_bytes());
    bytes += 2 * largest;
    if (bytes > room && count >= 2) break;
    ++count;
  }
  return count;
}

void merge_at_once(RowStore& merged, std::vector<StoredRun> runs, const SortPlan& plan, std::size_t room,
                   SpillTarget& target, TaskContext& context) {
  SortedPieces pieces(std::move(runs), plan, merged.schema());
  pieces.cut(room, context);
  MergeLoop loop(pieces, merged, target);
  context.run_strips(loop);
}

/// Runs that can be merged at once with `room` for a piece.
std::vector<StoredRun> few_enough(std::vector<StoredRun> runs, const SortPlan& plan, std::size_t room,
                                  SpillTarget& target, TaskContext& context) {
  std::erase_if(runs, [](const StoredRun& run) { return count_rows(run.batches) == 0; });
  for (std::size_t count = 0; (count = count_at_once(runs, room / 2)) < runs.size();) {
    std::vector<StoredRun> fewer;
    for (std::size_t first = 0; first < runs.size(); first += count) {
      const auto begin = std::make_move_iterator(runs.begin() + static_cast<std::ptrdiff_t>(first));
      const std::size_t some = std::min(count, runs.size() - first);
      std::vector<StoredRun> together(begin, begin + static_cast<std::ptrdiff_t>(some));
      if (some == 1) {
        fewer.push_back(std::move(together[0]));
        continue;
      }
      const columnar::SchemaPtr schema = together[0].schema;
      RowStore merged(schema, target, RowStore::kNothingStays, context);
      merged.sample(deciding_keys(*schema, plan));
      merge_at_once(merged, std::move(together), {plan.keys, {}}, room, target, context);
      fewer.push_back(run_of(merged));
    }
    runs = std::move(fewer);
  }
  return runs;
}

std::size_t room_for_pieces(TaskContext& context) {
  return context.reserve("merge", 0).limit() / kPieceShare;
}

}  // namespace

StoredRun run_of(const RowStore& store) { return {store.schema(), store.batches(), store.samples()}; }

std::size_t nbytes(const StoredRun& run) {
  std::size_t bytes =
      run.batches.size() * sizeof(StoredBatch) + run.samples.ends.size() * sizeof(std::int64_t);
  for (const Batch& keys : run.samples.keys) bytes += slice_bytes(keys);
  return bytes;
}

std::vector<columnar::SortKey> deciding_keys(const Schema& schema, const SortPlan& plan) {
  std::vector<columnar::SortKey> keys;
  for (const columnar::SortKey& key : plan.keys) {
    const bool again = std::ranges::find(keys, key.column, &columnar::SortKey::column) != keys.end();
    if (!again && schema.field(key.column).type.id() != TypeId::kNull) keys.push_back(key);
  }
  return keys;
}

Value merge_stored(std::vector<StoredRun> runs, const SortPlan& plan, const columnar::SchemaPtr& schema,
                   SpillTarget& target, TaskContext& context) {
  const std::size_t room = room_for_pieces(context);
  runs = few_enough(std::move(runs), plan, room, target, context);
  if (runs.empty()) return Value::of(columnar::BatchList{schema, {}});
  std::size_t bytes = 0;
  for (const StoredRun& run : runs) bytes += nbytes(run);
  const auto pieces = std::make_shared<SortedPieces>(std::move(runs), plan, schema);
  pieces->cut(room, context);
  StoredRows rows{schema, SortedPieces::batches(pieces), {}};
  bytes += rows.batches.size() * sizeof(StoredBatch);
  return Value::pinned(std::move(rows), bytes);
}

void merge_into(RowStore& merged, std::vector<StoredRun> runs, const SortPlan& plan, SpillTarget& target,
                TaskContext& context) {
  const std::size_t room = room_for_pieces(context);
  runs = few_enough(std::move(runs), plan, room, target, context);
  if (!runs.empty()) merge_at_once(merged, std::move(runs), plan, room, target, context);
}

}  // namespace treadle::dataframe
