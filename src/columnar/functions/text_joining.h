#pragma once

#include "columnar/function.h"

namespace treadle::columnar::functions {

/// Text behind text, without a separator: what "add" does on text.
Datum run_concatenate_pair(std::span<const Datum> arguments, std::int64_t length, const DataType& result);

}  // namespace treadle::columnar::functions
