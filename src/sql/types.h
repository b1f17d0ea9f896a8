#pragma once

#include "sql/scope.h"
#include "treadle/data_type.h"

namespace treadle::sql {

/// A type's name in SQL ("bigint", "numeric(12, 2)", "timestamptz") or as Treadle prints it ("int64").
DataType type_of_name(const ParseNode& type_name, const Scope& scope);
/// `type_name` is an interval: the text of an interval ("1 day 02:30:00", "90 minutes") as a duration in
/// microseconds.
Scalar interval_of(const std::string& text, std::size_t location, const Scope& scope);

}  // namespace treadle::sql
