#include <cmath>
#include <string>
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

constexpr std::int64_t kMicrosADay = 86'400'000'000;

// Sums of integers are exact: int64 for values of up to 16 bits, which no number of rows overflows, else
// int128.
template <class Sum>
DataType sum_storage() {
  if constexpr (std::is_same_v<Sum, double>) return TypeId::kFloat64;
  if constexpr (std::is_same_v<Sum, std::int64_t>) return TypeId::kInt64;
  return DataType::decimal(38, 0);
}

// sum * 10^digits / count, halves away from zero.
int128_t divide_decimal(int128_t sum, std::int64_t count, int digits) {
  int128_t scale = 1;
  for (int i = 0; i < digits; ++i) scale *= 10;
  const int128_t whole = sum / count, rest = (sum % count) * scale;
  int128_t result = 0;
  if (__builtin_mul_overflow(whole, scale, &result)) {
    throw InvalidArgument("a mean of decimals does not fit 38 digits; cast the column to float64");
  }
  const int128_t left = rest % count;
  result += rest / count;
  if (2 * (left < 0 ? -left : left) >= count) result += sum < 0 ? -1 : 1;
  return result;
}

template <class In, class Sum>
class MeanState final : public AggregateState {
 public:
  MeanState(DataType input, DataType result) : input_(std::move(input)), result_(std::move(result)) {}
  std::vector<DataType> state_types() const override { return {sum_storage<Sum>(), TypeId::kInt64}; }
  void resize(std::size_t num_groups) override { cells_.resize(num_groups); }

  void update(const Column& values, std::int64_t begin, std::span<const std::uint32_t> groups) override {
    Cell* cells = cells_.data();
    for_each_value<In>(values, begin, groups.size(), [&](std::size_t i, In value) {
      cells[groups[i]].sum += static_cast<Sum>(value);
      ++cells[groups[i]].count;
    });
  }
  void update_sole(const Column& values, std::int64_t begin, std::size_t count, std::uint64_t row) override {
    if constexpr (std::is_floating_point_v<In>) {
      if (values.has_no_nulls()) {
        lanes_.add(values.values_as<In>() + begin, count, row);
        cells_[0].count += static_cast<std::int64_t>(count);
      } else {
        cells_[0].count +=
            lanes_.add(values.values_as<In>() + begin, values.validity()->data(), begin, count, row);
      }
    } else {
      Cell cell;
      for_each_value<In>(values, begin, count, [&](std::size_t, In value) {
        cell.sum += static_cast<Sum>(value);
        ++cell.count;
      });
      cells_[0].sum += cell.sum;
      cells_[0].count += cell.count;
    }
  }
  void settle() override {
    if constexpr (std::is_same_v<Sum, double>) cells_[0].sum += lanes_.take();
  }
  void merge(std::span<const Column> partial, std::int64_t begin,
             std::span<const std::uint32_t> groups) override {
    const Sum* sums = partial[0].values_as<Sum>() + begin;
    const auto* counts = partial[1].values_as<std::int64_t>() + begin;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      cells_[groups[i]].sum += sums[i];
      cells_[groups[i]].count += counts[i];
    }
  }
  void write(std::span<const std::uint32_t> groups, std::vector<Column>& partial) const override {
    partial.push_back(
        make_column<Sum>(sum_storage<Sum>(), groups, [&](std::uint32_t g) { return cells_[g].sum; }));
    partial.push_back(
        make_column<std::int64_t>(TypeId::kInt64, groups, [&](std::uint32_t g) { return cells_[g].count; }));
  }
  Column finish(std::span<const std::uint32_t> groups) const override {
    const auto valid = [&](std::uint32_t g) { return cells_[g].count != 0; };
    if (result_.id() == TypeId::kFloat64) {
      return make_column<double>(
          result_, groups,
          [&](std::uint32_t g) {
            return static_cast<double>(cells_[g].sum) / static_cast<double>(cells_[g].count);
          },
          valid);
    }
    if constexpr (std::is_same_v<Sum, int128_t>) {
      if (result_.id() == TypeId::kDecimal128) {
        const int digits = result_.scale() - input_.scale();
        return make_column<int128_t>(
            result_, groups,
            [&](std::uint32_t g) { return divide_decimal(cells_[g].sum, cells_[g].count, digits); }, valid);
      }
      const std::int64_t factor = input_.id() == TypeId::kDate ? kMicrosADay : 1;
      return make_column<std::int64_t>(
          result_, groups, [&](std::uint32_t g) { return cells_[g].sum * factor / cells_[g].count; }, valid);
    }
    throw InternalError("a mean of " + input_.to_string());
  }
  void clear() override {
    cells_.clear();
    lanes_ = {};
  }
  std::size_t bytes_with(std::size_t num_groups) const override { return cells_.bytes_with(num_groups); }

 private:
  // Side by side: a row touches one cache line.
  struct Cell {
    Sum sum = 0;
    std::int64_t count = 0;
  };
  DataType input_;
  DataType result_;
  GroupArray<Cell> cells_;
  FloatLanes lanes_;
};

}  // namespace

std::unique_ptr<AggregateState> make_mean_state(const AggregateSpec& spec, const DataType& input) {
  const DataType result = aggregate_type(spec, input);
  if (input.id() == TypeId::kBool) return std::make_unique<MeanState<bool, std::int64_t>>(input, result);
  return columnar::visit_fixed_width(input.id(), [&](auto tag) -> std::unique_ptr<AggregateState> {
    using In = typename decltype(tag)::type;
    using Integer = std::conditional_t<sizeof(In) <= 2, std::int64_t, int128_t>;
    using Sum = std::conditional_t<std::is_floating_point_v<In>, double, Integer>;
    return std::make_unique<MeanState<In, Sum>>(input, result);
  });
}

}  // namespace treadle::dataframe
