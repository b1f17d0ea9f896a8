#pragma once

#include <simdjson.h>

#include <string_view>

namespace treadle::ndjson {

namespace ondemand = simdjson::ondemand;

/// A scalar as it stands, without the spaces behind it.
inline std::string_view token_of(ondemand::value& value) {
  std::string_view token = value.raw_json_token();
  while (!token.empty() &&
         (token.back() == ' ' || token.back() == '\t' || token.back() == '\r' || token.back() == '\n'))
    token.remove_suffix(1);
  return token;
}

/// Whether `token` is a number by JSON's grammar: no plus, no leading zeros, digits on both sides of a point.
bool is_json_number(std::string_view token);

/// An object or array as it stands; a number, true or false likewise; a string's content. False: no JSON.
bool text_of(ondemand::value& value, std::string_view& text);

}  // namespace treadle::ndjson
