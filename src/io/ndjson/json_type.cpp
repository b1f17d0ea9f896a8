#include "io/ndjson/json_type.h"

#include <algorithm>
#include <vector>

#include "columnar/join_types.h"
#include "io/csv/parse_number.h"
#include "treadle/schema.h"

namespace treadle::ndjson {
namespace {

using Type = std::optional<DataType>;

Type no_type(std::string& fault, simdjson::error_code error) {
  fault = simdjson::error_message(error);
  return std::nullopt;
}

Type type_of_number(ondemand::value& value, std::string& fault) {
  const std::string_view token = token_of(value);
  if (!is_json_number(token)) {
    fault = "\"" + std::string(token.substr(0, 60)) + "\" is no number";
    return std::nullopt;
  }
  if (token.find_first_of(".eE") != std::string_view::npos) return TypeId::kFloat64;
  std::int64_t integer = 0;
  return csv::parse_int64(token, integer) >= csv::Parsed::kOdd ? TypeId::kInt64 : TypeId::kFloat64;
}

Type type_of_array(ondemand::value& value, std::string& fault) {
  ondemand::array array;
  if (const auto error = value.get_array().get(array)) return no_type(fault, error);
  DataType joined;
  for (auto element : array) {
    ondemand::value each;
    if (const auto error = std::move(element).get(each)) return no_type(fault, error);
    const Type type = type_of(each, fault);
    if (!type) return type;
    joined = columnar::join_types(joined, *type);
  }
  return DataType::list(joined);
}

Type type_of_object(ondemand::value& value, std::string& fault) {
  ondemand::object object;
  if (const auto error = value.get_object().get(object)) return no_type(fault, error);
  std::vector<Field> fields;
  for (auto member : object) {
    ondemand::field field;
    if (const auto error = std::move(member).get(field)) return no_type(fault, error);
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key)) return no_type(fault, error);
    const std::string name(key);
    if (std::ranges::find(fields, name, &Field::name) != fields.end()) {
      fault = "the key \"" + name + "\" appears twice";
      return std::nullopt;
    }
    const Type type = type_of(field.value(), fault);
    if (!type) return type;
    fields.push_back({name, *type});
  }
  return DataType::structure(std::move(fields));
}

}  // namespace

Type type_of(ondemand::value& value, std::string& fault) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return no_type(fault, error);
  std::string_view text;
  bool truth = false, is_null = false;
  switch (type) {
    case ondemand::json_type::number:
      return type_of_number(value, fault);
    case ondemand::json_type::array:
      return type_of_array(value, fault);
    case ondemand::json_type::object:
      return type_of_object(value, fault);
    case ondemand::json_type::string:
      if (const auto error = value.get_string().get(text)) return no_type(fault, error);
      return TypeId::kUtf8;
    case ondemand::json_type::boolean:
      if (const auto error = value.get_bool().get(truth)) return no_type(fault, error);
      return TypeId::kBool;
    case ondemand::json_type::null:
      break;
  }
  if (value.is_null().get(is_null) == simdjson::SUCCESS && is_null) return TypeId::kNull;
  return no_type(fault, simdjson::N_ATOM_ERROR);
}

}  // namespace treadle::ndjson
