#include "dataframe/operators/run_merge.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "dataframe/operators/row_compare.h"
#include "dataframe/operators/sort_runs.h"

namespace treadle::dataframe {

using columnar::Batch;

RunMerge::RunMerge(std::vector<StoredRun> runs, const SortPlan& plan) : plan_(plan) {
  for (StoredRun& run : runs) {
    if (count_rows(run) != 0) cursors_.push_back({std::move(run), 0, std::nullopt});
  }
}

std::size_t RunMerge::bytes_for(std::span<const StoredRun> runs) {
  std::size_t bytes = 0;
  for (const StoredRun& run : runs) {
    std::size_t largest = 0;
    for (const StoredBatch& batch : run) largest = std::max(largest, batch.bytes());
    bytes += largest;
  }
  return bytes;
}

void RunMerge::load(Cursor& cursor) {
  while ((!cursor.rows || cursor.rows->num_rows() == 0) && cursor.next < cursor.rest.size()) {
    cursor.rows = cursor.rest[cursor.next++].load();
  }
}

std::optional<std::size_t> RunMerge::first_to_end() const {
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < cursors_.size(); ++i) {
    if (cursors_[i].next == cursors_[i].rest.size()) continue;
    const Batch& rows = *cursors_[i].rows;
    if (first) {
      const Batch& least = *cursors_[*first].rows;
      if (compare_rows(rows, rows.num_rows() - 1, least, least.num_rows() - 1, plan_.keys) >= 0) continue;
    }
    first = i;
  }
  return first;
}

