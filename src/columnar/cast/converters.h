#pragma once

#include "columnar/column.h"

// The parts of cast(), by what they read. Each gives null where a value cannot be converted; cast() turns
// that into an error if asked to. Each answers for the pairs of types that conversion_exists() allows.
namespace treadle::columnar {

bool conversion_exists(const DataType& from, const DataType& to) noexcept;

Column convert_numbers(const Column& column, const DataType& to);
Column convert_decimals(const Column& column, const DataType& to);
Column convert_to_decimals(const Column& column, const DataType& to);
Column convert_times(const Column& column, const DataType& to);
Column convert_text(const Column& column, const DataType& to);
Column convert_to_text(const Column& column, const DataType& to);

}  // namespace treadle::columnar
