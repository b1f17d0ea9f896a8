#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "io/source.h"
#include "treadle/scalar.h"

namespace treadle::io {

/// What is known of a column's values in a range of rows without reading them.
struct ColumnBounds {
  /// No value lies outside of [least, greatest]; null where not known. NaN is not a value in this sense.
  Scalar least;
  Scalar greatest;
  /// Both are values that occur (text bounds may be cut short).
  bool exact = false;
  std::optional<std::uint64_t> num_nulls;
  std::uint64_t num_rows = 0;
  /// Whoever made the bounds looked for NaN and found none.
  bool has_no_nan = false;

  /// Every row has this value (or is null).
  static ColumnBounds constant(Scalar value, std::uint64_t num_rows);
};

using BoundsOf = std::function<ColumnBounds(const std::string& column)>;

/// Whether no row can fulfil `predicate` or one of its alternatives. False if in doubt: bounds and value are
/// compared only
/// - integers and decimals with each other, exactly; integers with floats while both are below 2^53, where
///   all readings agree;
/// - floats with floats; but where NaN may hide behind the bounds, which is above all numbers to some, only
///   "equal" and "less" rule floats out;
/// - text with text and binary with binary, by bytes; bool with bool;
/// - dates with dates and timestamps, times with times, durations with durations, whatever their units;
///   timestamps both with or both without a zone.
/// A comparison is not fulfilled by nulls; a comparison with null rules nothing out.
bool ruled_out(const PrunePredicate& predicate, const BoundsOf& bounds_of);

}  // namespace treadle::io
