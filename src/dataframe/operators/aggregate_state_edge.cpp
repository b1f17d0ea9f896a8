#include <type_traits>

#include "dataframe/operators/aggregate_state.h"
#include "dataframe/operators/aggregate_values.h"
#include "dataframe/operators/group_array.h"
#include "dataframe/operators/group_texts.h"

namespace treadle::dataframe {
namespace {

using columnar::Column;

// first and last: the value of a group's first or last row, a null included; first_valid and last_valid leave
// nulls out. A partial is of one row at least, so merging takes the earlier or the later one.
class EdgeState : public AggregateState {
 public:
  EdgeState(DataType type, AggregateKind kind)
      : type_(std::move(type)),
        first_(kind == AggregateKind::kFirst || kind == AggregateKind::kFirstValid),
        only_valid_(kind == AggregateKind::kFirstValid || kind == AggregateKind::kLastValid) {}
  std::vector<DataType> state_types() const override { return {type_}; }
  void update(const Column& values, std::int64_t begin, std::span<const std::uint32_t> groups) override {
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const std::int64_t row = begin + static_cast<std::int64_t>(i);
      if (first_ && seen_[groups[i]] != 0) continue;
      if (only_valid_ && !values.is_valid(row)) continue;
      seen_[groups[i]] = 1;
      set(groups[i], values, row);
    }
  }
  void merge(std::span<const Column> partial, std::int64_t begin,
             std::span<const std::uint32_t> groups) override {
    update(partial[0], begin, groups);
  }
  void write(std::span<const std::uint32_t> groups, std::vector<Column>& partial) const override {
    partial.push_back(finish(groups));
  }

 protected:
  virtual void set(std::uint32_t group, const Column& values, std::int64_t row) = 0;

  DataType type_;
  bool first_;
  bool only_valid_;
  GroupArray<std::uint8_t> seen_;
};

template <class T>
class FixedEdgeState final : public EdgeState {
 public:
  using EdgeState::EdgeState;
  void resize(std::size_t num_groups) override {
    seen_.resize(num_groups);
    values_.resize(num_groups);
    valid_.resize(num_groups);
  }
  Column finish(std::span<const std::uint32_t> groups) const override {
    const auto valid = [&](std::uint32_t group) { return valid_[group] != 0; };
    if constexpr (std::is_same_v<T, bool>) {
      columnar::BoolBuilder builder;
      for (const std::uint32_t group : groups) {
        valid(group) ? builder.append(values_[group] != 0) : builder.append_null();
      }
      return builder.finish();
    } else {
      return make_column<T>(type_, groups, [&](std::uint32_t group) { return values_[group]; }, valid);
    }
  }
  void clear() override {
    seen_.clear();
    values_.clear();
    valid_.clear();
  }
  std::size_t bytes_with(std::size_t num_groups) const override {
    return seen_.bytes_with(num_groups) + values_.bytes_with(num_groups) + valid_.bytes_with(num_groups);
  }

 private:
  using Stored = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;

  void set(std::uint32_t group, const Column& values, std::int64_t row) override {
    valid_[group] = values.is_valid(row) ? 1 : 0;
    if (valid_[group] == 0) return;
    if constexpr (std::is_same_v<T, bool>) {
      values_[group] = columnar::get_bit(values.values()->data(), row) ? 1 : 0;
    } else {
      values_[group] = values.values_as<T>()[row];
    }
  }

  GroupArray<Stored> values_;
  GroupArray<std::uint8_t> valid_;
};

class TextEdgeState final : public EdgeState {
 public:
  using EdgeState::EdgeState;
  void resize(std::size_t num_groups) override {
    seen_.resize(num_groups);
    texts_.resize(num_groups);
  }
  Column finish(std::span<const std::uint32_t> groups) const override { return texts_.values(type_, groups); }
  void clear() override {
    seen_.clear();
    texts_.clear();
  }
  std::size_t bytes_with(std::size_t num_groups) const override {
    return seen_.bytes_with(num_groups) + texts_.bytes_with(num_groups);
  }
  std::size_t value_bytes() const override { return texts_.live_bytes(); }

 private:
  void set(std::uint32_t group, const Column& values, std::int64_t row) override {
    values.is_valid(row) ? texts_.set(group, values.text(row)) : texts_.remove(group);
  }

  GroupTexts texts_;
};

}  // namespace

std::unique_ptr<AggregateState> make_edge_state(const AggregateSpec& spec, const DataType& input) {
  if (columnar::is_text(input)) return std::make_unique<TextEdgeState>(input, spec.kind);
  if (input.id() == TypeId::kBool) return std::make_unique<FixedEdgeState<bool>>(input, spec.kind);
  return columnar::visit_fixed_width(input.id(), [&](auto tag) -> std::unique_ptr<AggregateState> {
    return std::make_unique<FixedEdgeState<typename decltype(tag)::type>>(input, spec.kind);
  });
}

}  // namespace treadle::dataframe
