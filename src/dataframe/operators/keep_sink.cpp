#include "dataframe/operators/keep_sink.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "columnar/selection.h"
#include "dataframe/operators/collect_sink.h"
#include "dataframe/operators/slice_bytes.h"
#include "dataframe/operators/stored_rows.h"
#include "dataframe/operators/strip_rows.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::BatchList;

/// Batches smaller than this are brought together: a filter may leave a few rows of every morsel.
constexpr std::int64_t kFullBatch = std::int64_t{1} << 16;
constexpr std::size_t kFullBytes = std::size_t{512} << 10;

class KeepPart final : public SinkPart {
 public:
  explicit KeepPart(RowStore store) : store_(std::move(store)) {}

  bool push(const Batch& morsel, TaskContext& context) override {
    if (morsel.num_rows() == 0) return true;
    small_.push_back(detached(morsel));
    small_rows_ += morsel.num_rows();
    small_bytes_ += slice_bytes(small_.back());
    if (small_rows_ >= kFullBatch || small_bytes_ >= kFullBytes) bring_together(context);
    return true;
  }
  void end(TaskContext& context) override { bring_together(context); }
  RowStore& store() noexcept { return store_; }

 private:
  void bring_together(TaskContext& context) {
    if (small_.empty()) return;
    store_.add(small_.size() == 1 ? std::move(small_[0]) : columnar::concatenate(small_), context);
    small_.clear();
    small_rows_ = 0;
    small_bytes_ = 0;
  }

  RowStore store_;
  std::vector<Batch> small_;
  std::int64_t small_rows_ = 0;
  std::size_t small_bytes_ = 0;
};

class KeepSink final : public FragmentSink {
 public:
  KeepSink(columnar::SchemaPtr schema, std::optional<StripRows> strips, SeenFree& seen)
      : schema_(std::move(schema)), strips_(std::move(strips)), seen_(seen) {}

  std::unique_ptr<SinkPart> begin_strip(TaskContext& context) override {
    return std::make_unique<KeepPart>(RowStore(schema_, target_, seen_.look(context) / 2, context));
  }
  bool commit(std::unique_ptr<SinkPart> part, TaskContext& context) override {
    auto& kept = static_cast<KeepPart&>(*part);
    kept.end(context);
    if (strips_) strips_->rows.push_back(kept.store().num_rows());
    if (rows_) {
      rows_->append(std::move(kept.store()));
    } else {
      rows_.emplace(std::move(kept.store()));
    }
    return true;
  }
  std::vector<Value> finish(TaskContext& context) override {
    std::vector<Value> slots;
    slots.push_back(rows_ ? rows_->finish(context) : Value::of(BatchList{schema_, {}}));
    if (strips_) slots.push_back(value_of(std::move(*strips_)));
    return slots;
  }

 private:
  columnar::SchemaPtr schema_;
  std::optional<StripRows> strips_;  // if they are wanted
  SeenFree& seen_;
  SpillTarget target_;
  std::optional<RowStore> rows_;
};

class KeepSpec final : public SinkSpec {
 public:
  explicit KeepSpec(bool with_strips) : with_strips_(with_strips) {}
  std::string_view name() const override { return "keep"; }
  void add_to(KeyBuilder& key) const override { key.add(with_strips_); }
  std::uint32_t num_slots() const override { return with_strips_ ? 2 : 1; }
  MemoryNeed memory_need() const override { return {}; }
  std::size_t bytes_per_strip() const override { return kFullBytes; }
  std::unique_ptr<FragmentSink> bind(const columnar::SchemaPtr& input, std::size_t partition) const override {
    std::optional<StripRows> strips;
    if (with_strips_) strips = StripRows{partition, {}};
    return std::make_unique<KeepSink>(input, std::move(strips), seen_);
  }

 private:
  bool with_strips_;
  mutable SeenFree seen_;
};

/// Brings rows back into memory, several batches at once.
class LoadLoop final : public StripLoop {
 public:
  LoadLoop(const std::vector<StoredBatch>& stored, BatchList& list)
      : stored_(stored), list_(list), loaded_(stored.size()) {
    for (const StoredBatch& batch : stored) bytes_ = std::max(bytes_, batch.load_bytes());
  }
  std::size_t num_strips() const override { return stored_.size(); }
  std::size_t bytes_per_strip() const override { return bytes_; }
  void run(std::size_t strip, TaskContext& context) override {
    context.check_stopped();
    loaded_[strip] = stored_[strip].load();
  }
  bool commit(std::size_t strip, TaskContext&) override {
    list_.batches.push_back(std::move(loaded_[strip]));
    return true;
  }

 private:
  const std::vector<StoredBatch>& stored_;
  BatchList& list_;
  std::vector<Batch> loaded_;
  std::size_t bytes_ = 0;
};

class LoadRows final : public Operation {
 public:
  std::string_view name() const override { return "collect"; }
  void add_to(KeyBuilder&) const override {}

  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    if (inputs[0].holds<BatchList>()) return std::vector<Value>{inputs[0]};
    const auto& rows = inputs[0].get<StoredRows>();
    BatchList list{rows.schema, {}};
    grow(context.memory(), count_bytes(rows.batches));
    LoadLoop loop(rows.batches, list);
    context.run_strips(loop);
    return std::vector<Value>{Value::of(std::move(list))};
  }

 private:
  static void grow(Reservation& memory, std::size_t bytes) {
    try {
      memory.grow(bytes);
    } catch (const OutOfMemory& error) {
      throw OutOfMemory(
          std::string(error.what()) +
          "; a result of any size can be written by write_parquet() or read piece by piece by batches()");
    }
  }
};

}  // namespace

std::shared_ptr<const SinkSpec> make_keep() { return std::make_shared<const KeepSpec>(false); }
std::shared_ptr<const SinkSpec> make_keep_with_strips() { return std::make_shared<const KeepSpec>(true); }
std::shared_ptr<const Operation> make_load() { return std::make_shared<const LoadRows>(); }

}  // namespace treadle::dataframe
