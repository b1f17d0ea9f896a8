#include "sql/translate.h"

namespace treadle::sql {
namespace {

// Chains when().then() pairs; When and Then alternate in type.
class Cases {
 public:
  void add(const Expression& condition, const Expression& value) {
    then_ = then_ ? then_->when(condition).then(value) : when(condition).then(value);
  }
  Expression otherwise(std::optional<Expression> value) {
    return value ? then_->otherwise(std::move(*value)) : static_cast<Expression>(*then_);
  }

 private:
  std::optional<Then> then_;
};

}  // namespace

Expression translate_logic(const ParseNode& node, Scope& scope) {
  const std::vector<Expression> arguments = translate_all(node.at("args"), scope);
  const std::string op = node.text("boolop");
  if (op == "NOT_EXPR") return !arguments[0];
  Expression all = arguments[0];
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    all = op == "AND_EXPR" ? all & arguments[i] : all | arguments[i];
  }
  return all;
}

Expression translate_null_test(const ParseNode& node, Scope& scope) {
  const Expression argument = translate(node.at("arg"), scope);
  return node.text("nulltesttype") == "IS_NULL" ? argument.is_null() : argument.is_not_null();
}

// IS TRUE and its kin never answer null.
Expression translate_boolean_test(const ParseNode& node, Scope& scope) {
  const Expression argument = translate(node.at("arg"), scope);
  const std::string test = node.text("booltesttype");
  if (test == "IS_TRUE") return argument.fill_null(false);
  if (test == "IS_NOT_TRUE") return !argument.fill_null(false);
  if (test == "IS_FALSE") return !argument.fill_null(true);
  if (test == "IS_NOT_FALSE") return argument.fill_null(true);
  return test == "IS_UNKNOWN" ? argument.is_null() : argument.is_not_null();
}

Expression translate_case(const ParseNode& node, Scope& scope) {
  std::optional<Expression> subject;
  if (node.has("arg")) subject = translate(node.at("arg"), scope);
  Cases cases;
  for (const Json& item : node.at("args")) {
    const ParseNode branch(item);
    Expression condition = translate(branch.at("expr"), scope);
    if (subject) condition = *subject == adapt_literal(branch.at("expr"), condition, *subject, scope);
    cases.add(condition, translate(branch.at("result"), scope));
  }
  std::optional<Expression> fallback;
  if (node.has("defresult")) fallback = translate(node.at("defresult"), scope);
  return cases.otherwise(fallback);
}

Expression translate_coalesce(const ParseNode& node, Scope& scope) {
  const Json& items = node.at("args");
  Expression first = translate(items[0], scope);
  for (std::size_t i = 1; i < items.size(); ++i) {
    first = first.fill_null(adapt_literal(items[i], translate(items[i], scope), first, scope));
  }
  return first;
}

// GREATEST and LEAST leave nulls out.
Expression translate_min_max(const ParseNode& node, Scope& scope) {
  const bool greatest = node.text("op") == "IS_GREATEST";
  const Json& items = node.at("args");
  Expression best = translate(items[0], scope);
  for (std::size_t i = 1; i < items.size(); ++i) {
    const Expression other = adapt_literal(items[i], translate(items[i], scope), best, scope);
    const Expression better = greatest ? other > best : other < best;
    best = when(best.is_null() | better.fill_null(false)).then(other).otherwise(best);
  }
  return best;
}

}  // namespace treadle::sql
