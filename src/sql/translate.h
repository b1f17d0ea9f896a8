#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sql/scope.h"
#include "treadle/scalar.h"

namespace treadle::sql {

/// An expression's tree as an Expression. Throws ParseError at what is not supported yet, NotFound,
/// TypeError.
Expression translate(const ParseNode& node, Scope& scope);
Expression translate(const Json& node, Scope& scope);
std::vector<Expression> translate_all(const Json& list, Scope& scope);

/// The value of a literal, with its sign and cast; nothing for anything else.
std::optional<Scalar> literal(const Json& node, const Scope& scope);

/// The number with the other sign; nothing if it has none or is no number.
std::optional<Scalar> negative(const Scalar& value);

// One function for each kind of node; translate() chooses.
Expression translate_constant(const ParseNode& node, Scope& scope);
Expression translate_cast(const ParseNode& node, Scope& scope);
Expression translate_operator(const ParseNode& node, Scope& scope);
Expression translate_logic(const ParseNode& node, Scope& scope);
Expression translate_null_test(const ParseNode& node, Scope& scope);
Expression translate_boolean_test(const ParseNode& node, Scope& scope);
Expression translate_case(const ParseNode& node, Scope& scope);
Expression translate_coalesce(const ParseNode& node, Scope& scope);
Expression translate_min_max(const ParseNode& node, Scope& scope);
Expression translate_call(const ParseNode& node, Scope& scope);
/// LIKE and ILIKE, their negations included.
Expression translate_like(const ParseNode& node, Scope& scope);

/// A text literal beside a value of another type takes that type, as in PostgreSQL: day = '2013-01-31'.
/// `operand` is the value, `literal` the node that may be a text literal, `translated` its translation.
Expression adapt_literal(const Json& literal, Expression translated, const Expression& operand, Scope& scope);

}  // namespace treadle::sql
