#pragma once

#include <vector>

#include "columnar/batch.h"
#include "dataframe/expressions/node.h"
#include "treadle/schema.h"

namespace treadle::dataframe {

/// The columns that expressions make from `input`. A column that can still widen makes what is computed from
/// it sampled, too, unless a cast or a comparison fixes the type. Throws InvalidArgument for a name that
/// occurs twice, and as BoundExpressions does.
columnar::SchemaPtr project_schema(const Schema& input, const std::vector<ExpressionPtr>& expressions);

}  // namespace treadle::dataframe
