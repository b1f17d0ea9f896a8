#include "dataframe/operators/sort.h"

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>

#include "columnar/batch_list.h"
#include "dataframe/operators/first_of_groups.h"
#include "dataframe/operators/row_compare.h"
#include "dataframe/operators/slice_bytes.h"
#include "dataframe/operators/sort_runs.h"
#include "dataframe/operators/stored_rows.h"
#include "dataframe/operators/without_views.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::BatchList;

constexpr std::string_view kHolder = "sort";
// A top-k keeps this many rows, and four times its limit, before it drops those that cannot be among the
// first.
constexpr std::int64_t kKeptRows = std::int64_t{1} << 16;

// Rows wait to be sorted only while one part in so many of all memory stays free for those who read on.
constexpr std::size_t kReadersShare = 4;

void grow_for_sort(Reservation& memory, std::size_t more) {
  try {
    memory.grow(more);
  } catch (const OutOfMemory& error) {
    throw OutOfMemory(std::string(error.what()) +
                      "; the first rows of a sort are held in memory: take fewer of them with head(), select "
                      "fewer columns, "
                      "or sort without a limit, which spills");
  }
}

// The last of `limit` rows known: what comes after it, by the first key, cannot be among the first. Strips
// look at it while they read; whether one of them sees it early changes what it throws away early, and
// nothing else.
class Bound {
 public:
  std::shared_ptr<const Batch> row() const {
    const std::lock_guard lock(mutex_);
    return row_;
  }
  void offer(const Batch& run, const SortPlan& plan) {
    if (!plan.limit || *plan.limit == 0 || plan.keys.empty() || run.num_rows() < *plan.limit) return;
    const Batch last = run.slice(*plan.limit - 1, 1);
    const std::lock_guard lock(mutex_);
    if (row_ != nullptr && compare_rows(last, 0, *row_, 0, plan.keys) >= 0) return;
    const std::int64_t first[] = {0};
    row_ = std::make_shared<const Batch>(columnar::take(last, first));
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Batch> row_;
};

class SortPart final : public SinkPart {
 public:
  SortPart(const SortPlan& plan, const Bound& bound, const columnar::SchemaPtr& schema, SpillTarget& target,
           std::size_t leave_free, std::unique_ptr<FirstOfGroups> first, TaskContext& context)
      : plan_(plan),
        bound_(bound),
        schema_(schema),
        target_(target),
        leave_free_(leave_free),
        first_(std::move(first)),
        memory_(context.reserve(kHolder, 0)) {}

  bool push(const Batch& morsel, TaskContext& context) override {
    if (morsel.num_rows() == 0) return true;
    context.check_stopped();
    Batch kept = first_ ? first_->keep(morsel) : morsel;
    if (const std::shared_ptr<const Batch> bound = plan_.limit ? bound_.row() : nullptr) {
      const columnar::SortKey& key = plan_.keys[0];
      kept = columnar::filter(kept, rows_up_to(kept.column(key.column), bound->column(key.column), key));
    }
    if (kept.num_rows() == 0) return true;
    kept = without_views(kept);
    make_room(slice_bytes(kept), context);
    rows_.push_back(std::move(kept));
    return true;
  }
  void end(TaskContext& context) override {
    if (rows_.empty()) return;
    if (first_) {
      rows_ = first_->keep_again(std::move(rows_));
      std::erase_if(rows_, [](const Batch& rows) { return rows.num_rows() == 0; });
      if (rows_.empty()) {
        bytes_ = 0;
        return memory_.shrink(memory_.bytes());
      }
    }
    // The rows are copied once: together and in order.
    const std::size_t missing = 3 * bytes_ - std::min(3 * bytes_, memory_.bytes());
    if (!memory_.try_grow(missing)) memory_.grow_anyway(missing);
    Batch run = sort_together(std::exchange(rows_, {}), plan_);
    bytes_ = 0;
    memory_.shrink(memory_.bytes());
    runs_.emplace_back(schema_, target_, plan_.limit ? 0 : leave_free_, context);
    runs_.back().sample(deciding_keys(*schema_, plan_));
    runs_.back().add(std::move(run), context);
  }
  std::vector<RowStore>& runs() noexcept { return runs_; }
  std::unique_ptr<FirstOfGroups> release_first() noexcept { return std::move(first_); }

