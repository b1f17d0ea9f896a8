#pragma once

#include <optional>
#include <span>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/operators/aggregate.h"
#include "treadle/value.h"

// Partials of an aggregation whose columns turned out wider.
namespace treadle::dataframe {

/// Whether partials over `narrower` become those over `wider` by converting the states' values: only counts,
/// extremes, first and last ones of the columns that widen are looked at, and strips' tables are written out
/// at the same rows. Sums of integers do not: the sum of the same floats is rounded at every step.
bool partials_convert(const AggregatePlan& plan, const columnar::SchemaPtr& narrower,
                      const columnar::SchemaPtr& wider);

/// The columns of a partial (group_set.h) as they are over an input of `wider`.
columnar::Batch convert_groups(const columnar::Batch& partial, const AggregatePlan& plan,
                               const Schema& wider);

/// The slots (AggregatePartials) of a task. Nothing if they do not convert, or were spilled.
std::optional<std::vector<Value>> convert_partials(const AggregatePlan& plan, std::span<const Value> slots,
                                                   const columnar::SchemaPtr& wider);

}  // namespace treadle::dataframe
