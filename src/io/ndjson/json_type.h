#pragma once

#include <optional>
#include <string>

#include "io/ndjson/json.h"
#include "treadle/data_type.h"

namespace treadle::ndjson {

/// The narrowest type that holds the value: null, bool, int64, float64, text, a list or a struct. Integers
/// beyond 64 bits are float64. Nothing if it is no JSON: `fault` then says why.
std::optional<DataType> type_of(ondemand::value& value, std::string& fault);

}  // namespace treadle::ndjson
