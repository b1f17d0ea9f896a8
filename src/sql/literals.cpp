#include <charconv>

#include "sql/constant_folding.h"
#include "sql/translate.h"
#include "sql/types.h"

namespace treadle::sql {
namespace {

// The scanner gives digits as text when they do not fit 32 bits or have a point.
Scalar number_of(const std::string& digits, std::size_t location, const Scope& scope) {
  const char* end = digits.data() + digits.size();
  std::int64_t whole = 0;
  if (const auto [stop, error] = std::from_chars(digits.data(), end, whole);
      error == std::errc() && stop == end) {
    return whole;
  }
  std::uint64_t large = 0;
  if (const auto [stop, error] = std::from_chars(digits.data(), end, large);
      error == std::errc() && stop == end) {
    return large;
  }
  double real = 0;
  const auto [stop, error] = std::from_chars(digits.data(), end, real);
  if (error != std::errc() || stop != end)
    scope.text.fail(location, "the number " + digits + " is out of range");
  return real;
}

Scalar constant_of(const ParseNode& node, const Scope& scope) {
  if (node.has("ival")) {
    const Json& number = node.at("ival");
    return number.contains("ival") ? number["ival"].get<std::int64_t>()
                                   : scope.text.signed_integer(node.location());
  }
  if (node.has("boolval")) return node.at("boolval").value("boolval", false);
  if (node.has("fval"))
    return number_of(node.at("fval").value("fval", std::string("0")), node.location(), scope);
  if (node.has("sval")) return node.at("sval").value("sval", std::string());
  if (node.has("bsval")) scope.text.fail_unsupported(node.location(), "bit strings");
  return {};
}

bool is_interval(const ParseNode& type_name) { return last_name(type_name.at("names")) == "interval"; }

}  // namespace

std::optional<Scalar> negative(const Scalar& value) {
  const auto* whole = std::get_if<std::int64_t>(&value.storage());
  if (whole != nullptr && *whole != INT64_MIN) return Scalar(-*whole);
  if (const auto* real = std::get_if<double>(&value.storage())) return Scalar(-*real);
  // -9223372036854775808 is scanned as a minus and a number that does not fit.
  const auto* large = std::get_if<std::uint64_t>(&value.storage());
  if (large != nullptr && *large == std::uint64_t{1} << 63) return Scalar(INT64_MIN);
  return std::nullopt;
}

std::optional<Scalar> literal(const Json& json, const Scope& scope) {
  const ParseNode node(json);
  if (node.is("A_Const")) return constant_of(node, scope);
  if (node.is("A_Expr") && !node.has("lexpr") && last_name(node.at("name")) == "-") {
    const auto value = literal(node.at("rexpr"), scope);
    return value ? negative(*value) : std::nullopt;
  }
  return std::nullopt;
}

Expression translate_constant(const ParseNode& node, Scope& scope) { return constant_of(node, scope); }

Expression translate_cast(const ParseNode& node, Scope& scope) {
  const ParseNode type_name("TypeName", node.at("typeName"));
  if (is_interval(type_name)) {
    const auto text = interval_text(node, scope);
    if (!text) scope.text.fail_unsupported(type_name.location(), "casts to interval");
    return interval_of(*text, type_name.location(), scope);
  }
  const DataType type = type_of_name(type_name, scope);
  const Expression argument = translate(node.at("arg"), scope);
  // PostgreSQL rounds where Polars cuts off.
  if (scope.dialect == Dialect::kPostgres && type.is_integer()) {
    const auto from = scope.type_of(argument);
    if (from && from->is_float()) return argument.round().cast(type);
  }
  // PostgreSQL writes a time behind its date and a blank.
  if (scope.dialect == Dialect::kPostgres && type.id() == TypeId::kUtf8) {
    const auto from = scope.type_of(argument);
    if (from && from->id() == TypeId::kTimestamp) return argument.cast(type).str().replace("T", " ", true);
  }
  return scope.text.is_try(node.location()) ? argument.try_cast(type) : argument.cast(type);
}

Expression adapt_literal(const Json& json, Expression translated, const Expression& operand, Scope& scope) {
  const ParseNode node(json);
  if (!node.is("A_Const") || !node.has("sval")) return translated;
  const auto type = scope.type_of(operand);
  if (!type || type->id() == TypeId::kUtf8 || type->id() == TypeId::kBinary || type->id() == TypeId::kNull) {
    return translated;
  }
  return translated.cast(*type);
}

}  // namespace treadle::sql
