#include <type_traits>

#include "dataframe/operators/aggregate_state.h"
#include "dataframe/operators/aggregate_values.h"
#include "dataframe/operators/group_array.h"

namespace treadle::dataframe {
namespace {

using columnar::Column;

// In: how values are stored; Product: uint64 for integers of either sign (they wrap), or double.
template <class In, class Product>
class ProductState final : public AggregateState {
 public:
  explicit ProductState(DataType result) : result_(std::move(result)) {}
  std::vector<DataType> state_types() const override { return {result_}; }
  void resize(std::size_t num_groups) override { products_.resize(num_groups, Product{1}); }

  void update(const Column& values, std::int64_t begin, std::span<const std::uint32_t> groups) override {
    for_each_value<In>(values, begin, groups.size(),
                       [&](std::size_t i, In value) { products_[groups[i]] *= static_cast<Product>(value); });
  }
  void merge(std::span<const Column> partial, std::int64_t begin,
             std::span<const std::uint32_t> groups) override {
    const Product* products = partial[0].values_as<Product>() + begin;
    for (std::size_t i = 0; i < groups.size(); ++i) products_[groups[i]] *= products[i];
  }
  void write(std::span<const std::uint32_t> groups, std::vector<Column>& partial) const override {
    partial.push_back(finish(groups));
  }
  Column finish(std::span<const std::uint32_t> groups) const override {
    return make_column<Product>(result_, groups, [&](std::uint32_t group) { return products_[group]; });
  }
  void clear() override { products_.clear(); }
  std::size_t bytes_with(std::size_t num_groups) const override { return products_.bytes_with(num_groups); }

 private:
  DataType result_;
  GroupArray<Product> products_;
};

}  // namespace

std::unique_ptr<AggregateState> make_product_state(const AggregateSpec& spec, const DataType& input) {
  DataType result = aggregate_type(spec, input);
  return visit_number_or_bool(input.id(), [&](auto tag) -> std::unique_ptr<AggregateState> {
    using In = typename decltype(tag)::type;
    using Product = std::conditional_t<std::is_floating_point_v<In>, double, std::uint64_t>;
    return std::make_unique<ProductState<In, Product>>(std::move(result));
  });
}

}  // namespace treadle::dataframe
