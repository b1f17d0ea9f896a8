#include "dataframe/operators/aggregate_plan.h"

#include <bit>
#include <string>

#include "treadle/error.h"

namespace treadle::dataframe {

void check_plan(const AggregatePlan& plan) {
  if (!std::has_single_bit(plan.num_partitions)) {
    throw InvalidArgument("an aggregation's num_partitions is a power of two; found " +
                          std::to_string(plan.num_partitions));
  }
  if (plan.num_keys == 0 && plan.num_partitions != 1) {
    throw InvalidArgument("an aggregation without keys has one partition; found " +
                          std::to_string(plan.num_partitions));
  }
}

void add_plan(KeyBuilder& key, const AggregatePlan& plan) {
  key.add(static_cast<std::uint64_t>(plan.num_keys)).add(static_cast<std::uint64_t>(plan.num_partitions));
  for (const AggregateSpec& spec : plan.aggregates) {
    key.add(static_cast<int>(spec.kind)).add(spec.name).add(spec.ddof).add(spec.quantile);
    key.add(spec.column ? static_cast<std::int64_t>(*spec.column) : std::int64_t{-1});
  }
}

}  // namespace treadle::dataframe
