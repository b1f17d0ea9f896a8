#include <utf8proc.h>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <string>
#include <vector>

#include "columnar/functions/register.h"
#include "columnar/functions/text_kernel.h"
#include "treadle/error.h"

// Texts made of another's code points: str.reverse, str.title, str.translate, str.pad_start, str.pad_end; and
// how far two texts are apart: str.distance, Levenshtein's.
namespace treadle::columnar::functions {
namespace {

using Types = std::span<const DataType>;

constexpr std::int64_t kLongest = 1 << 20;

std::vector<std::string_view> code_points(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = std::min(code_point_bytes(text[at]), text.size() - at);
    out.push_back(text.substr(at, size));
    at += size;
  }
  return out;
}

Datum run_reverse(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [](Arguments row, std::int64_t) {
    return map_text(column_of(row[0]), [](std::string_view text, std::string& out) {
      const std::vector<std::string_view> points = code_points(text);
      for (auto point = points.rbegin(); point != points.rend(); ++point) out += *point;
    });
  });
}

// A letter behind one is small, every other one is large.
void append_title(std::string_view text, std::string& out) {
  bool in_word = false;
  for (const std::string_view point : code_points(text)) {
    utf8proc_int32_t code = 0;
    utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(point.data()),
                     static_cast<utf8proc_ssize_t>(point.size()), &code);
    const utf8proc_category_t category = code < 0 ? UTF8PROC_CATEGORY_CN : utf8proc_category(code);
    const bool letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
    const utf8proc_int32_t made = !letter ? code : in_word ? utf8proc_tolower(code) : utf8proc_toupper(code);
    in_word = letter;
    utf8proc_uint8_t bytes[4];
    const utf8proc_ssize_t size = made < 0 ? 0 : utf8proc_encode_char(made, bytes);
    out.append(size > 0
                   ? std::string_view(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size))
                   : point);
  }
}

Datum run_title(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [](Arguments row, std::int64_t) {
    return map_text(column_of(row[0]), append_title);
  });
}

Datum run_translate(Arguments arguments, std::int64_t length, const DataType& result) {
  const std::vector<std::string_view> from =
      code_points(text_parameter(arguments[1], "str.translate", "from"));
  const std::vector<std::string_view> to = code_points(text_parameter(arguments[2], "str.translate", "to"));
  return run_null_in_null_out(arguments.first(1), length, result, [&](Arguments row, std::int64_t) {
    return map_text(column_of(row[0]), [&](std::string_view text, std::string& out) {
      for (const std::string_view point : code_points(text)) {
        const auto place = static_cast<std::size_t>(std::ranges::find(from, point) - from.begin());
        if (place == from.size())
          out += point;
        else if (place < to.size())
          out += to[place];
      }
    });
  });
}

template <bool kStart>
Datum run_pad(Arguments arguments, std::int64_t length, const DataType& result) {
  const char* name = kStart ? "str.pad_start" : "str.pad_end";
  const std::int64_t wanted = integer_parameter(arguments[1], name, "length");
  const std::vector<std::string_view> fill = code_points(text_parameter(arguments[2], name, "fill"));
  if (wanted < 0 || wanted > kLongest)
    throw InvalidArgument(std::string(name) + " takes a length from 0 to " + std::to_string(kLongest) +
                          "; found " + std::to_string(wanted));
  if (fill.empty()) throw InvalidArgument(std::string(name) + " takes a text to fill up with; found \"\"");
  return run_null_in_null_out(arguments.first(1), length, result, [&](Arguments row, std::int64_t) {
    return map_text(column_of(row[0]), [&](std::string_view text, std::string& out) {
      const std::int64_t missing = wanted - count_code_points(text);
      if (!kStart) out += text;
      for (std::int64_t i = 0; i < missing; ++i) out += fill[static_cast<std::size_t>(i) % fill.size()];
      if (kStart) out += text;
    });
  });
}

std::int64_t distance(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  std::vector<std::int64_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::int64_t diagonal = row[0]++;
    for (std::size_t k = 0; k < b.size(); ++k) {
      const std::int64_t replaced = diagonal + (a[i] == b[k] ? 0 : 1);
      diagonal = row[k + 1];
      row[k + 1] = std::min({row[k + 1] + 1, row[k] + 1, replaced});
    }
  }
  return row.back();
}

Datum run_distance(Arguments arguments, std::int64_t length, const DataType& result) {
  const std::vector<std::string_view> other =
      code_points(text_parameter(arguments[1], "str.distance", "other text"));
  return run_null_in_null_out(arguments.first(1), length, result, [&](Arguments row, std::int64_t) {
    return measure_text<std::int64_t>(
        column_of(row[0]), result, [&](std::string_view text) { return distance(code_points(text), other); });
  });
}

}  // namespace

void register_text_shapes(FunctionRegistry& registry) {
  registry.add({"str.reverse", 1, 1, [](Types types) {
                  return resolve_text(types, "str.reverse", TypeId::kUtf8, {}, run_reverse);
                }});
  registry.add({"str.title", 1, 1,
                [](Types types) { return resolve_text(types, "str.title", TypeId::kUtf8, {}, run_title); }});
  registry.add({"str.translate", 3, 3, [](Types types) {
                  return resolve_text(types, "str.translate", TypeId::kUtf8, {TypeId::kUtf8, TypeId::kUtf8},
                                      run_translate);
                }});
  registry.add({"str.pad_start", 3, 3, [](Types types) {
                  return resolve_text(types, "str.pad_start", TypeId::kUtf8, {TypeId::kInt64, TypeId::kUtf8},
                                      run_pad<true>);
                }});
  registry.add({"str.pad_end", 3, 3, [](Types types) {
                  return resolve_text(types, "str.pad_end", TypeId::kUtf8, {TypeId::kInt64, TypeId::kUtf8},
                                      run_pad<false>);
                }});
  registry.add({"str.distance", 2, 2, [](Types types) {
                  return resolve_text(types, "str.distance", TypeId::kInt64, {TypeId::kUtf8}, run_distance);
                }});
}

}  // namespace treadle::columnar::functions
