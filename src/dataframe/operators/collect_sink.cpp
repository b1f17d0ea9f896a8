#include "dataframe/operators/collect_sink.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "columnar/selection.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;

/// Batches smaller than this are brought together: a filter may leave a few rows of every morsel.
constexpr std::int64_t kFullBatch = 65536;

class CollectPart final : public SinkPart {
 public:
  CollectPart(std::optional<std::int64_t> limit, Reservation memory)
      : limit_(limit), memory_(std::move(memory)) {}

  bool push(const Batch& morsel, TaskContext&) override {
    const std::int64_t wanted = limit_ ? std::min(*limit_ - rows_, morsel.num_rows()) : morsel.num_rows();
    if (wanted > 0) add(detached(wanted < morsel.num_rows() ? morsel.slice(0, wanted) : morsel));
    return !limit_ || rows_ < *limit_;
  }

  void end(TaskContext&) override { bring_together(); }

  std::int64_t num_rows() const noexcept { return rows_; }
  std::vector<Batch> take_batches() { return std::move(batches_); }
  Reservation take_memory() { return std::move(memory_); }

 private:
  void add(Batch batch) {
    grow(batch.nbytes());
    rows_ += batch.num_rows();
    small_rows_ += batch.num_rows();
    small_.push_back(std::move(batch));
    if (small_rows_ >= kFullBatch) bring_together();
  }

  void bring_together() {
    if (small_.empty()) return;
    batches_.push_back(small_.size() == 1 ? std::move(small_[0]) : columnar::concatenate(small_));
    small_.clear();
    small_rows_ = 0;
  }

  void grow(std::size_t bytes) {
    try {
      memory_.grow(bytes);
    } catch (const OutOfMemory& error) {
      throw OutOfMemory(
          std::string(error.what()) +
          "; a result of any size can be written by write_parquet() or read piece by piece by batches()");
    }
  }

  std::optional<std::int64_t> limit_;
  Reservation memory_;
  std::int64_t rows_ = 0;
  std::vector<Batch> batches_;
  std::vector<Batch> small_;
  std::int64_t small_rows_ = 0;
};

class CollectSink final : public FragmentSink {
 public:
  CollectSink(columnar::SchemaPtr schema, std::optional<std::int64_t> limit)
      : limit_(limit), rows_{std::move(schema), {}} {}

  std::unique_ptr<SinkPart> begin_strip(TaskContext& context) override {
    return std::make_unique<CollectPart>(limit_, context.reserve("collect", 0));
  }

  bool commit(std::unique_ptr<SinkPart> part, TaskContext&) override {
    auto& collected = static_cast<CollectPart&>(*part);
    for (Batch& batch : collected.take_batches()) {
      if (limit_ && num_rows_ + batch.num_rows() > *limit_) batch = batch.slice(0, *limit_ - num_rows_);
      num_rows_ += batch.num_rows();
      if (batch.num_rows() > 0) rows_.batches.push_back(std::move(batch));
    }
    memory_.push_back(collected.take_memory());
    return !limit_ || num_rows_ < *limit_;
  }

  bool enough_with(const SinkPart& part) const override {
    return limit_ && static_cast<const CollectPart&>(part).num_rows() >= *limit_ - num_rows_;
  }

  std::vector<Value> finish(TaskContext&) override {
    std::vector<Value> slots;
    slots.push_back(Value::of(std::move(rows_)));
    return slots;
  }

  bool convert(const columnar::SchemaPtr& wider, TaskContext&) override {
    rows_ = convert_columns(rows_, wider);
    return true;
  }
  void replace(const columnar::SchemaPtr& wider, const std::vector<std::size_t>& columns,
               const columnar::BatchList& rows) override {
    rows_ = replace_columns(rows_, wider, columns, rows);
  }

 private:
  std::optional<std::int64_t> limit_;
  columnar::BatchList rows_;
  std::int64_t num_rows_ = 0;
  std::vector<Reservation> memory_;  // of the strips whose rows are kept
};

class CollectSpec final : public SinkSpec {
 public:
  explicit CollectSpec(std::optional<std::int64_t> limit) : limit_(limit) {}
  std::string_view name() const override { return limit_ ? "head" : "collect"; }
  void add_to(KeyBuilder& key) const override { key.add(limit_.value_or(-1)); }
  MemoryNeed memory_need() const override { return {}; }
  std::unique_ptr<FragmentSink> bind(const columnar::SchemaPtr& input, std::size_t) const override {
    return std::make_unique<CollectSink>(input, limit_);
  }
  std::optional<std::vector<Value>> convert(std::span<const Value> slots, const columnar::SchemaPtr& wider,
                                            TaskContext&) const override {
    return std::vector<Value>{Value::of(convert_columns(slots[0].get<columnar::BatchList>(), wider))};
  }
  std::shared_ptr<const SinkSpec> for_columns() const override {
    return std::make_shared<const CollectSpec>(limit_);
  }

 private:
  std::optional<std::int64_t> limit_;
};

}  // namespace

std::shared_ptr<const SinkSpec> make_collect(std::optional<std::int64_t> limit) {
  return std::make_shared<const CollectSpec>(limit);
}

columnar::BatchList rows_in(RowRange range, std::span<const Value> lists) {
  columnar::BatchList found{lists.front().get<columnar::BatchList>().schema, {}};
  for (const Value& list : lists) {
    for (const Batch& batch : list.get<columnar::BatchList>().batches) {
      const std::int64_t passed = std::min(range.offset, batch.num_rows());
      const std::int64_t wanted = std::min(range.count, batch.num_rows() - passed);
      range.offset -= passed;
      range.count -= wanted;
      if (wanted > 0) found.batches.push_back(batch.slice(passed, wanted));
      if (range.count == 0) return found;
    }
  }
  return found;
}

Batch detached(const Batch& batch) {
  const auto is_view = [](const columnar::Column& column) {
    return column.layout() == columnar::Layout::kView;
  };
  if (std::none_of(batch.columns().begin(), batch.columns().end(), is_view)) return batch;
  std::vector<columnar::Column> columns;
  for (const columnar::Column& column : batch.columns()) {
    columns.push_back(is_view(column) ? column.to_plain() : column);
  }
  return {batch.schema(), std::move(columns), batch.num_rows()};
}

}  // namespace treadle::dataframe