 private:
  /// Rows that memory has no room for make the ones before them a run of their own, on disk. What sorting
  /// takes is held from the start: other strips would count on it, too.
  void make_room(std::size_t bytes, TaskContext& context) {
    if (plan_.limit) {
      if (!memory_.try_grow(bytes)) {
        keep_first();
        grow_for_sort(memory_, bytes);
      }
    } else if (!memory_.try_grow_leaving(3 * bytes, memory_.limit() / kReadersShare)) {
      end(context);
      if (!memory_.try_grow(3 * bytes)) memory_.grow_anyway(3 * bytes);
    }
    bytes_ += bytes;
  }

  /// Of a top-k: drops what cannot be among the first.
  void keep_first() {
    if (rows_.empty()) return;
    // Makes room in the end, so that it must go on.
    memory_.grow_anyway(2 * memory_.bytes());
    rows_ = {sort_together(std::exchange(rows_, {}), plan_)};
    bytes_ = slice_bytes(rows_[0]);
    memory_.shrink(memory_.bytes() - std::min(bytes_, memory_.bytes()));
  }

  const SortPlan& plan_;
  const Bound& bound_;
  const columnar::SchemaPtr& schema_;
  SpillTarget& target_;
  std::size_t leave_free_;
  std::unique_ptr<FirstOfGroups> first_;  // of a sort that some rows of each group are wanted of
  Reservation memory_;                    // of rows_ and, without a limit, of sorting them
  std::vector<Batch> rows_;
  std::size_t bytes_ = 0;  // of rows_
  std::vector<RowStore> runs_;
};

class SortSink final : public FragmentSink {
 public:
  SortSink(const SortPlan& plan, columnar::SchemaPtr schema, SeenFree& seen)
      : plan_(plan), schema_(std::move(schema)), seen_(seen) {
    // Said before the first row is read.
    for (const columnar::SortKey& key : plan_.keys) {
      const DataType& type = schema_->field(key.column).type;
      if (type.is_nested()) {
        throw TypeError("a sort takes columns of a type without children; \"" +
                        schema_->field(key.column).name + "\" is " + type.to_string());
      }
    }
  }

  std::unique_ptr<SinkPart> begin_strip(TaskContext& context) override {
    return std::make_unique<SortPart>(plan_, bound_, schema_, target_, seen_.look(context) / 2,
                                      take_first(context), context);
  }
  bool commit(std::unique_ptr<SinkPart> part, TaskContext& context) override {
    auto& strip = static_cast<SortPart&>(*part);
    strip.end(context);
    give_back(strip.release_first());
    for (RowStore& run : strip.runs()) {
      if (run.num_rows() == 0) continue;
      num_rows_ += run.num_rows();
      if (plan_.limit) bound_.offer(run.batches()[0].load(), plan_);
      runs_.push_back(std::move(run));
    }
    if (plan_.limit && num_rows_ > std::max(kKeptRows, 4 * *plan_.limit)) keep_first(context);
    return true;
  }
  std::vector<Value> finish(TaskContext& context) override {
    if (plan_.limit && runs_.size() > 1) keep_first(context);
    first_.clear();
    std::vector<Value> slots;
    slots.push_back(value_of_runs(schema_, std::move(runs_), context));
    return slots;
  }

 private:
  // What is known of strips that were committed, whose rows come before those of all others; or nothing yet.
  std::unique_ptr<FirstOfGroups> take_first(TaskContext& context) {
    if (!plan_.of_groups) return nullptr;
    const std::lock_guard lock(first_mutex_);
    if (!first_pays_) return nullptr;
    if (first_.empty()) return std::make_unique<FirstOfGroups>(plan_, schema_, context.reserve(kHolder, 0));
    std::unique_ptr<FirstOfGroups> first = std::move(first_.back());
    first_.pop_back();
    return first;
  }
  void give_back(std::unique_ptr<FirstOfGroups> first) {
    if (first == nullptr) return;
    const std::lock_guard lock(first_mutex_);
    first_pays_ &= first->pays();
    if (first_pays_) first_.push_back(std::move(first));
  }

