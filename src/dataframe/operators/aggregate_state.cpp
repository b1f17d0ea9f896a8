#include "dataframe/operators/aggregate_state.h"

#include "dataframe/operators/group_key_column.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

// min, max, first, last of the null type: null.
class NullState final : public AggregateState {
 public:
  std::vector<DataType> state_types() const override { return {TypeId::kNull}; }
  void resize(std::size_t) override {}
  void update(const columnar::Column&, std::int64_t, std::span<const std::uint32_t>) override {}
  void merge(std::span<const columnar::Column>, std::int64_t, std::span<const std::uint32_t>) override {}
  void write(std::span<const std::uint32_t> groups, std::vector<columnar::Column>& partial) const override {
    partial.push_back(finish(groups));
  }
  columnar::Column finish(std::span<const std::uint32_t> groups) const override {
    return columnar::Column::nulls(TypeId::kNull, static_cast<std::int64_t>(groups.size()));
  }
  void clear() override {}
  std::size_t bytes_with(std::size_t) const override { return 0; }
};

}  // namespace

void AggregateState::update_sole(const columnar::Column& values, std::int64_t begin, std::size_t count,
                                 std::uint64_t) {
  static constexpr std::uint32_t kZeros[kBlockRows] = {};
  update(values, begin, {kZeros, count});
}

std::string_view aggregate_name(AggregateKind kind) {
  switch (kind) {
    case AggregateKind::kSum:
      return "sum";
    case AggregateKind::kMean:
      return "mean";
    case AggregateKind::kMin:
      return "min";
    case AggregateKind::kMax:
      return "max";
    case AggregateKind::kCount:
      return "count";
    case AggregateKind::kSize:
      return "size";
    case AggregateKind::kFirst:
      return "first";
    case AggregateKind::kLast:
      return "last";
    case AggregateKind::kStd:
      return "std";
    case AggregateKind::kVar:
      return "var";
    case AggregateKind::kNunique:
      return "nunique";
    case AggregateKind::kMedian:
      return "median";
    case AggregateKind::kProduct:
      return "product";
    case AggregateKind::kQuantile:
      return "quantile";
    case AggregateKind::kFirstValid:
      return "first_valid";
    case AggregateKind::kLastValid:
      return "last_valid";
  }
  throw InternalError("an aggregate of unknown kind");
}

std::unique_ptr<AggregateState> make_aggregate_state(const AggregateSpec& spec, const DataType& input) {
  const DataType result = aggregate_type(spec, input);  // throws for what no state takes
  if (result.id() == TypeId::kNull) return std::make_unique<NullState>();
  switch (spec.kind) {
    case AggregateKind::kCount:
    case AggregateKind::kSize:
      return make_count_state(spec);
    case AggregateKind::kSum:
      return make_sum_state(spec, input);
    case AggregateKind::kMean:
      return make_mean_state(spec, input);
    case AggregateKind::kMin:
    case AggregateKind::kMax:
      return make_extreme_state(spec, input);
    case AggregateKind::kFirst:
    case AggregateKind::kLast:
    case AggregateKind::kFirstValid:
    case AggregateKind::kLastValid:
      return make_edge_state(spec, input);
    case AggregateKind::kStd:
    case AggregateKind::kVar:
      return make_variance_state(spec, input);
    case AggregateKind::kNunique:
      return make_distinct_state(spec, input);
    case AggregateKind::kMedian:
    case AggregateKind::kQuantile:
      return make_quantile_state(spec, input);
    case AggregateKind::kProduct:
      return make_product_state(spec, input);
  }
  throw InternalError("an aggregate of unknown kind");
}

}  // namespace treadle::dataframe
