#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/operators/fragment_sink.h"
#include "treadle/operation.h"

namespace treadle::dataframe {

enum class AggregateKind : std::uint8_t {
  kSum,
  kMean,
  kMin,
  kMax,
  kCount,
  kSize,
  kFirst,
  kLast,
  kStd,
  kVar,
  kNunique,
  kMedian,
  kProduct,
  kQuantile,
  kFirstValid,
  kLastValid,
};

/// One aggregate over a column of the operator's input.
struct AggregateSpec {
  AggregateKind kind = AggregateKind::kCount;
  /// Position in the input; unset for kSize.
  std::optional<std::size_t> column;
  int ddof = 1;
  std::string name;
  /// Of kQuantile: the share of values below the result.
  double quantile = 0.5;
};

/// Group by the first `num_keys` columns of the input (0: one group, also of no rows) and aggregate the
/// others.
struct AggregatePlan {
  std::size_t num_keys = 0;
  std::vector<AggregateSpec> aggregates;
  /// Radix partitions of the exchange between tasks; a power of two. 1 without keys.
  std::uint32_t num_partitions = 1;
};

/// The type an aggregate answers with. Throws TypeError naming aggregate and type where there is no answer.
///
///     count, size, nunique    int64 (Polars: 32 bits, which large data overflow); nunique counts null as one
///     value sum                     signed integers, bool: int64; unsigned: uint64 (both wrap); floats:
///     float64; decimals:
///                             decimal128(38, same scale), checked; durations: the same. Of no values: 0
///     mean, median            numbers, bool: float64; times, timestamps, durations: the same, towards zero;
///     dates:
///                             timestamp[us]; mean of decimals: decimal128(38, scale + 4). Of no values: null
///     min, max                the same; any type without children. NaN only if all values are
///     first, last             the same; any type without children. Nulls are kept
///     product                 as sum, without decimals and durations. Of no values: 1
///     quantile                as mean, without decimals; between two values on the line from one to the
///     other first_valid, last_valid  as first and last; nulls are left out std, var                numbers
///     but decimals, bool: float64. Null where n <= ddof
///
/// Sums of integers behind a mean are exact.
DataType aggregate_type(const AggregateSpec& spec, const DataType& input);
/// Keys, then aggregates.
Schema aggregate_schema(const AggregatePlan& plan, const Schema& input);

/// First half: groups each strip by itself (one partial per key and strip), keeps partials by radix partition
/// of the keys' hash, spills them when the reservation does not grow. num_slots() == num_partitions; each
/// slot holds the partials of one radix partition of this task, in strip order.
std::shared_ptr<const SinkSpec> make_partial_aggregate(AggregatePlan plan);

/// Second half, one task a radix partition: inputs are that partition's slots of all tasks, in partition
/// order. Merges the partials of a key in strip order. Answers with keys and aggregates in the order of the
/// groups' first rows, a BatchList or, where memory is short, StoredRows. If there are several partitions, a
/// last column has the places of those rows, by which make_gather_groups() orders them all.
std::shared_ptr<const Operation> make_merge_aggregate(AggregatePlan plan);

/// Brings the groups of several radix partitions together in the order of their first rows. Inputs: the
/// merged partitions. Answers as they do, without the places.
std::shared_ptr<const Operation> make_gather_groups(AggregatePlan plan);

}  // namespace treadle::dataframe
