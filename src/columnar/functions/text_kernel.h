#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "columnar/builder.h"
#include "columnar/column.h"
#include "columnar/functions/kernel.h"
#include "columnar/text_layout.h"
#include "columnar/text_reader.h"

// What text functions share: a dictionary-coded column is worked on once per value of its dictionary, and
// text results stay coded.
namespace treadle::columnar::functions {

/// `compute` on a column in plain or view layout; for codes, on the dictionary.
Column over_values(const Column& column, const std::function<Column(const Column&)>& compute);

/// Text to text, value by value: `map(text, out)` appends the result to `out`.
template <class Map>
Column map_text(const Column& column, const Map& map) {
  return over_values(column, [&](const Column& values) {
    TextBuilder builder;
    builder.reserve(values.length(), 0);
    std::string out;
    visit_text(values, [&](const auto& text) {
      for (std::int64_t row = 0; row < values.length(); ++row) {
        if (!values.is_valid(row)) {
          builder.append_null();
          continue;
        }
        out.clear();
        map(text[row], out);
        builder.append(out);
      }
    });
    return builder.finish(values.type());
  });
}

/// Text to a part of itself, `part(text) -> optional<string_view>` into it; nothing is a null. Views stay
/// views: nothing is copied.
template <class Part>
Column part_of_text_or_null(const Column& column, const Part& part) {
  return over_values(column, [&](const Column& values) {
    const Column views = to_views(values);
    const ViewTextReader text(views);
    const auto* from = views.values_as<TextView>();
    BufferBuilder out(static_cast<std::size_t>(views.length()) * sizeof(TextView));
    ValidityBuilder validity;
    for (std::int64_t row = 0; row < views.length(); ++row) {
      const std::string_view whole = views.is_valid(row) ? text[row] : std::string_view();
      const std::optional<std::string_view> found = views.is_valid(row) ? part(whole) : std::nullopt;
      if (!found) {
        out.as<TextView>()[row] = make_view({}, 0, 0);
        validity.append_null();
        continue;
      }
      const auto moved = static_cast<std::int32_t>(found->data() - whole.data());
      const bool is_far = from[row].size > kInlineText;
      out.as<TextView>()[row] =
          make_view(*found, is_far ? from[row].far.buffer : 0, is_far ? from[row].far.offset + moved : 0);
      validity.append_valid();
    }
    const std::int64_t nulls = validity.null_count();
    return Column(views.type(), Layout::kView, views.length(), validity.finish(), out.finish(), views.data(),
                  nulls);
  });
}

/// The same where every text has such a part.
template <class Part>
Column part_of_text(const Column& column, const Part& part) {
  return part_of_text_or_null(
      column, [&](std::string_view text) { return std::optional<std::string_view>(part(text)); });
}

/// Text to a bool, value by value.
template <class Predicate>
Column test_text(const Column& column, const Predicate& predicate) {
  return over_values(column, [&](const Column& values) {
    BufferPtr bits = visit_text(values, [&](const auto& text) {
      return bits_from_rows(values.length(),
                            [&](std::int64_t row) { return values.is_valid(row) && predicate(text[row]); });
    });
    return fixed_width(TypeId::kBool, values.length(), values.validity(), std::move(bits));
  });
}

/// Text to a number, value by value.
template <class T, class Measure>
Column measure_text(const Column& column, const DataType& result, const Measure& measure) {
  return over_values(column, [&](const Column& values) {
    BufferBuilder out(static_cast<std::size_t>(values.length()) * sizeof(T));
    visit_text(values, [&](const auto& text) {
      for (std::int64_t row = 0; row < values.length(); ++row)
        out.as<T>()[row] = values.is_valid(row) ? measure(text[row]) : T{};
    });
    return fixed_width(result, values.length(), values.validity(), out.finish());
  });
}

/// resolve() of functions that take one text column and parameters: their types are `parameters`, of which
/// the last ones may be left out.
ResolvedFunction resolve_text(std::span<const DataType> types, std::string_view name, const DataType& result,
                              std::initializer_list<TypeId> parameters, Kernel kernel);

/// Bytes of the code point that starts with `lead`.
inline std::size_t code_point_bytes(char lead) noexcept {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}
/// Code points: bytes that do not continue one.
inline std::int64_t count_code_points(std::string_view text) noexcept {
  std::int64_t count = 0;
  for (const char c : text) count += (static_cast<signed char>(c) >= -64) ? 1 : 0;
  return count;
}

}  // namespace treadle::columnar::functions
