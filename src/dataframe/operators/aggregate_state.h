#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "columnar/column.h"
#include "dataframe/operators/aggregate.h"

namespace treadle::dataframe {

/// One aggregate's state for every group of a table, indexed by the group's number. One thread at a time.
///
/// A state can be written as plain columns, a partial, and partials of a group merge in the order of their
/// rows. Adding rows and merging partials are left folds: the bits depend on the order of the calls only.
class AggregateState {
 public:
  virtual ~AggregateState() = default;
  /// Types of the columns that write() makes.
  virtual std::vector<DataType> state_types() const = 0;
  /// New groups have seen no row.
  virtual void resize(std::size_t num_groups) = 0;
  /// Adds rows [begin, begin + groups.size()) of `values` to these groups; at most kBlockRows rows.
  virtual void update(const columnar::Column& values, std::int64_t begin,
                      std::span<const std::uint32_t> groups) = 0;
  /// The same where all rows belong to group 0, the only one. `row` counts the rows before since clear(), so
  /// that sums of floats can go to eight lanes by row number, wherever morsels are cut.
  virtual void update_sole(const columnar::Column& values, std::int64_t begin, std::size_t count,
                           std::uint64_t row);
  /// Brings what update_sole() keeps aside into group 0; called before write() and finish().
  virtual void settle() {}
  /// Merges rows [begin, begin + groups.size()) of a partial's columns into these groups.
  virtual void merge(std::span<const columnar::Column> partial, std::int64_t begin,
                     std::span<const std::uint32_t> groups) = 0;
  /// Appends the partial of these groups, in this order.
  virtual void write(std::span<const std::uint32_t> groups, std::vector<columnar::Column>& partial) const = 0;
  /// The results of these groups, in this order.
  virtual columnar::Column finish(std::span<const std::uint32_t> groups) const = 0;
  virtual void clear() = 0;
  /// Bytes held with `num_groups` groups; what values themselves need (texts, lists) is not counted before it
  /// is there.
  virtual std::size_t bytes_with(std::size_t num_groups) const = 0;
  /// Bytes that the values themselves need; depends on the rows only.
  virtual std::size_t value_bytes() const { return 0; }
};

/// The state of one aggregate over a column of `input` (kNull for kSize). Throws TypeError naming aggregate
/// and type.
std::unique_ptr<AggregateState> make_aggregate_state(const AggregateSpec& spec, const DataType& input);

// One maker a family of aggregates, each in its own file.
std::unique_ptr<AggregateState> make_count_state(const AggregateSpec& spec);
std::unique_ptr<AggregateState> make_sum_state(const AggregateSpec& spec, const DataType& input);
std::unique_ptr<AggregateState> make_product_state(const AggregateSpec& spec, const DataType& input);
std::unique_ptr<AggregateState> make_mean_state(const AggregateSpec& spec, const DataType& input);
std::unique_ptr<AggregateState> make_extreme_state(const AggregateSpec& spec, const DataType& input);
std::unique_ptr<AggregateState> make_edge_state(const AggregateSpec& spec, const DataType& input);
std::unique_ptr<AggregateState> make_variance_state(const AggregateSpec& spec, const DataType& input);
std::unique_ptr<AggregateState> make_distinct_state(const AggregateSpec& spec, const DataType& input);
std::unique_ptr<AggregateState> make_quantile_state(const AggregateSpec& spec, const DataType& input);

/// "sum", "mean" ...
std::string_view aggregate_name(AggregateKind kind);

}  // namespace treadle::dataframe
