#include "io/ndjson/bad_input.h"

#include <utility>

#include "columnar/join_types.h"
#include "io/csv/bad_input.h"
#include "io/ndjson/json_type.h"
#include "io/source.h"
#include "treadle/error.h"

namespace treadle::ndjson {

Inspection::Inspection(const ReadPlan& plan, const Schema& assumed)
    : plan_(plan), assumed_(assumed), seen_(assumed.num_fields()) {}

std::string Inspection::read(ondemand::parser& parser, simdjson::padded_string_view line) {
  ondemand::document document;
  if (const auto error = parser.iterate(line).get(document)) return simdjson::error_message(error);
  ondemand::object object;
  if (document.get_object().get(object) != simdjson::SUCCESS)
    return "expected an object, found " + csv::quoted(line);
  for (auto member : object) {
    ondemand::field field;
    if (const auto error = std::move(member).get(field)) return simdjson::error_message(error);
    if (std::string fault = look(field); !fault.empty()) return fault;
  }
  if (document.current_location().error() == simdjson::SUCCESS)
    return "expected the end of the line behind an object, found more";
  return {};
}

std::string Inspection::look(ondemand::field& field) {
  std::string_view raw;
  if (const auto error = field.unescaped_key().get(raw)) return simdjson::error_message(error);
  const std::string key(raw);
  const std::size_t place = plan_.keys->find(key, 0);
  if (place == KnownKeys::kNone) {
    if (!plan_.ignore_unknown_keys && !unknown_) unknown_ = key;
    return {};
  }
  const std::size_t column = plan_.columns[place];
  if (column == ReadPlan::kNotRead) return {};
  if (seen_[column]) return "the key \"" + key + "\" appears twice";
  const std::string text(token_of(field.value()).substr(0, 100));
  std::string fault;
  const std::optional<DataType> type = type_of(field.value(), fault);
  if (!type) return fault + " (key \"" + key + "\")";
  seen_[column] = Seen{text, *type};
  return {};
}

void Inspection::reject(std::size_t unfit_column, std::uint64_t line_number) const {
  if (unknown_) {
    throw ParseError(
        {plan_.path, line_number, 0},
        "expected the keys of the lines looked at to plan, found one more, \"" + *unknown_ +
            "\"; give its type (dtypes), name the columns to read (columns), or have unknown keys "
            "ignored (unknown_keys)");
  }
  if (unfit_column >= seen_.size() || !seen_[unfit_column])
    throw InternalError("a line of JSON was not taken, and nothing is wrong with it: " + plan_.path + ":" +
                        std::to_string(line_number));
  const Seen& seen = *seen_[unfit_column];
  const Field& field = assumed_.field(unfit_column);
  if (plan_.fixed[unfit_column]) {
    throw ParseError({plan_.path, line_number, 0}, "expected " + field.type.to_string() + " in column " +
                                                       field.name + ", found " + csv::quoted(seen.text));
  }
  // It looks like one of the type but the type cannot hold it: then text does.
  const DataType joined = columnar::join_types(field.type, seen.type);
  throw io::TypeWidened{unfit_column, joined == field.type ? DataType(TypeId::kUtf8) : joined,
                        plan_.path + ":" + std::to_string(line_number) + ", column " + field.name +
                            ", value " + csv::quoted(seen.text)};
}

}  // namespace treadle::ndjson
