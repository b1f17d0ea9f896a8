#include <algorithm>
#include <array>

#include "columnar/function.h"
#include "sql/calls.h"
#include "sql/constant_folding.h"
#include "sql/translate.h"

namespace treadle::sql {
namespace {

// Both sides of a binary operator, text literals adapted to the other side.
struct Operands {
  Expression left;
  Expression right;
};

Operands translate_operands(const ParseNode& node, Scope& scope) {
  Operands operands{translate(node.at("lexpr"), scope), translate(node.at("rexpr"), scope)};
  // What || joins becomes text.
  if (last_name(node.at("name")) == "||") return operands;
  operands.right = adapt_literal(node.at("rexpr"), operands.right, operands.left, scope);
  operands.left = adapt_literal(node.at("lexpr"), operands.left, operands.right, scope);
  return operands;
}

Expression matches(const Operands& operands, const ParseNode& node, Scope& scope, bool ignore_case) {
  const auto pattern = literal(node.at("rexpr"), scope);
  const auto* text = pattern ? std::get_if<std::string>(&pattern->storage()) : nullptr;
  if (text == nullptr)
    scope.text.fail_unsupported(node.location(), "a regular expression that is no text literal");
  return operands.left.str().contains(ignore_case ? "(?i)" + *text : *text);
}

// SQL's own regular expressions: they match whole texts, with % and _ as in LIKE.
Expression matches_similar(const ParseNode& node, Scope& scope) {
  const ParseNode call(node.at("rexpr"));
  const Json& pattern = call.is("FuncCall") ? call.at("args")[0] : node.at("rexpr");
  const auto value = literal(pattern, scope);
  const auto* text = value ? std::get_if<std::string>(&value->storage()) : nullptr;
  if (text == nullptr || (call.is("FuncCall") && call.at("args").size() > 1)) {
    scope.text.fail_unsupported(node.location(), "SIMILAR TO what is no text literal, and its ESCAPE");
  }
  std::string expression = "^(?s:";
  for (std::size_t i = 0; i < text->size(); ++i) {
    const char c = (*text)[i];
    if (c == '\\' && i + 1 < text->size()) {
      expression += std::string("\\") + (*text)[++i];
    } else if (c == '%' || c == '_') {
      expression += c == '%' ? ".*" : ".";
    } else {
      expression += std::string_view(".^$").find(c) == std::string_view::npos ? std::string(1, c)
                                                                              : std::string("\\") + c;
    }
  }
  const Expression found = translate(node.at("lexpr"), scope).str().contains(expression + ")$");
  return last_name(node.at("name")) == "!~" ? !found : found;
}

Expression concatenation(const Operands& operands) {
  return concat_str({operands.left.cast(TypeId::kUtf8), operands.right.cast(TypeId::kUtf8)});
}

// What PostgreSQL computes differently: overflow and division by zero are errors, integers divide towards
// zero, a date and a number of days make a date.
const char* postgres_function(std::string_view op) {
  if (op == "+") return "sql.add";
  if (op == "-") return "sql.subtract";
  if (op == "*") return "sql.multiply";
  if (op == "/") return "sql.divide";
  if (op == "%") return "sql.modulo";
  if (op == "&") return "bit.and";
  if (op == "|") return "bit.or";
  if (op == "#") return "bit.xor";
  if (op == "<<") return "bit.shift";
  return op == "^" || op == "**" ? "sql.pow" : nullptr;
}

struct Operator {
  std::string_view sign;
  Expression (*build)(const Operands&);
};
constexpr std::array<Operator, 15> kOperators = {{
    {"+", [](const Operands& o) { return o.left + o.right; }},
    {"-", [](const Operands& o) { return o.left - o.right; }},
    {"*", [](const Operands& o) { return o.left * o.right; }},
    {"/", [](const Operands& o) { return o.left / o.right; }},
    {"**", [](const Operands& o) { return o.left.pow(o.right); }},
    {"//", [](const Operands& o) { return o.left.floor_divide(o.right); }},
    {"%", [](const Operands& o) { return o.left % o.right; }},
    {"^", [](const Operands& o) { return o.left.pow(o.right); }},
    {"=", [](const Operands& o) { return o.left == o.right; }},
    {"<>", [](const Operands& o) { return o.left != o.right; }},
    {"<", [](const Operands& o) { return o.left < o.right; }},
    {"<=", [](const Operands& o) { return o.left <= o.right; }},
    {">", [](const Operands& o) { return o.left > o.right; }},
    {">=", [](const Operands& o) { return o.left >= o.right; }},
    {"||", concatenation},
}};

Expression translate_sign(const std::string& op, const ParseNode& node, Scope& scope) {
  if (const auto value = op == "-" ? literal(node.at("rexpr"), scope) : std::nullopt) {
    if (const auto negated = negative(*value)) return *negated;
  }
  const Expression operand = translate(node.at("rexpr"), scope);
  if (op == "-") return -operand;
  if (op == "+") return operand;
  if (op == "~") return call("bit.not", {operand});
  scope.text.fail_unsupported(node.location(), "the operator " + op + " before a value");
}

// time + interval '1 month', interval '1 year' + time, time - interval '1 month': how many days these are
// depends on the time.
std::optional<Expression> shifted_by_months(const std::string& op, const ParseNode& node, Scope& scope) {
  if (op != "+" && op != "-") return std::nullopt;
  if (const auto months = interval_months(node.at("rexpr"), scope)) {
    const std::int64_t moved = op == "-" ? -std::int64_t{*months} : *months;
    return call("sql.add_months", {translate(node.at("lexpr"), scope), lit(moved)});
  }
  const auto months = op == "+" ? interval_months(node.at("lexpr"), scope) : std::nullopt;
  if (!months) return std::nullopt;
  return call("sql.add_months", {translate(node.at("rexpr"), scope), lit(std::int64_t{*months})});
}

// DuckDB's //: of whole numbers towards zero.
Expression whole_quotient(const Operands& operands, Scope& scope) {
  const auto left = scope.type_of(operands.left), right = scope.type_of(operands.right);
  const bool whole = left && right && left->is_integer() && right->is_integer();
  if (!whole) return operands.left.floor_divide(operands.right);
  return when(operands.right != 0).then(call("sql.divide", {operands.left, operands.right}));
}

Expression starts_with(const Operands& operands, const ParseNode& node, Scope& scope) {
  const auto prefix = literal(node.at("rexpr"), scope);
  const auto* text = prefix ? std::get_if<std::string>(&prefix->storage()) : nullptr;
  if (text == nullptr) scope.text.fail_unsupported(node.location(), "^@ with what is no text literal");
  return operands.left.str().starts_with(*text);
}

Expression translate_plain_operator(const ParseNode& node, Scope& scope) {
  const std::string op = last_name(node.at("name"));
  if (!node.has("lexpr")) return translate_sign(op, node, scope);
  if (op == "~~" || op == "~~*" || op == "!~~" || op == "!~~*") return translate_like(node, scope);
  if (scope.dialect == Dialect::kPostgres) {
    if (const auto folded = fold_literals(node, scope)) return *folded;
    if (auto shifted = shifted_by_months(op, node, scope)) return std::move(*shifted);
  }
  const Operands operands = translate_operands(node, scope);
  if (op == ">>") return call("bit.shift", {operands.left, -operands.right});
  if (op == "^@") return starts_with(operands, node, scope);
  if (scope.dialect == Dialect::kPostgres) {
    if (op == "//") return whole_quotient(operands, scope);
    if (const char* function = postgres_function(op)) return call(function, {operands.left, operands.right});
  }
  if (op == "~" || op == "~*") return matches(operands, node, scope, op == "~*");
  if (op == "!~" || op == "!~*") return !matches(operands, node, scope, op == "!~*");
  const auto found = std::find_if(kOperators.begin(), kOperators.end(),
                                  [&](const Operator& known) { return known.sign == op; });
  if (found == kOperators.end()) scope.text.fail_unsupported(node.location(), "the operator " + op);
  return found->build(operands);
}

// (a, b) = (c, d)
Expression same_row(const ParseNode& left, const Json& right, Scope& scope) {
  const ParseNode row(right);
  const Json& values = left.at("args");
  if (!row.is("RowExpr") || row.at("args").size() != values.size()) {
    scope.text.fail(row.location(), "a row of " + std::to_string(values.size()) + " values is expected");
  }
  std::optional<Expression> same;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Json& other = row.at("args")[i];
    const Expression value = translate(values[i], scope);
    const Expression equal = value == adapt_literal(other, translate(other, scope), value, scope);
    same = same ? *same & equal : equal;
  }
  return *same;
}

// Rows: one comparison after the other.
Expression translate_row_in(const ParseNode& node, Scope& scope) {
  std::optional<Expression> found;
  for (const Json& item : ParseNode(node.at("rexpr")).at("items")) {
    const Expression same = same_row(ParseNode(node.at("lexpr")), item, scope);
    found = found ? *found | same : same;
  }
  return last_name(node.at("name")) == "<>" ? !*found : *found;
}

// Literal values at once; anything else one comparison after the other.
Expression translate_in(const ParseNode& node, Scope& scope) {
  if (ParseNode(node.at("lexpr")).is("RowExpr")) return translate_row_in(node, scope);
  const Expression subject = translate(node.at("lexpr"), scope);
  const auto type = scope.type_of(subject);
  std::vector<Scalar> values;
  std::optional<Expression> others;
  bool has_null = false;
  for (const Json& item : ParseNode(node.at("rexpr")).at("items")) {
    if (const auto value = literal(item, scope)) {
      const bool adapts = type && type->id() != TypeId::kUtf8 && value->type().id() == TypeId::kUtf8;
      has_null = has_null || value->is_null();
      if (!value->is_null()) values.push_back(adapts ? columnar::cast(*value, *type, true) : *value);
      continue;
    }
    const Expression same = subject == translate(item, scope);
    others = others ? *others | same : same;
  }
  std::optional<Expression> found = others;
  if (!values.empty()) found = found ? subject.is_in(values) | *found : subject.is_in(values);
  if (!found) found = Expression(Scalar(TypeId::kBool, {}));
  // Not among these, but one is unknown: so is the answer.
  else if (has_null)
    found = *found | Expression(Scalar(TypeId::kBool, {}));
  return last_name(node.at("name")) == "<>" ? !*found : *found;
}

Expression translate_between(const ParseNode& node, Scope& scope) {
  const Json& bounds = ParseNode(node.at("rexpr")).at("items");
  const Expression subject = translate(node.at("lexpr"), scope);
  const Expression low = adapt_literal(bounds[0], translate(bounds[0], scope), subject, scope);
  const Expression high = adapt_literal(bounds[1], translate(bounds[1], scope), subject, scope);
  const Expression between = subject.is_between(low, high);
  return node.text("kind") == "AEXPR_NOT_BETWEEN" ? !between : between;
}

Expression translate_nullif(const ParseNode& node, Scope& scope) {
  const Operands operands = translate_operands(node, scope);
  return when((operands.left == operands.right).fill_null(false)).then(Scalar()).otherwise(operands.left);
}

Expression translate_distinct(const ParseNode& node, Scope& scope) {
  const Operands operands = translate_operands(node, scope);
  const Expression both_null = operands.left.is_null() & operands.right.is_null();
  const Expression same = (operands.left == operands.right).fill_null(false) | both_null;
  return node.text("kind") == "AEXPR_NOT_DISTINCT" ? same : !same;
}

struct Kind {
  std::string_view kind;
  Expression (*translate)(const ParseNode&, Scope&);
};
constexpr std::array<Kind, 10> kKinds = {{
    {"AEXPR_BETWEEN", translate_between},
    {"AEXPR_DISTINCT", translate_distinct},
    {"AEXPR_ILIKE", translate_like},
    {"AEXPR_IN", translate_in},
    {"AEXPR_LIKE", translate_like},
    {"AEXPR_NOT_BETWEEN", translate_between},
    {"AEXPR_NOT_DISTINCT", translate_distinct},
    {"AEXPR_NULLIF", translate_nullif},
    {"AEXPR_OP", translate_plain_operator},
    {"AEXPR_SIMILAR", matches_similar},
}};

}  // namespace

Expression translate_operator(const ParseNode& node, Scope& scope) {
  const std::string kind = node.text("kind");
  const auto found =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& known) { return known.kind == kind; });
  if (found == kKinds.end()) scope.text.fail_unsupported(node.location(), "this form of comparison");
  return found->translate(node, scope);
}

}  // namespace treadle::sql
