#include "columnar/functions/register.h"
#include "columnar/functions/text_kernel.h"
#include "treadle/error.h"

// str.slice: code points [offset, offset + length); a negative offset counts from the end. sql.substring:
// from 1, and what lies before the text counts towards the length. str.range: Python's text[start:stop];
// str.at: its text[index], null beyond the ends.
namespace treadle::columnar::functions {
namespace {

/// The byte at which code point `index` starts, or the end.
std::size_t byte_of(std::string_view text, std::int64_t index) noexcept {
  std::size_t at = 0;
  for (; index > 0 && at < text.size(); --index) at += code_point_bytes(text[at]);
  return std::min(at, text.size());
}

std::string_view sliced(std::string_view text, std::int64_t offset, std::int64_t length) noexcept {
  if (offset < 0) {
    const std::int64_t size = count_code_points(text);
    // An offset before the start takes its part of the length with it.
    if (offset < -size) length = length > INT64_MAX + (offset + size) ? length : length + offset + size;
    offset = std::max<std::int64_t>(size + offset, 0);
  }
  if (length <= 0) return text.substr(0, 0);
  const std::size_t begin = byte_of(text, offset);
  const std::string_view rest = text.substr(begin);
  if (static_cast<std::uint64_t>(length) >= rest.size()) return rest;
  return rest.substr(0, byte_of(rest, length));
}

Datum run_slice(Arguments arguments, std::int64_t length, const DataType& result) {
  const std::int64_t offset = integer_parameter(arguments[1], "str.slice", "offset");
  const bool to_end = arguments.size() < 3 || is_null_scalar(arguments[2]);
  const std::int64_t count = to_end ? INT64_MAX : integer_parameter(arguments[2], "str.slice", "length");
  if (count < 0)
    throw InvalidArgument("str.slice takes a length of at least 0; found " + std::to_string(count));
  return run_null_in_null_out(arguments.first(1), length, result, [&](Arguments row, std::int64_t) {
    return part_of_text(column_of(row[0]),
                        [&](std::string_view text) { return sliced(text, offset, count); });
  });
}

Datum run_substring(Arguments arguments, std::int64_t length, const DataType& result) {
  std::int64_t offset = integer_parameter(arguments[1], "substring", "start") - 1;
  const bool to_end = arguments.size() < 3 || is_null_scalar(arguments[2]);
  std::int64_t count = to_end ? INT64_MAX : integer_parameter(arguments[2], "substring", "length");
  if (count < 0)
    throw InvalidArgument("substring takes a length of at least 0; found " + std::to_string(count));
  if (offset < 0) {
    if (!to_end) count += offset;
    offset = 0;
  }
  return run_null_in_null_out(arguments.first(1), length, result, [&](Arguments row, std::int64_t) {
    return part_of_text(column_of(row[0]),
                        [&](std::string_view text) { return sliced(text, offset, count); });
  });
}

/// Of a bound of Python's slices, the code point from the start that it means.
std::int64_t bound(std::int64_t value, std::int64_t size) noexcept {
  return value < 0 ? std::max<std::int64_t>(value + size, 0) : value;
}

std::string_view ranged(std::string_view text, std::int64_t start, std::int64_t stop) noexcept {
  const std::int64_t size = start < 0 || stop < 0 ? count_code_points(text) : 0;
  const std::int64_t begin = bound(start, size), end = bound(stop, size);
  return sliced(text, begin, end - begin);
}

Datum run_range(Arguments arguments, std::int64_t length, const DataType& result) {
  const std::int64_t start = integer_parameter(arguments[1], "str.range", "start");
  const bool to_end = is_null_scalar(arguments[2]);
  const std::int64_t stop = to_end ? INT64_MAX : integer_parameter(arguments[2], "str.range", "stop");
  return run_null_in_null_out(arguments.first(1), length, result, [&](Arguments row, std::int64_t) {
    return part_of_text(column_of(row[0]), [&](std::string_view text) { return ranged(text, start, stop); });
  });
}

Datum run_at(Arguments arguments, std::int64_t length, const DataType& result) {
  const std::int64_t index = integer_parameter(arguments[1], "str.at", "index");
  return run_null_in_null_out(arguments.first(1), length, result, [&](Arguments row, std::int64_t) {
    return part_of_text_or_null(
        column_of(row[0]), [&](std::string_view text) -> std::optional<std::string_view> {
          const std::int64_t place = index < 0 ? index + count_code_points(text) : index;
          if (place < 0) return std::nullopt;
          const std::string_view one = sliced(text, place, 1);
          return one.empty() ? std::nullopt : std::optional(one);
        });
  });
}

}  // namespace

void register_text_slicing(FunctionRegistry& registry) {
  using Types = std::span<const DataType>;
  registry.add({"str.slice", 2, 3, [](Types types) {
                  return resolve_text(types, "str.slice", TypeId::kUtf8, {TypeId::kInt64, TypeId::kInt64},
                                      run_slice);
                }});
  registry.add({"str.range", 3, 3, [](Types types) {
                  return resolve_text(types, "str.range", TypeId::kUtf8, {TypeId::kInt64, TypeId::kInt64},
                                      run_range);
                }});
  registry.add({"str.at", 2, 2, [](Types types) {
                  return resolve_text(types, "str.at", TypeId::kUtf8, {TypeId::kInt64}, run_at);
                }});
  registry.add({"sql.substring", 2, 3, [](Types types) {
                  return resolve_text(types, "substring", TypeId::kUtf8, {TypeId::kInt64, TypeId::kInt64},
                                      run_substring);
                }});
}

}  // namespace treadle::columnar::functions
