#include "io/ndjson/json.h"

#include <utility>

namespace treadle::ndjson {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Passes over digits; how many there were.
std::size_t skip_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  text.remove_prefix(count);
  return count;
}

bool skip(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

template <class Nested>
bool raw_text(simdjson::simdjson_result<Nested> result, std::string_view& text) {
  Nested nested;
  if (std::move(result).get(nested) != simdjson::SUCCESS || nested.raw_json().get(text) != simdjson::SUCCESS)
    return false;
  while (!text.empty() && text.back() != '}' && text.back() != ']') text.remove_suffix(1);
  return true;
}

}  // namespace

bool is_json_number(std::string_view token) {
  skip(token, "-");
  const bool zero = skip(token, "0");
  if (!zero && skip_digits(token) == 0) return false;
  if (skip(token, ".") && skip_digits(token) == 0) return false;
  if (skip(token, "eE")) {
    skip(token, "+-");
    if (skip_digits(token) == 0) return false;
  }
  return token.empty();
}

bool text_of(ondemand::value& value, std::string_view& text) {
  ondemand::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) return false;
  bool truth = false;
  switch (type) {
    case ondemand::json_type::string:
      return value.get_string().get(text) == simdjson::SUCCESS;
    case ondemand::json_type::object:
      return raw_text(value.get_object(), text);
    case ondemand::json_type::array:
      return raw_text(value.get_array(), text);
    case ondemand::json_type::number:
      text = token_of(value);
      return is_json_number(text);
    case ondemand::json_type::boolean:
      text = token_of(value);
      return value.get_bool().get(truth) == simdjson::SUCCESS;
    default:
      return false;
  }
}

}  // namespace treadle::ndjson