/// How many of a run's loaded rows come no later than the last of `bound`.
std::int64_t RunMerge::rows_up_to(std::size_t run, std::size_t bound) const {
  const Batch& rows = *cursors_[run].rows;
  const Batch& last = *cursors_[bound].rows;
  std::int64_t low = 0, high = rows.num_rows();
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    const int order = compare_rows(rows, middle, last, last.num_rows() - 1, plan_.keys);
    if (order < 0 || (order == 0 && run <= bound)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::vector<Batch> RunMerge::next() {
  for (Cursor& cursor : cursors_) load(cursor);
  std::erase_if(cursors_, [](const Cursor& cursor) { return cursor.rows->num_rows() == 0; });
  if (cursors_.empty()) return {};
  const std::optional<std::size_t> bound = first_to_end();
  std::vector<std::int64_t> counts;
  for (std::size_t i = 0; i < cursors_.size(); ++i) {
    counts.push_back(bound ? rows_up_to(i, *bound) : cursors_[i].rows->num_rows());
  }
  std::vector<Batch> parts;
  for (std::size_t i = 0; i < cursors_.size(); ++i) {
    Batch& rows = *cursors_[i].rows;
    if (counts[i] != 0) parts.push_back(rows.slice(0, counts[i]));
    rows = rows.slice(counts[i], rows.num_rows() - counts[i]);
  }
  return parts;
}

namespace {

// Which rows come next depends on those before and is found by one thread at a time; the rest of the work, to
// sort them and to write them, is a strip's own.
class MergeLoop final : public StripLoop {
 public:
  MergeLoop(std::vector<StoredRun> runs, const SortPlan& plan, RowStore& merged, SpillTarget& target)
      : bytes_(RunMerge::bytes_for(runs)),
        plan_{plan.keys, {}},
        limit_(plan.limit),
        merged_(merged),
        target_(target),
        merge_(std::move(runs), plan_) {}

  // As many as there are: the merge knows at its end only.
  std::size_t num_strips() const override { return SIZE_MAX; }
  std::size_t bytes_per_strip() const override { return 2 * bytes_; }

  void run(std::size_t strip, TaskContext& context) override {
    context.check_stopped();
    std::vector<Batch> parts = parts_of(strip);
    if (parts.empty()) return;
    Batch rows = parts.size() == 1 ? parts[0] : sort_together(std::move(parts), plan_);
    RowStore store(merged_.schema(), target_, limit_ ? 0 : merged_.leave_free(), context);
    store.add(first_columns(rows, merged_.schema()), context);
    const std::lock_guard lock(mutex_);
    sorted_.emplace(strip, std::move(store));
  }
  bool commit(std::size_t strip, TaskContext& context) override {
    std::optional<RowStore> store;
    {
      const std::lock_guard lock(mutex_);
      const auto found = sorted_.find(strip);
      if (found == sorted_.end()) return false;
      store.emplace(std::move(found->second));
      sorted_.erase(found);
    }
    if (!limit_ || store->num_rows() <= *limit_ - num_rows_) {
      num_rows_ += store->num_rows();
      merged_.append(std::move(*store));
    } else {
      add_first(*store, context);
    }
    return !limit_ || num_rows_ < *limit_;
  }

 private:
  // Strips are begun in order but may come here in another.
  std::vector<Batch> parts_of(std::size_t strip) {
    const std::lock_guard lock(mutex_);
    for (; next_ <= strip && !over_; ++next_) {
      std::vector<Batch> parts = merge_.next();
      over_ = parts.empty();
      if (!over_) parts_.emplace(next_, std::move(parts));
    }
    const auto found = parts_.find(strip);
    if (found == parts_.end()) return {};
    std::vector<Batch> parts = std::move(found->second);
    parts_.erase(found);
    return parts;
  }
  void add_first(const RowStore& store, TaskContext& context) {
    for (const StoredBatch& batch : store.batches()) {
      const std::int64_t count = std::min(batch.num_rows(), *limit_ - num_rows_);
      if (count == 0) return;
      merged_.add(batch.load().slice(0, count), context);
      num_rows_ += count;
    }
  }

  std::size_t bytes_;
  SortPlan plan_;
  std::optional<std::int64_t> limit_;
  RowStore& merged_;
  SpillTarget& target_;
  std::int64_t num_rows_ = 0;  // committed

  std::mutex mutex_;
  RunMerge merge_;
  std::size_t next_ = 0;  // strip whose rows merge_ answers with next
  bool over_ = false;
  std::map<std::size_t, std::vector<Batch>> parts_;
  std::map<std::size_t, RowStore> sorted_;
};

columnar::SchemaPtr schema_of(std::span<const StoredRun> runs) {
  for (const StoredRun& run : runs) {
    if (!run.empty()) return run[0].load().schema();
  }
  return std::make_shared<const Schema>();
}

void merge_at_once(std::vector<StoredRun> runs, const SortPlan& plan, RowStore& merged, SpillTarget& target,
                   TaskContext& context) {
  MergeLoop loop(std::move(runs), plan, merged, target);
  context.run_strips(loop);
}

}  // namespace

void merge_stored(std::vector<StoredRun> runs, const SortPlan& plan, RowStore& merged, SpillTarget& target,
                  TaskContext& context) {
  // The loaded batches; and, given back before it is taken by the strip that sorts them, twice as much.
  Reservation loaded = context.reserve("merge", 0);
  const auto take = [&loaded](std::size_t bytes, bool anyway) {
    if (!loaded.try_grow(3 * bytes)) {
      if (!anyway) return false;
      loaded.grow_anyway(3 * bytes);
    }
    loaded.shrink(2 * bytes);
    return true;
  };
  while (runs.size() > 1 && !take(RunMerge::bytes_for(runs), false)) {
    // As many at a time as there is memory for, at least two.
    std::size_t count = 2;
    const auto bytes_of = [&runs](std::size_t some) {
      return RunMerge::bytes_for(std::span(runs).first(some));
    };
    take(bytes_of(count), true);
    while (count < runs.size()) {
      const std::size_t before = loaded.bytes();
      loaded.shrink(before);
      if (!take(bytes_of(count + 1), false)) {
        take(bytes_of(count), true);
        break;
      }
      ++count;
    }
    if (count == runs.size()) break;
    std::vector<StoredRun> fewer;
    for (std::size_t first = 0; first < runs.size(); first += count) {
      const std::size_t some = std::min(count, runs.size() - first);
      if (some == 1) {
        fewer.push_back(std::move(runs[first]));
        continue;
      }
      const auto begin = std::make_move_iterator(runs.begin() + static_cast<std::ptrdiff_t>(first));
      std::vector<StoredRun> together(begin, begin + static_cast<std::ptrdiff_t>(some));
      RowStore run(schema_of(together), target, RowStore::kNothingStays, context);
      merge_at_once(std::move(together), {plan.keys, {}}, run, target, context);
      fewer.push_back(run.batches());
    }
    runs = std::move(fewer);
    loaded.shrink(loaded.bytes());
  }
  merge_at_once(std::move(runs), plan, merged, target, context);
}

}  // namespace treadle::dataframe
