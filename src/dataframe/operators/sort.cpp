#include "dataframe/operators/sort.h"

#include <algorithm>
#include <mutex>
#include <string>

#include "columnar/batch_list.h"
#include "dataframe/operators/row_compare.h"
#include "dataframe/operators/slice_bytes.h"
#include "dataframe/operators/sort_runs.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::BatchList;

constexpr std::string_view kHolder = "sort";
// A top-k keeps this many rows, and four times its limit, before it drops those that cannot be among the
// first.
constexpr std::int64_t kKeptRows = std::int64_t{1} << 16;

// Views point into the reader's buffers; what is kept must not.
Batch without_views(const Batch& batch) {
  std::vector<columnar::Column> columns = batch.columns();
  for (columnar::Column& column : columns) {
    if (column.layout() == columnar::Layout::kView) column = column.to_plain();
  }
  return Batch(batch.schema(), std::move(columns), batch.num_rows());
}

void grow_for_sort(Reservation& memory, std::size_t more) {
  try {
    memory.grow(more);
  } catch (const OutOfMemory& error) {
    throw OutOfMemory(
        std::string(error.what()) +
        "; a sort holds all its rows: select fewer columns, filter before it, or take only the first "
        "rows with head()");
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
  SortPart(const SortPlan& plan, const Bound& bound, TaskContext& context)
      : plan_(plan), bound_(bound), memory_(context.reserve(kHolder, 0)) {}

  bool push(const Batch& morsel, TaskContext& context) override {
    if (morsel.num_rows() == 0) return true;
    context.check_stopped();
    Batch kept = morsel;
    if (const std::shared_ptr<const Batch> bound = plan_.limit ? bound_.row() : nullptr) {
      const columnar::SortKey& key = plan_.keys[0];
      kept = columnar::filter(kept, rows_up_to(kept.column(key.column), bound->column(key.column), key));
      if (kept.num_rows() == 0) return true;
    }
    kept = without_views(kept);
    grow_for_sort(memory_, slice_bytes(kept));
    rows_.push_back(std::move(kept));
    return true;
  }
  void end(TaskContext&) override {
    if (ended_) return;
    ended_ = true;
    if (rows_.empty()) return;
    // The rows are copied once: together and in order.
    const std::size_t bytes = memory_.bytes();
    grow_for_sort(memory_, 2 * bytes);
    run_ = sort_together(rows_, plan_);
    rows_.clear();
    memory_.resize(slice_bytes(*run_));
  }
  std::optional<Batch>& run() noexcept { return run_; }
  Reservation& memory() noexcept { return memory_; }

 private:
  const SortPlan& plan_;
  const Bound& bound_;
  Reservation memory_;
  std::vector<Batch> rows_;
  std::optional<Batch> run_;
  bool ended_ = false;
};

class SortSink final : public FragmentSink {
 public:
  SortSink(const SortPlan& plan, columnar::SchemaPtr schema) : plan_(plan), schema_(std::move(schema)) {
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
    return std::make_unique<SortPart>(plan_, bound_, context);
  }
  bool commit(std::unique_ptr<SinkPart> part, TaskContext& context) override {
    auto& strip = static_cast<SortPart&>(*part);
    strip.end(context);
    if (!strip.run()) return true;
    bound_.offer(*strip.run(), plan_);
    num_rows_ += strip.run()->num_rows();
    runs_.push_back(std::move(*strip.run()));
    memory_.push_back(std::move(strip.memory()));
    if (plan_.limit && num_rows_ > std::max(kKeptRows, 4 * *plan_.limit)) keep_first(context);
    return true;
  }
  std::vector<Value> finish(TaskContext& context) override {
    if (plan_.limit && runs_.size() > 1) keep_first(context);
    BatchList list{schema_, std::move(runs_)};
    std::vector<Value> slots;
    slots.push_back(Value::of(std::move(list)));
    memory_.clear();
    return slots;
  }

 private:
  void keep_first(TaskContext& context) {
    std::size_t bytes = 0;
    for (const Reservation& memory : memory_) bytes += memory.bytes();
    Reservation kept = context.reserve(kHolder, 0);
    grow_for_sort(kept, 2 * bytes);
    Batch first = sort_together(runs_, plan_);
    runs_.assign(1, std::move(first));
    kept.resize(slice_bytes(runs_[0]));
    memory_.clear();
    memory_.push_back(std::move(kept));
    bound_.offer(runs_[0], plan_);
    num_rows_ = runs_[0].num_rows();
  }

  const SortPlan& plan_;
  columnar::SchemaPtr schema_;
  Bound bound_;
  std::vector<Batch> runs_;
  std::vector<Reservation> memory_;  // of each run
  std::int64_t num_rows_ = 0;
};

class SortRuns final : public SinkSpec {
 public:
  explicit SortRuns(SortPlan plan) : plan_(std::move(plan)) {}
  std::string_view name() const override { return plan_.limit ? "sort.top_k" : "sort.runs"; }
  void add_to(KeyBuilder& key) const override { add_plan(key, plan_); }
  MemoryNeed memory_need() const override { return {}; }
  std::unique_ptr<FragmentSink> bind(const columnar::SchemaPtr& input, std::size_t) const override {
    return std::make_unique<SortSink>(plan_, input);
  }

 private:
  SortPlan plan_;
};

}  // namespace

void add_plan(KeyBuilder& key, const SortPlan& plan) {
  key.add(plan.limit.value_or(-1)).add(static_cast<std::uint64_t>(plan.keys.size()));
  for (const columnar::SortKey& by : plan.keys) {
    key.add(static_cast<std::uint64_t>(by.column)).add(by.descending).add(by.nulls_first);
  }
}

Batch sort_together(std::span<const Batch> parts, const SortPlan& plan) {
  std::vector<columnar::SortKey> keys;
  for (const columnar::SortKey& key : plan.keys) {
    // The null type has one value: it decides nothing.
    if (parts[0].column(key.column).type().id() != TypeId::kNull) keys.push_back(key);
  }
  const Batch whole = parts.size() == 1 ? parts[0] : columnar::concatenate(parts);
  std::vector<std::int64_t> order = columnar::sort_order(whole, keys);
  if (plan.limit) order.resize(std::min(order.size(), static_cast<std::size_t>(*plan.limit)));
  return columnar::take(whole, order);
}

std::shared_ptr<const SinkSpec> make_sort_runs(SortPlan plan) {
  return std::make_shared<SortRuns>(std::move(plan));
}

}  // namespace treadle::dataframe
