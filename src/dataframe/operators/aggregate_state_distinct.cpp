#include <numeric>

#include "dataframe/operators/aggregate_state.h"
#include "dataframe/operators/aggregate_values.h"
#include "dataframe/operators/group_array.h"
#include "dataframe/operators/group_key_column.h"
#include "dataframe/operators/group_lists.h"
#include "dataframe/operators/group_table_words.h"

namespace treadle::dataframe {
namespace {

using columnar::Column;

// nunique: the distinct pairs of group and value; a null is a value.
class DistinctState final : public AggregateState {
 public:
  explicit DistinctState(DataType type) : type_(std::move(type)), values_(make_key_column(type_)) {}
  std::vector<DataType> state_types() const override { return {DataType::list(type_)}; }
  void resize(std::size_t num_groups) override { counts_.resize(num_groups); }

  void update(const Column& values, std::int64_t begin, std::span<const std::uint32_t> groups) override {
    std::uint32_t value_ids[kBlockRows], pair_ids[kBlockRows];
    values_->map(values, begin, groups.size(), value_ids);
    std::uint32_t known = pairs_.size();
    pairs_.map(groups.data(), value_ids, values_->size(), groups.size(), pair_ids);
    for (; known < pairs_.size(); ++known) ++counts_[pairs_.first(known)];
  }
  void merge(std::span<const Column> partial, std::int64_t begin,
             std::span<const std::uint32_t> groups) override {
    for_each_list_block(partial[0], begin, groups, kBlockRows,
                        [&](std::int64_t first, std::span<const std::uint32_t> element_groups) {
                          update(partial[0].children()[0], first, element_groups);
                        });
  }
  void write(std::span<const std::uint32_t> groups, std::vector<Column>& partial) const override {
    const GroupedEntries grouped = group_entries(groups, counts_.size(), pairs_.size(),
                                                 [&](std::uint32_t pair) { return pairs_.first(pair); });
    std::vector<std::uint32_t> value_ids(grouped.entries.size());
    for (std::size_t i = 0; i < value_ids.size(); ++i) value_ids[i] = pairs_.second(grouped.entries[i]);
    partial.push_back(make_list_column(grouped, values_->values(value_ids)));
  }
  Column finish(std::span<const std::uint32_t> groups) const override {
    return make_column<std::int64_t>(TypeId::kInt64, groups,
                                     [&](std::uint32_t group) { return counts_[group]; });
  }
  void clear() override {
    counts_.clear();
    values_->clear();
    pairs_.clear();
  }
  std::size_t bytes_with(std::size_t num_groups) const override {
    return counts_.bytes_with(num_groups) + values_->bytes_with(kBlockRows) + pairs_.bytes_with(kBlockRows);
  }
  std::size_t value_bytes() const override {
    return values_->text_bytes() + (std::size_t{values_->size()} + pairs_.size()) * 32;
  }

 private:
  DataType type_;
  std::unique_ptr<KeyColumn> values_;
  PairTable pairs_;  // of group and value's number
  GroupArray<std::int64_t> counts_;
};

}  // namespace

std::unique_ptr<AggregateState> make_distinct_state(const AggregateSpec&, const DataType& input) {
  return std::make_unique<DistinctState>(input);
}

}  // namespace treadle::dataframe
