#include "dataframe/operators/join_values.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "dataframe/operators/join_partitions.h"
#include "dataframe/operators/join_probe.h"
#include "dataframe/operators/stored_rows.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;

constexpr std::int64_t kMorselRows = std::int64_t{1} << 16;

/// Rows in memory, cut into morsels.
std::vector<StoredBatch> morsels_of(const std::vector<StoredBatch>& batches) {
  std::vector<StoredBatch> morsels;
  for (const StoredBatch& stored : batches) {
    if (stored.spilled()) {
      morsels.push_back(stored);
      continue;
    }
    const Batch batch = stored.load();
    for (std::int64_t row = 0; row < batch.num_rows(); row += kMorselRows) {
      morsels.emplace_back(batch.slice(row, std::min(kMorselRows, batch.num_rows() - row)));
    }
  }
  return morsels;
}

class ProbeLoop final : public StripLoop {
 public:
  ProbeLoop(const JoinProbe& probe, std::vector<StoredBatch> morsels, RowStore& result, SpillTarget& target,
            std::size_t leave_free)
      : probe_(probe),
        morsels_(std::move(morsels)),
        result_(result),
        target_(target),
        leave_free_(leave_free),
        joined_(morsels_.size()) {
    for (const StoredBatch& morsel : morsels_) largest_ = std::max(largest_, morsel.bytes());
  }
  std::size_t num_strips() const override { return morsels_.size(); }
  std::size_t bytes_per_strip() const override { return 3 * largest_; }
  void run(std::size_t strip, TaskContext& context) override {
    RowStore& rows = joined_[strip].emplace(probe_.schema(), target_, leave_free_, context);
    probe_.push(morsels_[strip].load(), [&](const Batch& piece) {
      rows.add(piece, context);
      return true;
    });
  }
  bool commit(std::size_t strip, TaskContext&) override {
    result_.append(std::move(*joined_[strip]));
    joined_[strip].reset();
    return true;
  }

 private:
  const JoinProbe& probe_;
  std::vector<StoredBatch> morsels_;
  RowStore& result_;
  SpillTarget& target_;
  std::size_t leave_free_;
  std::size_t largest_ = 0;
  std::vector<std::optional<RowStore>> joined_;
};

class JoinValues final : public Operation {
 public:
  JoinValues(JoinSpec spec, std::size_t num_left) : spec_(std::move(spec)), num_left_(num_left) {}
  std::string_view name() const override { return "join"; }
  void add_to(KeyBuilder& key) const override {
    spec_.add_to(key);
    key.add(static_cast<std::uint64_t>(num_left_));
  }

  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    const auto left_values = inputs.first(num_left_), right_values = inputs.subspan(num_left_);
    const JoinInput left{stored_schema(left_values[0]), stored_batches(left_values)};
    const JoinInput right{stored_schema(right_values[0]), stored_batches(right_values)};
    Reservation memory = context.reserve("join", 0);
    const std::size_t free = free_bytes(context);
    const auto take = [&](std::size_t bytes) { return memory.try_grow_leaving(bytes, free / 4); };
    const auto table = make_table(spec_, right, take, context);
    if (!table) {
      memory.shrink(memory.bytes());
      return std::vector<Value>{join_by_partitions(spec_, left, right, context)};
    }
    const JoinProbe probe(spec_, *left.schema, table);
    SpillTarget target;
    RowStore result(probe.schema(), target, free / 4, context);
    ProbeLoop loop(probe, morsels_of(left.batches), result, target, free / 4);
    context.run_strips(loop);
    return std::vector<Value>{result.finish(context)};
  }

 private:
  JoinSpec spec_;
  std::size_t num_left_;
};

}  // namespace

std::shared_ptr<const Operation> make_join_values(JoinSpec spec, std::size_t num_left) {
  return std::make_shared<const JoinValues>(std::move(spec), num_left);
}

}  // namespace treadle::dataframe
