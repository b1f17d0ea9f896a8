#include "dataframe/operators/sort_rows.h"

#include <algorithm>
#include <span>
#include <utility>

#include "columnar/batch_list.h"
#include "columnar/selection.h"
#include "dataframe/operators/collect_sink.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;

/// Rows are thinned out when they are this many times the limit, and never below a morsel.
constexpr std::int64_t kSlack = 4;
constexpr std::int64_t kLeastThinned = 65536;

std::vector<columnar::SortKey> sort_keys(const std::vector<SortColumn>& columns, const Schema& schema) {
  std::vector<columnar::SortKey> keys;
  for (const SortColumn& column : columns) {
    keys.push_back({schema.index_of(column.name), column.descending, column.nulls_first});
  }
  return keys;
}

/// One batch of the first `limit` rows of `batches` in order.
Batch sorted(std::span<const Batch> batches, std::span<const columnar::SortKey> keys,
             std::optional<std::int64_t> limit) {
  const Batch all = batches.size() == 1 ? batches[0] : columnar::concatenate(batches);
  std::vector<std::int64_t> order = columnar::sort_order(all, keys);
  if (limit && *limit < all.num_rows()) order.resize(static_cast<std::size_t>(*limit));
  return columnar::take(all, order);
}

void add_columns(KeyBuilder& key, const std::vector<SortColumn>& columns) {
  for (const SortColumn& column : columns) key.add(column.name).add(column.descending).add(column.nulls_first);
}

/// The best rows so far, thinned out now and then. Rows come in their order, so ties keep it.
class TopRows {
 public:
  TopRows(std::vector<columnar::SortKey> keys, std::int64_t limit, Reservation memory)
      : keys_(std::move(keys)), limit_(limit), memory_(std::move(memory)) {}

  void add(Batch batch) {
    memory_.grow(batch.nbytes());
    num_rows_ += batch.num_rows();
    batches_.push_back(std::move(batch));
    if (num_rows_ >= std::max(kSlack * limit_, kLeastThinned)) thin_out();
  }

  void thin_out() {
    if (batches_.empty()) return;
    Batch best = sorted(batches_, keys_, limit_);
    batches_ = {std::move(best)};
    num_rows_ = batches_[0].num_rows();
    memory_.resize(batches_[0].nbytes());
  }

  std::vector<Batch> take_batches() { return std::move(batches_); }

 private:
  std::vector<columnar::SortKey> keys_;
  std::int64_t limit_;
  Reservation memory_;
  std::vector<Batch> batches_;
  std::int64_t num_rows_ = 0;
};

class TopKPart final : public SinkPart {
 public:
  explicit TopKPart(TopRows rows) : rows_(std::move(rows)) {}
  bool push(const Batch& morsel, TaskContext&) override {
    rows_.add(detached(morsel));
    return true;
  }
  void end(TaskContext&) override { rows_.thin_out(); }
  std::vector<Batch> take_batches() { return rows_.take_batches(); }

 private:
  TopRows rows_;
};

class TopKSink final : public FragmentSink {
 public:
  TopKSink(columnar::SchemaPtr schema, const std::vector<SortColumn>& columns, std::int64_t limit)
      : schema_(std::move(schema)), keys_(sort_keys(columns, *schema_)), limit_(limit) {}

  std::unique_ptr<SinkPart> begin_strip(TaskContext& context) override {
    return std::make_unique<TopKPart>(TopRows(keys_, limit_, context.reserve("top k", 0)));
  }

  bool commit(std::unique_ptr<SinkPart> part, TaskContext& context) override {
    if (!rows_) rows_.emplace(keys_, limit_, context.reserve("top k", 0));
    for (Batch& batch : static_cast<TopKPart&>(*part).take_batches()) rows_->add(std::move(batch));
    return limit_ > 0;
  }

  std::vector<Value> finish(TaskContext&) override {
    columnar::BatchList list{schema_, {}};
    if (rows_) {
      rows_->thin_out();
      list.batches = rows_->take_batches();
    }
    std::vector<Value> slots;
    slots.push_back(Value::of(std::move(list)));
    return slots;
  }

 private:
  columnar::SchemaPtr schema_;
  std::vector<columnar::SortKey> keys_;
  std::int64_t limit_;
  std::optional<TopRows> rows_;
};

class TopKSpec final : public SinkSpec {
 public:
  TopKSpec(std::vector<SortColumn> columns, std::int64_t limit) : columns_(std::move(columns)), limit_(limit) {}
  std::string_view name() const override { return "top_k"; }
  void add_to(KeyBuilder& key) const override {
    add_columns(key, columns_);
    key.add(limit_);
  }
  MemoryNeed memory_need() const override { return {}; }
  std::unique_ptr<FragmentSink> bind(const columnar::SchemaPtr& input, std::size_t) const override {
    return std::make_unique<TopKSink>(input, columns_, limit_);
  }

 private:
  std::vector<SortColumn> columns_;
  std::int64_t limit_;
};

class SortRows final : public Operation {
 public:
  SortRows(std::vector<SortColumn> columns, std::optional<std::int64_t> limit)
      : columns_(std::move(columns)), limit_(limit) {}

  std::string_view name() const override { return "sort"; }
  void add_to(KeyBuilder& key) const override {
    add_columns(key, columns_);
    key.add(limit_.value_or(-1));
  }

  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    columnar::BatchList result{inputs.front().get<columnar::BatchList>().schema, {}};
    std::vector<Batch> batches;
    std::size_t bytes = 0;
    for (const Value& input : inputs) {
      const auto& list = input.get<columnar::BatchList>();
      batches.insert(batches.end(), list.batches.begin(), list.batches.end());
      bytes += list.nbytes() + static_cast<std::size_t>(list.num_rows()) * sizeof(std::int64_t);
    }
    // Once brought together and once in order.
    const Reservation memory = context.reserve("sort", 2 * bytes);
    if (!batches.empty()) result.batches = {sorted(batches, sort_keys(columns_, *result.schema), limit_)};
    return std::vector<Value>{Value::of(std::move(result))};
  }

 private:
  std::vector<SortColumn> columns_;
  std::optional<std::int64_t> limit_;
};

}  // namespace

std::shared_ptr<const SinkSpec> make_top_k(std::vector<SortColumn> columns, std::int64_t limit) {
  return std::make_shared<const TopKSpec>(std::move(columns), limit);
}

std::shared_ptr<const Operation> make_sort_rows(std::vector<SortColumn> columns, std::optional<std::int64_t> limit) {
  return std::make_shared<const SortRows>(std::move(columns), limit);
}

}  // namespace treadle::dataframe
