#pragma once

#include <span>
#include <string>
#include <vector>

#include "dataframe/expressions/node.h"

namespace treadle::dataframe {

/// One aggregate taken out of an expression.
struct AggregateRequest {
  AggregateKind kind = AggregateKind::kSize;
  /// What is aggregated; null for kSize.
  ExpressionPtr argument;
  int ddof = 1;
  /// The column that it makes.
  std::string name;
  double quantile = 0.5;
};

/// Expressions over aggregates, cut in two: what is aggregated, and what is computed from that.
struct SplitAggregates {
  /// Each different aggregate once.
  std::vector<AggregateRequest> requests;
  /// One for each expression, over the keys and the requests' columns; named as the expression.
  std::vector<ExpressionPtr> outputs;
};

/// (col("a").sum() / col("b").sum()).alias("r") becomes the sums of a and b, and their quotient.
/// Throws InvalidArgument for an aggregate inside an aggregate, and for a column that is neither aggregated
/// nor a key.
SplitAggregates split_aggregates(std::span<const ExpressionPtr> expressions,
                                 std::span<const std::string> keys);

}  // namespace treadle::dataframe
