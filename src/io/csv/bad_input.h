#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/csv/read_plan.h"
#include "io/source.h"

// The messages of what cannot be read.
namespace treadle::csv {

/// A field that is no value of its column's type. Throws ParseError if the type was given, else TypeWidened.
/// `column` counts in the plan and in the assumed schema.
[[noreturn]] void throw_bad_value(const ReadPlan& plan, std::size_t column, const DataType& assumed,
                                  const FieldText& value, std::uint64_t line);

[[noreturn]] void throw_bad_row(const ReadPlan& plan, const BadRow& row, std::uint64_t line);

/// `text` in quotes, its end cut off if it is long.
std::string quoted(std::string_view text);

}  // namespace treadle::csv
