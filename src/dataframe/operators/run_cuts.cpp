#include "dataframe/operators/run_cuts.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "columnar/selection.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;

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
  SampleWalk(std::span<const PlacedRun> runs, std::vector<std::size_t> order)
      : runs_(runs), order_(std::move(order)), passed_(runs.size(), 0) {
    for (std::size_t run = 0; run < runs.size(); ++run) ahead_ += end_of(run, 1);
  }

  /// False at the end.
  bool step() {
    if (next_ == order_.size()) return false;
    const std::size_t run = order_[next_++], count = passed_[run]++;
    rows_ += rows_behind(run, count);
    ahead_ += rows_behind(run, count + 1) - rows_behind(run, count);
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
    for (std::size_t run = 0; run < runs_.size(); ++run) cut.push_back(end_of(run, passed_[run] + more));
    return cut;
  }

 private:
  std::int64_t end_of(std::size_t run, std::size_t count) const {
    const auto& ends = runs_[run].samples().ends;
    return count == 0 ? 0 : ends[std::min(count, ends.size()) - 1];
  }
  /// What the sample behind the first `count` ends.
  std::int64_t rows_behind(std::size_t run, std::size_t count) const {
    return end_of(run, count + 1) - end_of(run, count);
  }

  std::span<const PlacedRun> runs_;
  std::vector<std::size_t> order_;
  std::vector<std::size_t> passed_;  // samples, of each run
  std::size_t next_ = 0;
  std::int64_t rows_ = 0;
  std::int64_t ahead_ = 0;  // rows that the next samples of all runs end
};

/// The keys in a batch of their columns alone.
std::vector<columnar::SortKey> keys_alone(std::span<const columnar::SortKey> keys) {
  std::vector<columnar::SortKey> alone(keys.begin(), keys.end());
  for (std::size_t i = 0; i < alone.size(); ++i) alone[i].column = i;
  return alone;
}

/// The run of each sample, all of them in order.
std::vector<std::size_t> sample_order(std::span<const PlacedRun> runs,
                                      const std::vector<columnar::SortKey>& keys) {
  std::vector<Batch> samples;
  std::vector<std::size_t> run_of_sample;
  for (std::size_t run = 0; run < runs.size(); ++run) {
    const RunSamples& of_run = runs[run].samples();
    samples.insert(samples.end(), of_run.keys.begin(), of_run.keys.end());
    run_of_sample.insert(run_of_sample.end(), of_run.ends.size(), run);
  }
  std::vector<std::size_t> ordered;
  for (const std::int64_t sample : columnar::sort_order(columnar::concatenate(samples), keys))
    ordered.push_back(run_of_sample[static_cast<std::size_t>(sample)]);
  return ordered;
}

std::vector<Bracket> brackets_of(std::span<const PlacedRun> runs, const std::vector<columnar::SortKey>& keys,
                                 std::span<const std::int64_t> ranks) {
  SampleWalk low(runs, sample_order(runs, keys)), high = low;
  std::vector<Bracket> brackets;
  for (const std::int64_t rank : ranks) {
    while (low.most_with_next() <= rank && low.step()) continue;
    while (high.rows() < rank && high.step()) continue;
    brackets.push_back({rank, low.ends(0), rank == 0 ? low.ends(0) : high.ends(1)});
  }
  return brackets;
}

/// Finds the cuts, each by itself.
class CutLoop final : public StripLoop {
 public:
  CutLoop(std::span<const PlacedRun> runs, std::span<const columnar::SortKey> keys,
          std::span<const std::int64_t> ranks)
      : runs_(runs), keys_(keys), sample_keys_(keys_alone(keys)), cuts_(ranks.size()) {
    brackets_ = brackets_of(runs, sample_keys_, ranks);
    for (const Bracket& bracket : brackets_) {
      std::size_t bytes = 0;
      for (std::size_t run = 0; run < runs_.size(); ++run)
        bytes += runs_[run].load_bytes(bracket.low[run], bracket.high[run]);
      bytes_ = std::max(bytes_, bytes);
    }
  }
  std::size_t num_strips() const override { return brackets_.size(); }
  std::size_t bytes_per_strip() const override { return bytes_; }
  void run(std::size_t strip, TaskContext& context) override {
    context.check_stopped();
    cuts_[strip] = cut_within(brackets_[strip]);
  }
  bool commit(std::size_t, TaskContext&) override { return true; }
  std::vector<Cut> take() noexcept { return std::move(cuts_); }

 private:
  /// Of the rows between, as many as are missing come before the cut: the first in order.
  Cut cut_within(const Bracket& bracket) const {
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

  std::span<const PlacedRun> runs_;
  std::span<const columnar::SortKey> keys_;
  std::vector<columnar::SortKey> sample_keys_;
  std::vector<Bracket> brackets_;
  std::vector<Cut> cuts_;
  std::size_t bytes_ = 0;
};

}  // namespace

PlacedRun::PlacedRun(StoredRun run) : run_(std::move(run)) {
  begins_.push_back(0);
  for (const StoredBatch& batch : run_.batches) begins_.push_back(begins_.back() + batch.num_rows());
}

std::size_t PlacedRun::batch_of(std::int64_t row) const {
  return static_cast<std::size_t>(std::ranges::upper_bound(begins_, row) - begins_.begin()) - 1;
}

std::size_t PlacedRun::load_bytes(std::int64_t begin, std::int64_t end) const {
  std::size_t bytes = 0;
  for (std::size_t i = batch_of(begin); begin < end && begins_[i] < end; ++i)
    bytes += run_.batches[i].load_bytes();
  return bytes;
}

void PlacedRun::load(std::int64_t begin, std::int64_t end, std::vector<Batch>& parts) const {
  if (begin == end) return;
  for (std::size_t i = batch_of(begin); begin < end; ++i) {
    const std::int64_t count = std::min(end, begins_[i + 1]) - begin;
    parts.push_back(run_.batches[i].load().slice(begin - begins_[i], count));
    begin += count;
  }
}

std::vector<Cut> find_cuts(std::span<const PlacedRun> runs, std::span<const columnar::SortKey> keys,
                           std::span<const std::int64_t> ranks, TaskContext& context) {
  CutLoop loop(runs, keys, ranks);
  context.run_strips(loop);
  return loop.take();
}

}  // namespace treadle::dataframe
