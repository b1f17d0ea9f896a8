#pragma once

#include "columnar/batch.h"
#include "treadle/data_type.h"

namespace treadle::dataframe {

/// The narrowest type that inferred columns of these two types can be read as: int64 and float64 as float64,
/// date and timestamp as timestamp, null and any as that, all others as text.
DataType join_types(const DataType& a, const DataType& b);
/// The same column by column. Schemas of the same names.
columnar::SchemaPtr join_types(const columnar::SchemaPtr& a, const columnar::SchemaPtr& b);
/// Whether the columns have the same types; names and marks do not count.
bool same_types(const Schema& a, const Schema& b);

}  // namespace treadle::dataframe
