#pragma once

#include <cstdint>
#include <string_view>

#include "treadle/data_type.h"

namespace treadle::csv {

/// What a column's values have been seen to be. A value's kind joins with those before it:
///
///     none < bool | int64 | date        int64 < float64        date < timestamp
///     timestamp in us < in ns           anything else together: text
enum class Kind : std::uint8_t {
  kNone,
  kBool,
  kInt64,
  kFloat64,
  kDate,
  kMicros,
  kNanos,
  kMicrosUtc,
  kNanosUtc,
  kText,
};

/// The kind of one value (not a null).
Kind kind_of(std::string_view value, bool infer_dates);
/// The least kind that both fit.
Kind join(Kind a, Kind b);
/// The type that a column of a kind is read as; text for kNone.
DataType type_of(Kind kind);
/// The kind whose type this is; kText for types that are never inferred.
Kind kind_of(const DataType& type);

}  // namespace treadle::csv
