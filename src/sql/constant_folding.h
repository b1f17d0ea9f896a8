#pragma once

#include <optional>
#include <string>

#include "sql/scope.h"

namespace treadle::sql {

/// `a + b` or `a - b` of literals, where computing it later would be another value: numbers with a point,
/// exact in PostgreSQL (0.06 + 0.01 is 0.07); a date and months or years, which are no fixed span of time.
/// Nothing for anything else.
std::optional<Scalar> fold_literals(const ParseNode& operation, const Scope& scope);

/// The text of an interval's literal with the unit that stands behind it: "90 day" of INTERVAL '90' DAY.
/// `cast` is its TypeCast. Nothing if it is no literal. Throws ParseError for units such as DAY TO HOUR.
std::optional<std::string> interval_text(const ParseNode& cast, const Scope& scope);

/// The months of an interval's literal that has nothing but months and years; nothing for anything else.
std::optional<int> interval_months(const Json& tree, const Scope& scope);

}  // namespace treadle::sql
