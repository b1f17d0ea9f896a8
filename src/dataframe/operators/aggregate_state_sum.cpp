#include <type_traits>

#include "dataframe/operators/aggregate_state.h"
#include "dataframe/operators/aggregate_values.h"
#include "dataframe/operators/float_lanes.h"
#include "dataframe/operators/group_array.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Column;
using columnar::int128_t;

// In: how values are stored; Sum: int64, uint64 (both wrap), double, or int128 for decimals (checked).
template <class In, class Sum>
class SumState final : public AggregateState {
 public:
  explicit SumState(DataType result) : result_(std::move(result)) {}
  std::vector<DataType> state_types() const override { return {result_}; }
  void resize(std::size_t num_groups) override { sums_.resize(num_groups); }

  void update(const Column& values, std::int64_t begin, std::span<const std::uint32_t> groups) override {
    Sum* sums = sums_.data();
    for_each_value<In>(values, begin, groups.size(),
                       [&](std::size_t i, In value) { add(sums[groups[i]], static_cast<Sum>(value)); });
  }
  void update_sole(const Column& values, std::int64_t begin, std::size_t count, std::uint64_t row) override {
    if constexpr (std::is_floating_point_v<In>) {
      if (values.has_no_nulls()) {
        lanes_.add(values.values_as<In>() + begin, count, row);
      } else {
        lanes_.add(values.values_as<In>() + begin, values.validity()->data(), begin, count, row);
      }
    } else {
      Sum sum = 0;
      for_each_value<In>(values, begin, count,
                         [&](std::size_t, In value) { add(sum, static_cast<Sum>(value)); });
      add(sums_[0], sum);
    }
  }
  void settle() override {
    if constexpr (std::is_same_v<Sum, double>) sums_[0] += lanes_.take();
  }
  void merge(std::span<const Column> partial, std::int64_t begin,
             std::span<const std::uint32_t> groups) override {
    const Sum* sums = partial[0].values_as<Sum>() + begin;
    for (std::size_t i = 0; i < groups.size(); ++i) add(sums_[groups[i]], sums[i]);
  }
  void write(std::span<const std::uint32_t> groups, std::vector<Column>& partial) const override {
    partial.push_back(finish(groups));
  }
  Column finish(std::span<const std::uint32_t> groups) const override {
    return make_column<Sum>(result_, groups, [&](std::uint32_t group) { return sums_[group]; });
  }
  void clear() override {
    sums_.clear();
    lanes_ = {};
  }
  std::size_t bytes_with(std::size_t num_groups) const override { return sums_.bytes_with(num_groups); }

 private:
  void add(Sum& sum, Sum value) const {
    if constexpr (std::is_same_v<Sum, int128_t>) {
      if (__builtin_add_overflow(sum, value, &sum)) {
        throw InvalidArgument("a sum of decimals exceeds the 128 bits of " + result_.to_string() +
                              "; cast the column to float64");
      }
    } else if constexpr (std::is_same_v<Sum, std::int64_t>) {
      sum = static_cast<std::int64_t>(static_cast<std::uint64_t>(sum) + static_cast<std::uint64_t>(value));
    } else {
      sum += value;
    }
  }

  DataType result_;
  GroupArray<Sum> sums_;
  FloatLanes lanes_;
};

}  // namespace

std::unique_ptr<AggregateState> make_sum_state(const AggregateSpec& spec, const DataType& input) {
  DataType result = aggregate_type(spec, input);
  if (input.id() == TypeId::kDecimal128)
    return std::make_unique<SumState<int128_t, int128_t>>(std::move(result));
  if (input.id() == TypeId::kDuration)
    return std::make_unique<SumState<std::int64_t, std::int64_t>>(std::move(result));
  return visit_number_or_bool(input.id(), [&](auto tag) -> std::unique_ptr<AggregateState> {
    using In = typename decltype(tag)::type;
    using Integer =
        std::conditional_t<std::is_signed_v<In> || std::is_same_v<In, bool>, std::int64_t, std::uint64_t>;
    using Sum = std::conditional_t<std::is_floating_point_v<In>, double, Integer>;
    return std::make_unique<SumState<In, Sum>>(std::move(result));
  });
}

}  // namespace treadle::dataframe
