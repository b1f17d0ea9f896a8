#include "dataframe/operators/sorted_pieces.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "dataframe/operators/run_cuts.h"
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

class SortedPieces final : public RowMaker {
 public:
  SortedPieces(std::vector<StoredRun> runs, const SortPlan& plan, columnar::SchemaPtr schema)
      : plan_{plan.keys, {}},
        schema_(std::move(schema)),
        keys_(deciding_keys(*runs.at(0).schema, plan)),
        runs_(std::make_move_iterator(runs.begin()), std::make_move_iterator(runs.end())) {
    std::size_t bytes = 0;
    for (const PlacedRun& run : runs_) {
      num_rows_ += run.num_rows();
      bytes += count_bytes(run.batches());
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
  std::int64_t piece_rows(std::size_t room) const;
  std::int64_t num_rows(std::size_t piece) const { return ranks_[piece + 1] - ranks_[piece]; }

  const SortPlan plan_;
  const columnar::SchemaPtr schema_;
  const std::vector<columnar::SortKey> keys_;
  std::vector<PlacedRun> runs_;
  std::int64_t num_rows_ = 0;
  std::size_t row_bytes_ = 0;
  std::vector<std::int64_t> ranks_;  // piece i: rows ranks_[i] .. ranks_[i + 1] - 1 of the order
  std::vector<Cut> cuts_;            // of run r: rows cuts_[i][r] .. cuts_[i + 1][r] - 1
};

std::size_t largest_block(const std::vector<StoredBatch>& batches) {
  std::size_t largest = 0;
  for (const StoredBatch& batch : batches) largest = std::max(largest, batch.load_bytes());
  return largest;
}

std::int64_t SortedPieces::piece_rows(std::size_t room) const {
  // At both ends of a piece a block of each run is read for a part of it.
  std::size_t ends = 0;
  for (const PlacedRun& run : runs_) ends += largest_block(run.batches());
  std::int64_t rows = kMostPieceRows;
  while (rows > kLeastPieceRows &&
         ends + static_cast<std::size_t>(rows) * (2 * row_bytes_ + kSortBytes) > room)
    rows /= 2;
  return rows;
}

void SortedPieces::cut(std::size_t room, TaskContext& context) {
  if (num_rows_ == 0) return;
  const std::int64_t rows = piece_rows(room);
  for (std::int64_t rank = 0; rank < num_rows_; rank += rows) ranks_.push_back(rank);
  ranks_.push_back(num_rows_);
  cuts_ = find_cuts(runs_, keys_, ranks_, context);
}

std::size_t SortedPieces::load_bytes(std::size_t piece) const {
  std::size_t bytes = 0;
  for (std::size_t run = 0; run < runs_.size(); ++run)
    bytes += runs_[run].load_bytes(cuts_[piece][run], cuts_[piece + 1][run]);
  return bytes + static_cast<std::size_t>(num_rows(piece)) * (row_bytes_ + kSortBytes);
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
    const std::int64_t rows = self->num_rows(piece);
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
    bytes += 2 * largest_block(run.batches);
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
