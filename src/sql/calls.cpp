#include "sql/calls.h"

#include <utility>

#include "dataframe/expressions/node.h"

namespace treadle::sql {

Expression call(std::string function, std::vector<Expression> arguments) {
  std::vector<dataframe::ExpressionPtr> nodes;
  for (const Expression& argument : arguments) nodes.push_back(argument.node());
  return Expression(dataframe::make_call(std::move(function), std::move(nodes)));
}

}  // namespace treadle::sql
