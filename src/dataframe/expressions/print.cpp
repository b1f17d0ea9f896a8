#include <array>
#include <string>
#include <string_view>

#include "dataframe/expressions/node.h"

// Expressions as they would be typed in C++.
namespace treadle::dataframe {
namespace {

struct Infix {
  std::string_view function;
  std::string_view symbol;
};
constexpr std::array kInfix = {
    Infix{"add", "+"},
    Infix{"subtract", "-"},
    Infix{"multiply", "*"},
    Infix{"divide", "/"},
    Infix{"modulo", "%"},
    Infix{"equal", "=="},
    Infix{"not_equal", "!="},
    Infix{"less", "<"},
    Infix{"less_equal", "<="},
    Infix{"greater", ">"},
    Infix{"greater_equal", ">="},
    Infix{"and", "&"},
    Infix{"or", "|"},
    Infix{"xor", "^"},
    // PostgreSQL's variants stand where their kin do.
    Infix{"sql.add", "+"},
    Infix{"sql.subtract", "-"},
    Infix{"sql.multiply", "*"},
    Infix{"sql.divide", "/"},
    Infix{"sql.modulo", "%"},
};

std::string_view infix_symbol(const ExpressionNode& node) {
  const auto* call = node.as<Call>();
  if (call == nullptr || node.arguments().size() != 2) return {};
  for (const Infix& infix : kInfix) {
    if (infix.function == call->function) return infix.symbol;
  }
  return {};
}

/// What needs no parentheses before ".method()" or beside an operator: all but operators.
std::string operand(const ExpressionNode& node) {
  const auto* call = node.as<Call>();
  const bool prefix = call != nullptr && (call->function == "negate" || call->function == "not");
  if (infix_symbol(node).empty() && !prefix) return to_string(node);
  return "(" + to_string(node) + ")";
}

/// Before a method a bare literal would not compile.
std::string receiver(const ExpressionNode& node) {
  return node.as<Literal>() != nullptr ? "lit(" + to_string(node) + ")" : operand(node);
}

std::string list(const std::vector<ExpressionPtr>& arguments, std::size_t first) {
  std::string text;
  for (std::size_t i = first; i < arguments.size(); ++i) {
    if (i != first) text += ", ";
    text += to_string(*arguments[i]);
  }
  return text;
}

/// "str.contains" -> "str().contains".
std::string method(const std::string& function) {
  const std::size_t dot = function.find('.');
  if (dot == std::string::npos) return function;
  return function.substr(0, dot) + "()." + function.substr(dot + 1);
}

std::string call_to_string(const ExpressionNode& node, const std::string& function) {
  const auto& arguments = node.arguments();
  if (const std::string_view symbol = infix_symbol(node); !symbol.empty()) {
    return operand(*arguments[0]) + " " + std::string(symbol) + " " + operand(*arguments[1]);
  }
  if (function == "negate" && arguments.size() == 1) return std::string("-").append(operand(*arguments[0]));
  if (function == "not" && arguments.size() == 1) return std::string("!").append(operand(*arguments[0]));
  if (function == "if_else" && arguments.size() == 3) {
    return "when(" + to_string(*arguments[0]) + ").then(" + to_string(*arguments[1]) + ").otherwise(" +
           to_string(*arguments[2]) + ")";
  }
  if (function == "is_in") return receiver(*arguments[0]) + ".is_in({" + list(arguments, 1) + "})";
  if (function == "str.concat")
    return "concat_str({" + list(arguments, 1) + "}, " + to_string(*arguments[0]) + ")";
  if (arguments.empty()) return function + "(" + list(arguments, 0) + ")";
  return receiver(*arguments[0]) + "." + method(function) + "(" + list(arguments, 1) + ")";
}

std::string aggregate_to_string(const ExpressionNode& node, const AggregateCall& call) {
  if (node.arguments().empty()) return "count()";
  const bool has_ddof = call.kind == AggregateKind::kStd || call.kind == AggregateKind::kVar;
  std::string parameter;
  if (has_ddof && call.ddof != 1) parameter = std::to_string(call.ddof);
  if (call.kind == AggregateKind::kQuantile) parameter = Scalar(call.quantile).to_string();
  return receiver(*node.arguments()[0]) + "." + std::string(to_string(call.kind)) + "(" + parameter + ")";
}

struct Print {
  const ExpressionNode& node;
  std::string operator()(const ColumnReference& column) const { return "col(\"" + column.name + "\")"; }
  std::string operator()(const Literal& literal) const { return literal.value.to_string(); }
  std::string operator()(const Call& call) const { return call_to_string(node, call.function); }
  std::string operator()(const Cast& cast) const {
    return receiver(*node.arguments()[0]) + (cast.strict ? ".cast(" : ".try_cast(") + cast.type.to_string() +
           ")";
  }
  std::string operator()(const Alias& alias) const {
    return receiver(*node.arguments()[0]) + ".alias(\"" + alias.name + "\")";
  }
  std::string operator()(const AggregateCall& call) const { return aggregate_to_string(node, call); }
};

}  // namespace

std::string to_string(const ExpressionNode& node) { return std::visit(Print{node}, node.payload()); }

std::string_view to_string(AggregateKind kind) {
  static constexpr std::array<std::string_view, 16> kNames = {
      "sum", "mean", "min",     "max",    "count",   "size",     "first",       "last",
      "std", "var",  "nunique", "median", "product", "quantile", "first_valid", "last_valid"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace treadle::dataframe
