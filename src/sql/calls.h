#pragma once

#include <string>
#include <vector>

#include "treadle/expression.h"

namespace treadle::sql {

/// A call of a scalar function by its name in the registry: what has no method of Expression.
Expression call(std::string function, std::vector<Expression> arguments);

}  // namespace treadle::sql
