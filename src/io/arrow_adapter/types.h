#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "treadle/data_type.h"
#include "treadle/schema.h"

namespace treadle::io {

/// The Arrow type whose plain layout a column of `type` has; time in seconds and milliseconds has 32 bits in
/// Arrow.
std::shared_ptr<arrow::DataType> to_arrow(const DataType& type);
std::shared_ptr<arrow::Schema> to_arrow(const Schema& schema);

/// The type that values of an Arrow type get: layouts (large, view, dictionary, map) are no part of it.
/// Throws TypeError for types that Treadle does not have.
DataType from_arrow(const arrow::DataType& type);

}  // namespace treadle::io
