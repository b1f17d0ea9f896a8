#pragma once

#include <map>
#include <string>
#include <vector>

#include "dataframe/expressions/node.h"

namespace treadle::dataframe {

/// What stands for a column: by its name.
using Definitions = std::map<std::string, ExpressionPtr, std::less<>>;

/// `expression` with every column that `definitions` names replaced by what it stands for.
ExpressionPtr substitute(const ExpressionPtr& expression, const Definitions& definitions);

/// The parts of a conjunction, left to right: a & (b & c) gives a, b, c.
std::vector<ExpressionPtr> split_conjunction(const ExpressionPtr& predicate);
/// Their conjunction; there is at least one.
ExpressionPtr conjunction(const std::vector<ExpressionPtr>& parts);

}  // namespace treadle::dataframe
