#include <array>
#include <cmath>
#include <limits>
#include <type_traits>

#include "dataframe/operators/aggregate_state.h"
#include "dataframe/operators/aggregate_values.h"
#include "dataframe/operators/group_array.h"

namespace treadle::dataframe {
namespace {

using columnar::Column;

// Eight variances at once, by row number modulo eight, as FloatLanes does sums. Counts are doubles: they are
// divisors.
struct VarianceLanes {
  std::array<double, 8> count{};
  std::array<double, 8> mean{};
  std::array<double, 8> squares{};

  void add_one(double x, std::uint64_t row) {
    const std::size_t lane = row & 7;
    const double delta = x - mean[lane];
    count[lane] += 1;
    mean[lane] += delta / count[lane];
    squares[lane] += delta * (x - mean[lane]);
  }
  template <class T>
  void add(const T* values, std::size_t size, std::uint64_t row) {
    std::size_t i = 0;
    for (; i < size && ((row + i) & 7) != 0; ++i) add_one(static_cast<double>(values[i]), row + i);
    VarianceLanes lanes = *this;
    for (; i + 8 <= size; i += 8) {
      for (std::size_t lane = 0; lane < 8; ++lane) {
        const auto x = static_cast<double>(values[i + lane]);
        const double delta = x - lanes.mean[lane];
        lanes.count[lane] += 1;
        lanes.mean[lane] += delta / lanes.count[lane];
        lanes.squares[lane] += delta * (x - lanes.mean[lane]);
      }
    }
    *this = lanes;
    for (; i < size; ++i) add_one(static_cast<double>(values[i]), row + i);
  }
};

// After Chan, Golub and LeVeque, a row as a partial of one row: no difference of large sums anywhere.
template <class In>
class VarianceState final : public AggregateState {
 public:
  VarianceState(bool root, int ddof) : root_(root), ddof_(ddof) {}
  std::vector<DataType> state_types() const override {
    return {TypeId::kInt64, TypeId::kFloat64, TypeId::kFloat64};
  }
  void resize(std::size_t num_groups) override { cells_.resize(num_groups); }

  void update(const Column& values, std::int64_t begin, std::span<const std::uint32_t> groups) override {
    Cell* cells = cells_.data();
    for_each_value<In>(values, begin, groups.size(), [&](std::size_t i, In value) {
      cells[groups[i]].merge({1, static_cast<double>(value), 0});
    });
  }
  void update_sole(const Column& values, std::int64_t begin, std::size_t count, std::uint64_t row) override {
    if constexpr (std::is_same_v<In, bool>) {
      AggregateState::update_sole(values, begin, count, row);
    } else if (values.has_no_nulls()) {
      lanes_.add(values.values_as<In>() + begin, count, row);
    } else {
      for_each_value<In>(values, begin, count, [&](std::size_t i, In value) {
        lanes_.add_one(static_cast<double>(value), row + i);
      });
    }
  }
  void settle() override {
    for (std::size_t lane = 0; lane < 8; ++lane) {
      cells_[0].merge(
          {static_cast<std::int64_t>(lanes_.count[lane]), lanes_.mean[lane], lanes_.squares[lane]});
    }
    lanes_ = {};
  }
  void merge(std::span<const Column> partial, std::int64_t begin,
             std::span<const std::uint32_t> groups) override {
    const auto* counts = partial[0].values_as<std::int64_t>() + begin;
    const auto* means = partial[1].values_as<double>() + begin;
    const auto* squares = partial[2].values_as<double>() + begin;
    for (std::size_t i = 0; i < groups.size(); ++i)
      cells_[groups[i]].merge({counts[i], means[i], squares[i]});
  }
  void write(std::span<const std::uint32_t> groups, std::vector<Column>& partial) const override {
    partial.push_back(
        make_column<std::int64_t>(TypeId::kInt64, groups, [&](std::uint32_t g) { return cells_[g].count; }));
    partial.push_back(
        make_column<double>(TypeId::kFloat64, groups, [&](std::uint32_t g) { return cells_[g].mean; }));
    partial.push_back(
        make_column<double>(TypeId::kFloat64, groups, [&](std::uint32_t g) { return cells_[g].squares; }));
  }
  Column finish(std::span<const std::uint32_t> groups) const override {
    return make_column<double>(
        TypeId::kFloat64, groups,
        [&](std::uint32_t g) {
          const Cell& cell = cells_[g];
          // Infinities have no distance from their mean: how partials came together must not show.
          if (!std::isfinite(cell.mean)) return std::numeric_limits<double>::quiet_NaN();
          const double variance = cell.squares / static_cast<double>(cell.count - ddof_);
          return root_ ? std::sqrt(variance) : variance;
        },
        [&](std::uint32_t g) { return cells_[g].count > ddof_; });
  }
  void clear() override {
    cells_.clear();
    lanes_ = {};
  }
  std::size_t bytes_with(std::size_t num_groups) const override { return cells_.bytes_with(num_groups); }

 private:
  struct Cell {
    std::int64_t count = 0;
    double mean = 0;
    double squares = 0;  // the sum of squared distances from the mean

    void merge(const Cell& other) {
      if (other.count == 0) return;
      if (count == 0) {
        *this = other;
        return;
      }
      const auto n = static_cast<double>(count), m = static_cast<double>(other.count);
      const double delta = other.mean - mean;
      mean += delta * (m / (n + m));
      squares += other.squares + delta * delta * (n * m / (n + m));
      count += other.count;
    }
  };
  bool root_;
  int ddof_;
  GroupArray<Cell> cells_;
  VarianceLanes lanes_;
};

}  // namespace

std::unique_ptr<AggregateState> make_variance_state(const AggregateSpec& spec, const DataType& input) {
  return visit_number_or_bool(input.id(), [&](auto tag) -> std::unique_ptr<AggregateState> {
    return std::make_unique<VarianceState<typename decltype(tag)::type>>(spec.kind == AggregateKind::kStd,
                                                                         spec.ddof);
  });
}

}  // namespace treadle::dataframe
