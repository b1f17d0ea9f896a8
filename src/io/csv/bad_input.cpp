#include "io/csv/bad_input.h"

#include "io/csv/infer.h"
#include "treadle/error.h"

namespace treadle::csv {
namespace {

/// The type that a column of this type needs to hold one more value.
DataType wider_type(const ReadPlan& plan, const DataType& assumed, std::string_view value) {
  const DataType wider = type_of(join(kind_of(assumed), kind_of(value, plan.infer_dates)));
  // The value looks like one of the type but the type cannot hold it: a year beyond what nanoseconds reach.
  return wider == assumed ? DataType(TypeId::kUtf8) : wider;
}

std::string expectation(const PlannedColumn& column, const DataType& type) {
  std::string text = "expected " + type.to_string();
  if (!column.format.date_format.empty()) text += " as " + column.format.date_format;
  return text;
}

}  // namespace

std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  const bool cut = text.size() > kLongest;
  return '"' + std::string(text.substr(0, kLongest)) + (cut ? "...\"" : "\"");
}

void throw_bad_value(const ReadPlan& plan, std::size_t column, const DataType& assumed,
                     const FieldText& value, std::uint64_t line) {
  const PlannedColumn& planned = plan.columns[column];
  const std::uint64_t place = std::uint64_t{planned.field} + 1;
  if (planned.fixed) {
    throw ParseError({plan.path, line, place}, expectation(planned, assumed) + " in column " + planned.name +
                                                   ", found " + quoted(value.text));
  }
  throw io::TypeWidened{column, wider_type(plan, assumed, value.text),
                        plan.path + ":" + std::to_string(line) + ", column " + std::to_string(place) + " (" +
                            planned.name + "), value " + quoted(value.text)};
}

void throw_bad_row(const ReadPlan& plan, const BadRow& row, std::uint64_t line) {
  switch (row.reason) {
    case BadRow::Reason::kFields:
      throw ParseError({plan.path, line, 0},
                       "expected " + std::to_string(plan.shape.num_fields) + " fields, found " +
                           std::to_string(row.fields) +
                           " (bad_rows, in Python on_bad_lines or ignore_errors, can skip such rows)");
    case BadRow::Reason::kUtf8:
      throw ParseError({plan.path, line, row.fields + 1},
                       "expected UTF-8, found other bytes (bad_rows, in Python on_bad_lines or "
                       "ignore_errors, can skip such rows)");
    case BadRow::Reason::kUnterminated:
      break;
  }
  throw ParseError({plan.path, line, 0},
                   "expected the end of a record, found the end of the file: a quote is open");
}

}  // namespace treadle::csv
