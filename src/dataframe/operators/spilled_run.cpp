#include "dataframe/operators/spilled_run.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "columnar/selection.h"
#include "dataframe/operators/aggregate_partials.h"
#include "dataframe/operators/row_compare.h"
#include "dataframe/operators/slice_bytes.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::BatchList;

constexpr std::size_t kBlockBytes = std::size_t{16} << 10;
constexpr std::int64_t kLeastRows = 16;
constexpr std::int64_t kMostRows = 8192;
// Rows of one batch of the result.
constexpr std::int64_t kOutputRows = 16384;

// Merges by rounds: the block that ends first says how far all blocks can be merged; what follows it may come
// behind rows that are still on disk.
class Rounds {
 public:
  Rounds(std::vector<SpilledRun> runs, const SortPlan& plan) : runs_(std::move(runs)), plan_(plan) {
    for (SpilledRun& run : runs_) cursors_.push_back({run.next(), 0});
  }

  // The next rows in order; none at the end.
  std::optional<Batch> next() {
    const std::optional<std::size_t> bound = first_to_end();
    if (!bound) return std::nullopt;
    const std::shared_ptr<const Batch> limit = cursors_[*bound].block;
    std::vector<Batch> parts;
    for (std::size_t run = 0; run < runs_.size(); ++run) take_up_to(*limit, *bound, run, parts);
    return parts.size() == 1 ? parts[0] : sort_together(parts, plan_);
  }

 private:
  struct Cursor {
    std::shared_ptr<const Batch> block;  // null behind the last
    std::int64_t row = 0;
  };

  // The run whose block's last row comes before those of the others.
  std::optional<std::size_t> first_to_end() const {
    std::optional<std::size_t> first;
    for (std::size_t run = 0; run < runs_.size(); ++run) {
      if (!cursors_[run].block) continue;
      if (!first || compare_last(run, *first) < 0) first = run;
    }
    return first;
  }
  int compare_last(std::size_t a, std::size_t b) const {
    const Batch& left = *cursors_[a].block;
    const Batch& right = *cursors_[b].block;
    return compare_rows(left, left.num_rows() - 1, right, right.num_rows() - 1, plan_.keys);
  }

  // Equal rows come in the order of their runs.
  void take_up_to(const Batch& limit, std::size_t limit_run, std::size_t run, std::vector<Batch>& parts) {
    Cursor& cursor = cursors_[run];
    if (!cursor.block) return;
    std::int64_t low = cursor.row, high = cursor.block->num_rows();
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      const int order = compare_rows(*cursor.block, middle, limit, limit.num_rows() - 1, plan_.keys);
      if (order < 0 || (order == 0 && run <= limit_run)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low != cursor.row) parts.push_back(cursor.block->slice(cursor.row, low - cursor.row));
    cursor.row = low;
    if (low == cursor.block->num_rows()) cursor = {runs_[run].next(), 0};
  }

  std::vector<SpilledRun> runs_;
  const SortPlan& plan_;
  std::vector<Cursor> cursors_;
};

// Brings the rounds' rows together in batches of a good size.
class Output {
 public:
  Output(BatchList& result, HeldBytes& held) : result_(result), held_(held) {}
  void add(const Batch& rows) {
    const auto& columns = rows.columns();
    const auto wanted = static_cast<std::ptrdiff_t>(result_.schema->num_fields());
    small_.emplace_back(result_.schema,
                        std::vector<columnar::Column>(columns.begin(), columns.begin() + wanted),
                        rows.num_rows());
    small_rows_ += rows.num_rows();
    if (small_rows_ >= kOutputRows) flush();
  }
  void flush() {
    if (small_.empty()) return;
    // Slices would hold on to whole blocks.
    Batch batch = columnar::concatenate(small_);
    held_.add(slice_bytes(batch));
    result_.batches.push_back(std::move(batch));
    small_.clear();
    small_rows_ = 0;
  }

 private:
  BatchList& result_;
  HeldBytes& held_;
  std::vector<Batch> small_;
  std::int64_t small_rows_ = 0;
};

}  // namespace

SpilledRun::SpilledRun(const BatchList& run, std::shared_ptr<SpillFile> file) : file_(std::move(file)) {
  for (const Batch& batch : run.batches) write(batch);
}

void SpilledRun::write(const Batch& batch) {
  const std::int64_t total = batch.num_rows();
  if (total == 0) return;
  const auto row_bytes = static_cast<std::int64_t>(slice_bytes(batch) / static_cast<std::size_t>(total)) + 1;
  const std::int64_t rows =
      std::clamp(static_cast<std::int64_t>(kBlockBytes) / row_bytes, kLeastRows, kMostRows);
  for (std::int64_t begin = 0; begin < total; begin += rows) {
    const Batch block = batch.slice(begin, std::min(rows, total - begin));
    blocks_.push_back(file_->append(*to_bytes({batch.schema(), {block}})));
    block_bytes_ = std::max(block_bytes_, static_cast<std::size_t>(blocks_.back().size));
  }
}

std::shared_ptr<const Batch> SpilledRun::next() {
  if (next_ == blocks_.size()) return nullptr;
  BatchList list = from_bytes(file_->read(blocks_[next_++]));
  return std::make_shared<const Batch>(std::move(list.batches.at(0)));
}

BatchList merge_spilled(std::vector<SpilledRun> runs, const SortPlan& plan, const columnar::SchemaPtr& schema,
                        HeldBytes& held, TaskContext& context) {
  BatchList result{schema, {}};
  std::size_t loaded = 0;
  // A block as it is read and as it was decoded, and its rows in order.
  for (const SpilledRun& run : runs) loaded += 3 * run.block_bytes();
  const Reservation blocks = context.reserve("sort.merge", loaded);
  Rounds rounds(std::move(runs), plan);
  Output output(result, held);
  while (const std::optional<Batch> rows = rounds.next()) {
    context.check_stopped();
    output.add(*rows);
  }
  output.flush();
  return result;
}

}  // namespace treadle::dataframe