  void keep_first(TaskContext& context) {
    std::vector<Batch> batches;
    std::size_t bytes = 0;
    for (const RowStore& run : runs_) {
      for (const StoredBatch& batch : run.batches()) {
        batches.push_back(batch.load());
        bytes += 2 * batch.bytes() + batch.load_bytes();
      }
    }
    Reservation sorting = context.reserve(kHolder, 0);
    grow_for_sort(sorting, bytes);
    Batch first = sort_together(std::move(batches), plan_);
    bound_.offer(first, plan_);
    num_rows_ = first.num_rows();
    runs_.clear();
    runs_.emplace_back(schema_, target_, 0, context);
    runs_.back().sample(deciding_keys(*schema_, plan_));
    runs_.back().add(std::move(first), context);
  }

  const SortPlan& plan_;
  columnar::SchemaPtr schema_;
  SeenFree& seen_;
  Bound bound_;
  SpillTarget target_;
  std::vector<RowStore> runs_;
  std::int64_t num_rows_ = 0;

  std::mutex first_mutex_;
  std::vector<std::unique_ptr<FirstOfGroups>> first_;
  bool first_pays_ = true;
};

class SortRuns final : public SinkSpec {
 public:
  explicit SortRuns(SortPlan plan) : plan_(std::move(plan)) {}
  std::string_view name() const override { return plan_.limit ? "sort.top_k" : "sort.runs"; }
  void add_to(KeyBuilder& key) const override { add_plan(key, plan_); }
  MemoryNeed memory_need() const override { return {}; }
  std::unique_ptr<FragmentSink> bind(const columnar::SchemaPtr& input, std::size_t) const override {
    return std::make_unique<SortSink>(plan_, input, seen_);
  }

 private:
  SortPlan plan_;
  mutable SeenFree seen_;
};

}  // namespace

void add_plan(KeyBuilder& key, const SortPlan& plan) {
  key.add(plan.limit.value_or(-1)).add(static_cast<std::uint64_t>(plan.keys.size()));
  for (const columnar::SortKey& by : plan.keys) {
    key.add(static_cast<std::uint64_t>(by.column)).add(by.descending).add(by.nulls_first);
  }
  if (plan.of_groups) add_limit(key, *plan.of_groups);
}

void add_limit(KeyBuilder& key, const GroupLimit& limit) {
  key.add(static_cast<std::uint64_t>(limit.num_keys)).add(limit.count).add(limit.with_equals);
}

Value value_of_runs(const columnar::SchemaPtr& schema, std::vector<RowStore> runs, TaskContext& context) {
  const auto any_on_disk = [](const RowStore& run) {
    return std::any_of(run.batches().begin(), run.batches().end(),
                       [](const StoredBatch& batch) { return batch.spilled(); });
  };
  if (std::none_of(runs.begin(), runs.end(), any_on_disk)) {
    BatchList list{schema, {}};
    for (const RowStore& run : runs) {
      for (const StoredBatch& batch : run.batches()) list.batches.push_back(batch.load());
    }
    return Value::of(std::move(list));
  }
  SortedRuns sorted{schema, {}};
  std::size_t bytes = 0;
  for (RowStore& run : runs) {
    run.spill(context);
    sorted.runs.push_back(run_of(run));
    bytes += nbytes(sorted.runs.back());
  }
  return Value::pinned(std::move(sorted), bytes);
}

Batch sort_together(std::vector<Batch> parts, const SortPlan& plan) {
  const std::vector<columnar::SortKey> keys = deciding_keys(*parts[0].schema(), plan);
  const Batch whole = parts.size() == 1 ? parts[0] : columnar::concatenate(parts);
  parts.clear();
  std::vector<std::int64_t> order = columnar::sort_order(whole, keys);
  if (plan.limit) order.resize(std::min(order.size(), static_cast<std::size_t>(*plan.limit)));
  return columnar::take(whole, order);
}

std::shared_ptr<const SinkSpec> make_sort_runs(SortPlan plan) {
  return std::make_shared<SortRuns>(std::move(plan));
}

}  // namespace treadle::dataframe
