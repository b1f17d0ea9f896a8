#include "dataframe/operators/join_values.h"

#include <utility>
#include <vector>

#include "columnar/batch_list.h"
#include "columnar/selection.h"
#include "dataframe/operators/join_probe.h"
#include "dataframe/operators/slice_bytes.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::BatchList;

constexpr std::int64_t kMorselRows = std::int64_t{1} << 16;

std::vector<Batch> batches_of(std::span<const Value> lists) {
  std::vector<Batch> batches;
  for (const Value& list : lists) {
    for (const Batch& batch : list.get<BatchList>().batches) {
      for (std::int64_t row = 0; row < batch.num_rows(); row += kMorselRows) {
        batches.push_back(batch.slice(row, std::min(kMorselRows, batch.num_rows() - row)));
      }
    }
  }
  return batches;
}

Batch together(std::span<const Value> lists) {
  const std::vector<Batch> batches = batches_of(lists);
  if (!batches.empty()) return columnar::concatenate(batches);
  const columnar::SchemaPtr& schema = lists[0].get<BatchList>().schema;
  std::vector<columnar::Column> columns;
  for (const Field& field : schema->fields()) columns.push_back(columnar::Column::nulls(field.type, 0));
  return {schema, std::move(columns), 0};
}

class ProbeLoop final : public StripLoop {
 public:
  ProbeLoop(const JoinProbe& probe, std::vector<Batch> morsels, BatchList& result, Reservation& memory)
      : probe_(probe),
        morsels_(std::move(morsels)),
        result_(result),
        memory_(memory),
        joined_(morsels_.size()) {}
  std::size_t num_strips() const override { return morsels_.size(); }
  std::size_t bytes_per_strip() const override { return 0; }
  void run(std::size_t strip, TaskContext& context) override {
    probe_.push(morsels_[strip], [&](const Batch& piece) {
      context.check_stopped();
      joined_[strip].push_back(piece);
      return true;
    });
  }
  bool commit(std::size_t strip, TaskContext&) override {
    for (Batch& batch : joined_[strip]) {
      memory_.grow(slice_bytes(batch));
      result_.batches.push_back(std::move(batch));
    }
    joined_[strip].clear();
    return true;
  }

 private:
  const JoinProbe& probe_;
  std::vector<Batch> morsels_;
  BatchList& result_;
  Reservation& memory_;
  std::vector<std::vector<Batch>> joined_;
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
    Batch right = together(inputs.subspan(num_left_));
    std::vector<std::size_t> keys;
    for (const std::string& name : spec_.right_on) keys.push_back(right.schema()->index_of(name));
    Reservation memory = context.reserve("join", 0);
    memory.grow(slice_bytes(right) + JoinTable::bytes_for(right.num_rows()) +
                JoinTable::building_bytes_for(right.num_rows()));
    auto table = std::make_shared<const JoinTable>(std::move(right), keys, spec_.nulls_equal, context);
    memory.shrink(JoinTable::building_bytes_for(table->rows().num_rows()));
    const columnar::SchemaPtr& left = inputs[0].get<BatchList>().schema;
    const JoinProbe probe(spec_, *left, std::move(table));
    BatchList result{probe.schema(), {}};
    ProbeLoop loop(probe, batches_of(inputs.first(num_left_)), result, memory);
    context.run_strips(loop);
    return std::vector<Value>{Value::of(std::move(result))};
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
