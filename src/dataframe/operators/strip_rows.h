#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "columnar/column.h"
#include "treadle/value.h"

// Where the strips end among rows that wait between two fragments. Sums of floats are added up strip by
// strip, and a partition may be a file: rows that had to wait are gone through in the strips and as the
// partitions that they came from, so that nobody sees in a result whether they did.
namespace treadle::dataframe {

/// How many rows each strip of a partition has, in order.
struct StripRows {
  /// The number that sinks know the partition by.
  std::size_t partition = 0;
  std::vector<std::int64_t> rows;
};

Value value_of(StripRows strips);
std::vector<StripRows> strips_of(std::span<const Value> values);
std::int64_t count_rows(const StripRows& strips);
/// A partition of so many rows in strips of a million: what rows have that come from no source.
StripRows strips_of_rows(std::int64_t rows, std::size_t partition);

/// Finds the strips of rows that are numbered through all partitions. Immutable; thread-safe.
class StripIndex {
 public:
  explicit StripIndex(std::span<const StripRows> partitions);

  std::size_t num_strips() const noexcept { return ends_.size(); }
  /// The strip of row `place`.
  std::size_t strip_of(std::int64_t place) const;
  /// The row that the strip ends before.
  std::int64_t end_of(std::size_t strip) const { return ends_[strip]; }
  /// Adds one to the count of a row's strip for each of `places` (int64, ascending).
  void count(const columnar::Column& places, std::vector<std::int64_t>& counts) const;

 private:
  std::vector<std::int64_t> ends_;
};

}  // namespace treadle::dataframe
