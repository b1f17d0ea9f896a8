#include <algorithm>
#include <cmath>
#include <type_traits>

#include "dataframe/operators/aggregate_state.h"
#include "dataframe/operators/aggregate_values.h"
#include "dataframe/operators/group_array.h"
#include "dataframe/operators/group_key_column.h"
#include "dataframe/operators/group_lists.h"

namespace treadle::dataframe {
namespace {

using columnar::Column;
using columnar::int128_t;

constexpr std::int64_t kMicrosADay = 86'400'000'000;

// NaN above every number, so that the order is one.
template <class T>
bool below(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a != a || b != b) return a == a && b != b;
  }
  return a < b;
}

// median and quantile: every value that is not null, with its group; sorted as far as needed at the end.
template <class T>
class QuantileState final : public AggregateState {
 public:
  QuantileState(DataType input, DataType result, double share)
      : input_(std::move(input)), result_(std::move(result)), share_(share) {}
  // Bools are kept as bytes.
  std::vector<DataType> state_types() const override { return {DataType::list(stored_type())}; }
  void resize(std::size_t num_groups) override { num_groups_ = num_groups; }

  void update(const Column& values, std::int64_t begin, std::span<const std::uint32_t> groups) override {
    for_each_value<T>(values, begin, groups.size(), [&](std::size_t i, T value) { add(groups[i], value); });
  }
  void merge(std::span<const Column> partial, std::int64_t begin,
             std::span<const std::uint32_t> groups) override {
    const auto use = [&](std::int64_t first, std::span<const std::uint32_t> element_groups) {
      const Stored* values = partial[0].children()[0].values_as<Stored>() + first;
      for (std::size_t i = 0; i < element_groups.size(); ++i) add(element_groups[i], values[i]);
    };
    for_each_list_block(partial[0], begin, groups, kBlockRows, use);
  }
  void write(std::span<const std::uint32_t> groups, std::vector<Column>& partial) const override {
    const GroupedEntries grouped = by_group(groups);
    partial.push_back(make_list_column(
        grouped,
        make_column<Stored>(stored_type(), grouped.entries, [&](std::uint32_t i) { return values_[i]; })));
  }
  Column finish(std::span<const std::uint32_t> groups) const override {
    const GroupedEntries grouped = by_group(groups);
    std::vector<Stored> values(grouped.entries.size());
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = values_[grouped.entries[i]];
    std::vector<std::uint32_t> rows(groups.size());
    for (std::uint32_t i = 0; i < rows.size(); ++i) rows[i] = i;
    const auto any = [&](std::uint32_t i) { return grouped.offsets[i] != grouped.offsets[i + 1]; };
    const auto of = [&](std::uint32_t i) {
      return std::span(values).subspan(grouped.offsets[i], grouped.offsets[i + 1] - grouped.offsets[i]);
    };
    if (result_.id() == TypeId::kFloat64) {
      return make_column<double>(result_, rows, [&](std::uint32_t i) { return between_floats(of(i)); }, any);
    }
    const std::int64_t factor = input_.id() == TypeId::kDate ? kMicrosADay : 1;
    return make_column<std::int64_t>(
        result_, rows, [&](std::uint32_t i) { return between_times(of(i), factor); }, any);
  }
  void clear() override {
    num_groups_ = 0;
    group_of_.clear();
    values_.clear();
  }
  std::size_t bytes_with(std::size_t) const override {
    return group_of_.bytes_with(group_of_.size() + kBlockRows) +
           values_.bytes_with(values_.size() + kBlockRows);
  }
  std::size_t value_bytes() const override {
    return values_.size() * (sizeof(Stored) + sizeof(std::uint32_t));
  }

 private:
  using Stored = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;

  DataType stored_type() const { return input_.id() == TypeId::kBool ? DataType(TypeId::kUInt8) : input_; }
  void add(std::uint32_t group, T value) {
    group_of_.append(group);
    values_.append(static_cast<Stored>(value));
  }
  GroupedEntries by_group(std::span<const std::uint32_t> groups) const {
    return group_entries(groups, num_groups_, values_.size(), [&](std::uint32_t i) { return group_of_[i]; });
  }

  // The two values that the result lies between, and how far it is from the first to the second.
  struct Between {
    Stored low;
    Stored high;
    double way;
  };
  Between between(std::span<Stored> values) const {
    const double place = share_ * static_cast<double>(values.size() - 1);
    const auto below_it = static_cast<std::size_t>(std::floor(place));
    const auto low = values.begin() + static_cast<std::ptrdiff_t>(below_it);
    std::nth_element(values.begin(), low, values.end(), below<Stored>);
    const double way = place - static_cast<double>(below_it);
    if (way == 0 || low + 1 == values.end()) return {*low, *low, 0};
    return {*low, *std::min_element(low + 1, values.end(), below<Stored>), way};
  }
  double between_floats(std::span<Stored> values) const {
    const auto [low, high, way] = between(values);
    const auto a = static_cast<double>(low), b = static_cast<double>(high);
    if (way == 0 || a == b) return a;  // infinities have no difference
    if (way == 0.5) return (a + b) / 2;
    return way < 0.5 ? a + (b - a) * way : b - (b - a) * (1 - way);
  }
  std::int64_t between_times(std::span<Stored> values, std::int64_t factor) const {
    const auto [low, high, way] = between(values);
    const int128_t a = static_cast<int128_t>(low) * factor, b = static_cast<int128_t>(high) * factor;
    if (way == 0.5) return static_cast<std::int64_t>((a + b) / 2);
    return static_cast<std::int64_t>(a) + std::llround(static_cast<double>(b - a) * way);
  }

  DataType input_;
  DataType result_;
  double share_;
  std::size_t num_groups_ = 0;
  GroupArray<std::uint32_t> group_of_;
  GroupArray<Stored> values_;
};

}  // namespace

std::unique_ptr<AggregateState> make_quantile_state(const AggregateSpec& spec, const DataType& input) {
  const DataType result = aggregate_type(spec, input);
  const double share = spec.kind == AggregateKind::kMedian ? 0.5 : spec.quantile;
  if (input.id() == TypeId::kBool) return std::make_unique<QuantileState<bool>>(input, result, share);
  return columnar::visit_fixed_width(input.id(), [&](auto tag) -> std::unique_ptr<AggregateState> {
    return std::make_unique<QuantileState<typename decltype(tag)::type>>(input, result, share);
  });
}

}  // namespace treadle::dataframe
