#pragma once

#include <cstdint>
#include <string_view>

#include "columnar/column.h"
#include "columnar/int128.h"
#include "treadle/scalar.h"

namespace treadle::columnar {

/// The value at a row. Nested values come as text.
Scalar scalar_at(const Column& column, std::int64_t row);
/// A column of `length` times the scalar. Text shares one value: a dictionary of one.
Column repeat(const Scalar& scalar, std::int64_t length);

}  // namespace treadle::columnar
