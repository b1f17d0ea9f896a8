#pragma once

#include <memory>

#include "io/csv/column_builder.h"

namespace treadle::csv {

/// Columns of text or bytes: coded by a dictionary as long as values repeat, else views into the block. Only
/// fields with doubled quotes or escapes are copied.
std::unique_ptr<ColumnBuilder> make_text_builder(const DataType& type, const NullSpellings& nulls);

}  // namespace treadle::csv
