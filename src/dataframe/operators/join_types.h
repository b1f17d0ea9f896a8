#pragma once

#include "columnar/batch.h"

namespace treadle::dataframe {

/// The types that columns of both can be read as (columnar::join_types), column by column. Schemas of the
/// same names.
columnar::SchemaPtr join_types(const columnar::SchemaPtr& a, const columnar::SchemaPtr& b);
/// Whether the columns have the same types; names and marks do not count.
bool same_types(const Schema& a, const Schema& b);

}  // namespace treadle::dataframe
