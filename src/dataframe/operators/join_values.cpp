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

/// Left rows that are looked up at once.
struct Morsel {
  StoredBatch rows;
  /// The number of the first of them among all left rows.
  std::int64_t place = 0;
};

/// Rows in memory are cut into morsels, blocks on disk are morsels.
std::vector<Morsel> morsels_of(const std::vector<StoredBatch>& batches) {
  std::vector<Morsel> morsels;
  std::int64_t place = 0;
  for (const StoredBatch& stored : batches) {
    if (stored.spilled()) {
      morsels.push_back({stored, place});
    } else {
      const Batch batch = stored.load();
      for (std::int64_t row = 0; row < batch.num_rows(); row += kMorselRows) {
        const Batch piece = batch.slice(row, std::min(kMorselRows, batch.num_rows() - row));
        morsels.push_back({StoredBatch(piece), place + row});
      }
    }
    place += stored.num_rows();
  }
  return morsels;
}

/// Looks left rows up in a table that fits memory.
class ProbeLoop final : public StripLoop {
 public:
  /// `counts`: gets how many pairs the rows of each strip have.
  ProbeLoop(const JoinProbe& probe, std::vector<Morsel> morsels, const StripIndex& strips,
            std::vector<std::int64_t>& counts, RowStore& result, SpillTarget& target)
      : probe_(probe),
        morsels_(std::move(morsels)),
        strips_(strips),
        counts_(counts),
        result_(result),
        target_(target),
        joined_(morsels_.size()) {
    for (const Morsel& morsel : morsels_) largest_ = std::max(largest_, morsel.rows.bytes());
  }
  std::size_t num_strips() const override { return morsels_.size(); }
  std::size_t bytes_per_strip() const override { return 3 * largest_; }
  void run(std::size_t strip, TaskContext& context) override {
    Joined joined{{probe_.schema(), target_, result_.leave_free(), context}, {}};
    const Morsel& morsel = morsels_[strip];
    const Batch rows = morsel.rows.load();
    for (std::int64_t row = 0; row < rows.num_rows();) {
      const std::size_t of = strips_.strip_of(morsel.place + row);
      const std::int64_t length = std::min(rows.num_rows(), strips_.end_of(of) - morsel.place) - row;
      std::int64_t pairs = 0;
      probe_.push(rows.slice(row, length), [&](const Batch& piece) {
        pairs += piece.num_rows();
        joined.rows.add(piece, context);
        return true;
      });
      joined.counts.emplace_back(of, pairs);
      row += length;
    }
    joined_[strip].emplace(std::move(joined));
  }
  bool commit(std::size_t strip, TaskContext&) override {
    for (const auto& [of, pairs] : joined_[strip]->counts) counts_[of] += pairs;
    result_.append(std::move(joined_[strip]->rows));
    joined_[strip].reset();
    return true;
  }

 private:
  struct Joined {
    RowStore rows;
    std::vector<std::pair<std::size_t, std::int64_t>> counts;  // a strip and its pairs
  };
  const JoinProbe& probe_;
  std::vector<Morsel> morsels_;
  const StripIndex& strips_;
  std::vector<std::int64_t>& counts_;
  RowStore& result_;
  SpillTarget& target_;
  std::size_t largest_ = 0;
  std::vector<std::optional<Joined>> joined_;
};

class JoinValues final : public Operation {
 public:
  JoinValues(JoinSpec spec, std::size_t num_left, std::size_t num_partitions)
      : spec_(std::move(spec)), num_left_(num_left), num_partitions_(num_partitions) {}
  std::string_view name() const override { return "join"; }
  void add_to(KeyBuilder& key) const override {
    spec_.add_to(key);
    key.add(static_cast<std::uint64_t>(num_left_)).add(static_cast<std::uint64_t>(num_partitions_));
  }
  std::uint32_t num_slots() const override { return static_cast<std::uint32_t>(1 + num_partitions_); }

  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    const auto left_values = inputs.first(num_left_);
    const auto right_values = inputs.subspan(num_left_ + num_partitions_);
    const JoinInput left{stored_schema(left_values[0]), stored_batches(left_values)};
    const JoinInput right{stored_schema(right_values[0]), stored_batches(right_values)};
    std::vector<StripRows> partitions = strips_of(inputs.subspan(num_left_, num_partitions_));
    const StripIndex strips(partitions);
    std::vector<std::int64_t> counts(strips.num_strips());
    std::vector<Value> slots = {join(left, right, strips, counts, context)};
    auto count = counts.begin();
    for (StripRows& partition : partitions) {
      for (std::int64_t& rows : partition.rows) rows = *count++;
      slots.push_back(value_of(std::move(partition)));
    }
    return slots;
  }

 private:
  Value join(const JoinInput& left, const JoinInput& right, const StripIndex& strips,
             std::vector<std::int64_t>& counts, TaskContext& context) const {
    Reservation memory = context.reserve("join", 0);
    const std::size_t free = free_bytes(context);
    const auto take = [&](std::size_t bytes) { return memory.try_grow_leaving(bytes, free / 4); };
    const auto table = make_table(spec_, right, take, context);
    if (!table) {
      memory.shrink(memory.bytes());
      return join_by_partitions(spec_, left, right, strips, counts, context);
    }
    const JoinProbe probe(spec_, *left.schema, table);
    SpillTarget target;
    RowStore result(probe.schema(), target, free / 4, context);
    ProbeLoop loop(probe, morsels_of(left.batches), strips, counts, result, target);
    context.run_strips(loop);
    return result.finish(context);
  }

  JoinSpec spec_;
  std::size_t num_left_;
  std::size_t num_partitions_;
};

}  // namespace

std::shared_ptr<const Operation> make_join_values(JoinSpec spec, std::size_t num_left,
                                                  std::size_t num_partitions) {
  return std::make_shared<const JoinValues>(std::move(spec), num_left, num_partitions);
}

}  // namespace treadle::dataframe
