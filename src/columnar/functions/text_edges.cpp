#include <algorithm>

#include "columnar/functions/register.h"
#include "columnar/functions/text_kernel.h"

// str.strip, str.strip_start, str.strip_end, str.starts_with, str.ends_with.
namespace treadle::columnar::functions {
namespace {

/// The code points that are taken off.
class StripSet {
 public:
  explicit StripSet(std::string_view characters) {
    while (!characters.empty()) {
      const std::size_t size = std::min(code_point_bytes(characters[0]), characters.size());
      code_points_.push_back(characters.substr(0, size));
      characters.remove_prefix(size);
    }
  }
  void strip_start(std::string_view& text) const noexcept {
    while (const std::size_t size =
               text.empty() ? 0 : found(text.substr(0, std::min(code_point_bytes(text[0]), text.size())))) {
      text.remove_prefix(size);
    }
  }
  void strip_end(std::string_view& text) const noexcept {
    while (!text.empty()) {
      std::size_t start = text.size() - 1;
      while (start > 0 && static_cast<signed char>(text[start]) < -64) --start;
      const std::size_t size = found(text.substr(start));
      if (size == 0) return;
      text.remove_suffix(size);
    }
  }

 private:
  std::size_t found(std::string_view code_point) const noexcept {
    return std::find(code_points_.begin(), code_points_.end(), code_point) != code_points_.end()
               ? code_point.size()
               : 0;
  }
  std::vector<std::string_view> code_points_;
};

/// What Unicode calls white space.
constexpr std::string_view kWhiteSpace =
    " \t\n\v\f\r\xC2\x85\xC2\xA0\xE1\x9A\x80\xE2\x80\x80\xE2\x80\x81\xE2\x80\x82\xE2\x80\x83\xE2\x80\x84\xE2"
    "\x80\x85\xE2\x80\x86"
    "\xE2\x80\x87\xE2\x80\x88\xE2\x80\x89\xE2\x80\x8A\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAF\xE2\x81\x9F\xE3\x80"
    "\x80";

template <bool kStart, bool kEnd>
Datum run_strip(Arguments arguments, std::int64_t length, const DataType& result) {
  std::string_view characters;
  if (arguments.size() > 1 && !is_null_scalar(arguments[1]))
    characters = text_parameter(arguments[1], "str.strip", "set of characters");
  const StripSet set(characters.empty() ? kWhiteSpace : characters);
  return run_null_in_null_out(arguments.first(1), length, result, [&](Arguments row, std::int64_t) {
    return part_of_text(column_of(row[0]), [&](std::string_view text) {
      if (kStart) set.strip_start(text);
      if (kEnd) set.strip_end(text);
      return text;
    });
  });
}

/// The prefix or suffix may be a column, too.
template <class Test>
Datum run_edge(Arguments arguments, std::int64_t length, const DataType& result, const Test& test) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    if (is_scalar(row[1])) {
      const std::string_view edge = std::get<std::string>(scalar_of(row[1]).storage());
      return test_text(column_of(row[0]), [&](std::string_view text) { return test(text, edge); });
    }
    const Column text = as_column(row[0], rows);
    const Column& edges = column_of(row[1]);
    return fixed_width(
        TypeId::kBool, rows, and_bits(text.validity(), edges.validity(), rows),
        bits_from_rows(rows, [&](std::int64_t i) { return test(text.text(i), edges.text(i)); }));
  });
}

Datum run_starts_with(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_edge(arguments, length, result,
                  [](std::string_view text, std::string_view edge) { return text.starts_with(edge); });
}
Datum run_ends_with(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_edge(arguments, length, result,
                  [](std::string_view text, std::string_view edge) { return text.ends_with(edge); });
}

}  // namespace

void register_text_edges(FunctionRegistry& registry) {
  using Types = std::span<const DataType>;
  registry.add({"str.strip", 1, 2, [](Types types) {
                  return resolve_text(types, "str.strip", TypeId::kUtf8, {TypeId::kUtf8},
                                      run_strip<true, true>);
                }});
  registry.add({"str.strip_start", 1, 2, [](Types types) {
                  return resolve_text(types, "str.strip_start", TypeId::kUtf8, {TypeId::kUtf8},
                                      run_strip<true, false>);
                }});
  registry.add({"str.strip_end", 1, 2, [](Types types) {
                  return resolve_text(types, "str.strip_end", TypeId::kUtf8, {TypeId::kUtf8},
                                      run_strip<false, true>);
                }});
  registry.add({"str.starts_with", 2, 2, [](Types types) {
                  return resolve_text(types, "str.starts_with", TypeId::kBool, {TypeId::kUtf8},
                                      run_starts_with);
                }});
  registry.add({"str.ends_with", 2, 2, [](Types types) {
                  return resolve_text(types, "str.ends_with", TypeId::kBool, {TypeId::kUtf8}, run_ends_with);
                }});
}

}  // namespace treadle::columnar::functions
