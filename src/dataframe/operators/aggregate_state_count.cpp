#include "dataframe/operators/aggregate_state.h"
#include "dataframe/operators/aggregate_values.h"
#include "dataframe/operators/group_array.h"

namespace treadle::dataframe {
namespace {

using columnar::Column;

// count: values that are not null; size: rows.
class CountState final : public AggregateState {
 public:
  explicit CountState(bool nulls_too) : nulls_too_(nulls_too) {}
  std::vector<DataType> state_types() const override { return {TypeId::kInt64}; }
  void resize(std::size_t num_groups) override { counts_.resize(num_groups); }

  void update(const Column& values, std::int64_t begin, std::span<const std::uint32_t> groups) override {
    std::int64_t* counts = counts_.data();
    if (counts_all(values)) {
      for (const std::uint32_t group : groups) ++counts[group];
      return;
    }
    if (values.type().id() == TypeId::kNull) return;
    const std::uint8_t* valid = values.validity()->data();
    for (std::size_t i = 0; i < groups.size(); ++i) {
      counts[groups[i]] += columnar::get_bit(valid, begin + static_cast<std::int64_t>(i)) ? 1 : 0;
    }
  }
  void update_sole(const Column& values, std::int64_t begin, std::size_t count, std::uint64_t row) override {
    if (counts_all(values)) {
      counts_[0] += static_cast<std::int64_t>(count);
    } else {
      AggregateState::update_sole(values, begin, count, row);
    }
  }
  void merge(std::span<const Column> partial, std::int64_t begin,
             std::span<const std::uint32_t> groups) override {
    const auto* counts = partial[0].values_as<std::int64_t>() + begin;
    for (std::size_t i = 0; i < groups.size(); ++i) counts_[groups[i]] += counts[i];
  }
  void write(std::span<const std::uint32_t> groups, std::vector<Column>& partial) const override {
    partial.push_back(finish(groups));
  }
  Column finish(std::span<const std::uint32_t> groups) const override {
    return make_column<std::int64_t>(TypeId::kInt64, groups,
                                     [&](std::uint32_t group) { return counts_[group]; });
  }
  void clear() override { counts_.clear(); }
  std::size_t bytes_with(std::size_t num_groups) const override { return counts_.bytes_with(num_groups); }

 private:
  // The null type's columns have no bits to say what they are.
  bool counts_all(const Column& values) const {
    return nulls_too_ || (values.type().id() != TypeId::kNull && values.has_no_nulls());
  }

  bool nulls_too_;
  GroupArray<std::int64_t> counts_;
};

}  // namespace

std::unique_ptr<AggregateState> make_count_state(const AggregateSpec& spec) {
  return std::make_unique<CountState>(spec.kind == AggregateKind::kSize);
}

}  // namespace treadle::dataframe
