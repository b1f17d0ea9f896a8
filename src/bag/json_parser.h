#pragma once

#include <simdjson.h>

#include <cstring>
#include <string>
#include <string_view>

#include "treadle/item_expression.h"

namespace treadle::bag {

/// Reads texts as JSON, one after the other. What it answers with lives until the next one.
class JsonParser {
 public:
  simdjson::error_code parse(std::string_view text, simdjson::dom::element& value) {
    // The parser reads a little beyond a text's end.
    if (text_.size() < text.size() + simdjson::SIMDJSON_PADDING) {
      text_.resize(2 * (text.size() + simdjson::SIMDJSON_PADDING));
    }
    std::memcpy(text_.data(), text.data(), text.size());
    return parser_.parse(text_.data(), text.size(), false).get(value);
  }

 private:
  simdjson::dom::parser parser_;
  std::string text_;
};

/// The field of that name, the last one of several, or the element at that place, from the end if it is
/// negative. Answers false where there is none.
bool find_part(const simdjson::dom::element& in, const ItemKey& key, simdjson::dom::element& found);

}  // namespace treadle::bag
