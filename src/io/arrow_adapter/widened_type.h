#pragma once

#include <optional>

#include "treadle/data_type.h"

namespace treadle::io {

/// The type that a column has which has these types in different files: the wider of two integers, of two
/// floats, or of two decimals; float64 for integers and floats; the finer of two timestamps or durations;
/// timestamp for it and date. Nothing for all others: a Parquet file says what it means, so numbers never
/// become text.
std::optional<DataType> common_type(const DataType& a, const DataType& b);

/// Whether values of the type `stored` must be converted to be of `wanted`, their common type.
bool widens(const DataType& stored, const DataType& wanted);

}  // namespace treadle::io
