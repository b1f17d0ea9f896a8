#pragma once

#include "treadle/data_type.h"

namespace treadle::columnar {

/// The narrowest type that inferred columns of these two types can be read as: int64 and float64 as float64,
/// date and timestamp as timestamp, timestamps of two units as the finer one, null and any as that; lists and
/// structs join inside, structs to the fields of both in order of appearance; all others as text.
DataType join_types(const DataType& a, const DataType& b);

}  // namespace treadle::columnar
