#include <utf8proc.h>

#include <algorithm>

#include "columnar/functions/register.h"
#include "columnar/functions/text_kernel.h"

// str.to_lower, str.to_upper: Unicode's simple case mapping, code point by code point. str.length,
// str.length_bytes.
namespace treadle::columnar::functions {
namespace {

bool is_ascii(std::string_view text) noexcept {
  unsigned char all = 0;
  for (const char c : text) all = static_cast<unsigned char>(all | static_cast<unsigned char>(c));
  return all < 0x80;
}

struct Lower {
  static char ascii(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
  static utf8proc_int32_t code_point(utf8proc_int32_t code) noexcept { return utf8proc_tolower(code); }
};
struct Upper {
  static char ascii(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
  /// Sharp s has no simple upper case; the library's answer would be one that no text has.
  static utf8proc_int32_t code_point(utf8proc_int32_t code) noexcept {
    return code == 0xDF ? code : utf8proc_toupper(code);
  }
};

template <class Case>
void map_code_points(std::string_view text, std::string& out) {
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (auto left = static_cast<utf8proc_ssize_t>(text.size()); left > 0;) {
    utf8proc_int32_t code = 0;
    const utf8proc_ssize_t size = utf8proc_iterate(at, left, &code);
    if (size <= 0) {
      out += static_cast<char>(*at++);
      --left;
      continue;
    }
    utf8proc_uint8_t bytes[4];
    const utf8proc_ssize_t written = utf8proc_encode_char(Case::code_point(code), bytes);
    out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(written));
    at += size, left -= size;
  }
}

template <class Case>
Datum run_case(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [](Arguments row, std::int64_t) {
    return map_text(column_of(row[0]), [](std::string_view text, std::string& out) {
      if (!is_ascii(text)) return map_code_points<Case>(text, out);
      out.resize(text.size());
      std::transform(text.begin(), text.end(), out.begin(), Case::ascii);
    });
  });
}

Datum run_length(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t) {
    return measure_text<std::uint32_t>(column_of(row[0]), result, [](std::string_view text) {
      return static_cast<std::uint32_t>(count_code_points(text));
    });
  });
}

Datum run_length_bytes(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t) {
    return measure_text<std::uint32_t>(column_of(row[0]), result, [](std::string_view text) {
      return static_cast<std::uint32_t>(text.size());
    });
  });
}

}  // namespace

void register_text_case(FunctionRegistry& registry) {
  using Types = std::span<const DataType>;
  registry.add({"str.to_lower", 1, 1, [](Types types) {
                  return resolve_text(types, "str.to_lower", TypeId::kUtf8, {}, run_case<Lower>);
                }});
  registry.add({"str.to_upper", 1, 1, [](Types types) {
                  return resolve_text(types, "str.to_upper", TypeId::kUtf8, {}, run_case<Upper>);
                }});
  registry.add({"str.length", 1, 1, [](Types types) {
                  return resolve_text(types, "str.length", TypeId::kUInt32, {}, run_length);
                }});
  registry.add({"str.length_bytes", 1, 1, [](Types types) {
                  return resolve_text(types, "str.length_bytes", TypeId::kUInt32, {}, run_length_bytes);
                }});
}

}  // namespace treadle::columnar::functions
