#pragma once

#include <optional>
#include <string_view>

#include "treadle/data_type.h"
#include "treadle/scalar.h"

namespace treadle::dataframe {

/// Whether the function's arguments want a common type, so that a literal takes the type of the column beside
/// it: `col("small") + 1` stays int8. Parameters of other functions (digits, patterns) keep theirs.
bool arguments_share_type(std::string_view function);
/// The first argument that takes part in it: the condition of if_else does not.
std::size_t first_shared_argument(std::string_view function);

/// `literal` as a value of `type`, the type of the argument beside it: an integer of any width if it fits, a
/// float, text as a date or timestamp, null as anything. Empty if the literal keeps its own type. Throws
/// TypeError for text that is no date beside a date.
std::optional<Scalar> literal_as(const Scalar& literal, const DataType& type);
/// `literal` as a decimal of `type` for a comparison with such decimals, if it is exactly one and all of them
/// compare with it as they did: the column need not be converted then. Empty otherwise.
std::optional<Scalar> compared_decimal(const Scalar& literal, const DataType& type);
/// Whether a function only compares its arguments.
bool is_comparison(std::string_view function);

}  // namespace treadle::dataframe
