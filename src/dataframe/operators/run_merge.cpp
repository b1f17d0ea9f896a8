#include "dataframe/operators/run_merge.h"

#include <algorithm>
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
  // The rows themselves, and they again when they are sorted together, twice.
  return 3 * bytes;
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

std::optional<Batch> RunMerge::next() {
  for (Cursor& cursor : cursors_) load(cursor);
  std::erase_if(cursors_, [](const Cursor& cursor) { return cursor.rows->num_rows() == 0; });
  if (cursors_.empty()) return std::nullopt;
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
  return parts.size() == 1 ? parts[0] : sort_together(std::move(parts), plan_);
}

void merge_stored(std::vector<StoredRun> runs, const SortPlan& plan, SpillTarget& target,
                  TaskContext& context, const std::function<void(const Batch&)>& emit) {
  Reservation memory = context.reserve("merge", 0);
  while (runs.size() > 1 && !memory.try_grow(RunMerge::bytes_for(runs))) {
    std::size_t count = 2;
    std::size_t bytes = RunMerge::bytes_for(std::span(runs).first(count));
    if (!memory.try_grow(bytes)) memory.grow_anyway(bytes);
    for (; count < runs.size(); ++count) {
      const std::size_t more = RunMerge::bytes_for(std::span(runs).subspan(count, 1));
      if (!memory.try_grow(more)) break;
    }
    if (count == runs.size()) break;
    std::vector<StoredRun> merged;
    for (std::size_t first = 0; first < runs.size(); first += count) {
      const std::size_t some = std::min(count, runs.size() - first);
      if (some == 1) {
        merged.push_back(std::move(runs[first]));
        continue;
      }
      const auto begin = std::make_move_iterator(runs.begin() + static_cast<std::ptrdiff_t>(first));
      RunMerge merge({begin, begin + static_cast<std::ptrdiff_t>(some)}, plan);
      std::optional<RowStore> store;
      while (std::optional<Batch> rows = merge.next()) {
        if (!store) store.emplace(rows->schema(), target, RowStore::kNothingStays, context);
        store->add(std::move(*rows), context);
      }
      merged.push_back(store ? store->batches() : StoredRun());
    }
    runs = std::move(merged);
    memory.shrink(memory.bytes());
  }
  RunMerge merge(std::move(runs), plan);
  while (std::optional<Batch> rows = merge.next()) {
    context.check_stopped();
    emit(*rows);
  }
}

}  // namespace treadle::dataframe
