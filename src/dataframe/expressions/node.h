#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "dataframe/operators/aggregate.h"
#include "treadle/data_type.h"
#include "treadle/expression.h"
#include "treadle/key.h"
#include "treadle/scalar.h"

// Expressions: what can be computed from the columns of a frame.
//
//   ExpressionNode     the tree that `col("a") * 2 > 3` builds; knows nothing of types
//   BoundExpressions   several trees over one schema: a list of steps, each computed once a morsel (bind.h)
//   aggregates         are taken out before binding (split_aggregates.h): no step ever aggregates
namespace treadle::dataframe {

class ExpressionNode;
using ExpressionPtr = std::shared_ptr<const ExpressionNode>;

struct ColumnReference {
  std::string name;
};
struct Literal {
  Scalar value;
};
/// A scalar function of the registry. Parameters (a pattern, a number of digits) are literal arguments.
struct Call {
  std::string function;
};
struct Cast {
  DataType type;
  /// A value that cannot be converted is an error; else it becomes null.
  bool strict = true;
};
struct Alias {
  std::string name;
};
/// Without an argument: kSize, the number of rows.
struct AggregateCall {
  AggregateKind kind = AggregateKind::kSize;
  int ddof = 1;
  double quantile = 0.5;
};

/// One node of an expression's tree. Immutable; shared.
class ExpressionNode {
 public:
  using Payload = std::variant<ColumnReference, Literal, Call, Cast, Alias, AggregateCall>;
  /// Deeper trees are refused: the walks over them are recursive.
  static constexpr std::size_t kMaxDepth = 1500;

  /// Throws InvalidArgument for a tree deeper than kMaxDepth.
  ExpressionNode(Payload payload, std::vector<ExpressionPtr> arguments);

  const Payload& payload() const noexcept { return payload_; }
  const std::vector<ExpressionPtr>& arguments() const noexcept { return arguments_; }
  std::size_t depth() const noexcept { return depth_; }
  template <class T>
  const T* as() const noexcept {
    return std::get_if<T>(&payload_);
  }
  /// Equal trees have equal keys.
  const Key& key() const noexcept { return key_; }

 private:
  Payload payload_;
  std::vector<ExpressionPtr> arguments_;
  std::size_t depth_ = 1;
  Key key_;
};

ExpressionPtr make_column(std::string name);
ExpressionPtr make_literal(Scalar value);
ExpressionPtr make_call(std::string function, std::vector<ExpressionPtr> arguments);
ExpressionPtr make_cast(ExpressionPtr argument, DataType type, bool strict);
ExpressionPtr make_alias(ExpressionPtr argument, std::string name);
ExpressionPtr make_aggregate(AggregateCall call, ExpressionPtr argument);

/// The same node over other arguments; itself if they are its own.
ExpressionPtr with_arguments(const ExpressionPtr& node, std::vector<ExpressionPtr> arguments);
/// Without aliases at the top: they name a result and do not change it.
const ExpressionPtr& without_alias(const ExpressionPtr& node);
/// The name of the result: its alias, else its leftmost column, else "count" or "literal".
std::string output_name(const ExpressionNode& node);
void add_references(const ExpressionNode& node, std::set<std::string>& names);
std::set<std::string> references(const ExpressionNode& node);
bool contains_aggregate(const ExpressionNode& node);
/// Whether computing it on a row that a filter would have removed could be an error: a strict cast or parse.
bool may_fail(const ExpressionNode& node);

std::string to_string(const ExpressionNode& node);
std::string_view to_string(AggregateKind kind);

}  // namespace treadle::dataframe
