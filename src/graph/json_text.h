#pragma once

#include <string>
#include <string_view>

namespace treadle::graph {

/// Appends `value` in quotation marks, escaped for JSON and for Graphviz' language.
inline void append_json_string(std::string& text, std::string_view value) {
  constexpr char kDigits[] = "0123456789abcdef";
  text += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      text += '\\';
      text += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      text += "\\u00";
      text += kDigits[(c >> 4) & 15];
      text += kDigits[c & 15];
    } else {
      text += c;
    }
  }
  text += '"';
}

}  // namespace treadle::graph
