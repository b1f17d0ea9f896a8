#include <fast_float/fast_float.h>
#include <utf8proc.h>

#include <algorithm>
#include <charconv>
#include <type_traits>

#include "columnar/builder.h"
#include "columnar/calendar.h"
#include "columnar/cast/converters.h"
#include "columnar/decimal.h"
#include "columnar/format.h"
#include "columnar/parse_temporal.h"
#include "columnar/text_reader.h"
#include "columnar/type_dispatch.h"
#include "columnar/zone.h"

// Text to values, and values to text.
namespace treadle::columnar {
namespace {

/// from_chars() takes no plus sign.
std::string_view without_plus(std::string_view text) noexcept {
  return text.size() > 1 && text[0] == '+' && text[1] != '-' ? text.substr(1) : text;
}

template <class T>
std::optional<T> parse_number(std::string_view text) noexcept {
  text = without_plus(text);
  T value{};
  const char* const end = text.data() + text.size();
  if constexpr (std::is_floating_point_v<T>) {
    const auto result = fast_float::from_chars(text.data(), end, value);
    if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  } else {
    const auto result = std::from_chars(text.data(), end, value);
    if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  }
  return value;
}

/// PostgreSQL's spellings, in any case.
std::optional<bool> parse_bool(std::string_view text) noexcept {
  const auto is = [&](std::string_view word) {
    return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                      [](char a, char b) { return (a | 32) == b || a == b; });
  };
  for (const std::string_view word : {"true", "t", "yes", "y", "on", "1"}) {
    if (is(word)) return true;
  }
  for (const std::string_view word : {"false", "f", "no", "n", "off", "0"}) {
    if (is(word)) return false;
  }
  return std::nullopt;
}

bool is_utf8(std::string_view text) noexcept {
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (auto left = static_cast<utf8proc_ssize_t>(text.size()); left > 0;) {
    utf8proc_int32_t code = 0;
    const utf8proc_ssize_t size = utf8proc_iterate(at, left, &code);
    if (size <= 0) return false;
    at += size, left -= size;
  }
  return true;
}

template <class Builder, class Parse>
void parse_rows(const Column& column, Builder& builder, const Parse& parse) {
  visit_text(column, [&](const auto& text) {
    for (std::int64_t row = 0; row < column.length(); ++row) {
      if (!column.is_valid(row)) {
        builder.append_null();
      } else if (const auto value = parse(text[row])) {
        builder.append(*value);
      } else {
        builder.append_null();
      }
    }
  });
}

template <class T, class Parse>
Column parse_column(const Column& column, const DataType& to, const Parse& parse) {
  FixedBuilder<T> builder;
  builder.reserve(column.length());
  parse_rows(column, builder, parse);
  return builder.finish(to);
}

Column text_to_bools(const Column& column) {
  BoolBuilder builder;
  parse_rows(column, builder, parse_bool);
  return builder.finish();
}

Column text_to_decimals(const Column& column, const DataType& to) {
  return parse_column<int128_t>(column, to, [&](std::string_view text) {
    const auto value = parse_decimal(text, to.scale());
    return value && fits_precision(*value, to.precision()) ? value : std::nullopt;
  });
}

/// With a zone in the type: text without an offset is by that zone's clock. Without: an offset has no
/// meaning, so such text does not convert.
Column text_to_timestamps(const Column& column, const DataType& to) {
  const auto zone = to.zone().empty() ? nullptr : Zone::find(to.zone());
  return parse_column<std::int64_t>(column, to, [&](std::string_view text) -> std::optional<std::int64_t> {
    const auto time = parse_iso_timestamp(text);
    if (!time || (zone == nullptr && time->offset)) return std::nullopt;
    const std::int64_t seconds = zone == nullptr ? time->seconds
                                 : time->offset  ? time->seconds - *time->offset
                                                 : zone->to_utc(time->seconds);
    return ticks_of(seconds, time->nanoseconds, to.unit());
  });
}

/// The same bytes under the other type; as utf8 only if they are.
Column text_to_text(const Column& column, const DataType& to) {
  if (column.layout() == Layout::kDictionary) {
    const Column values = text_to_text(*column.dictionary(), to);
    if (values.null_count() == 0) {
      return Column::dictionary_coded(column.length(), column.validity(), column.values(),
                                      std::make_shared<const Column>(values));
    }
    return text_to_text(column.to_plain(), to);
  }
  if (to.id() == TypeId::kBinary)
    return {to, column.layout(), column.length(), column.validity(), column.values(), column.data()};
  TextBuilder builder;
  parse_rows(column, builder,
             [](std::string_view text) { return is_utf8(text) ? std::optional(text) : std::nullopt; });
  return builder.finish(to);
}

}  // namespace

Column convert_text(const Column& column, const DataType& to) {
  switch (to.id()) {
    case TypeId::kUtf8:
    case TypeId::kBinary:
      return text_to_text(column, to);
    case TypeId::kBool:
      return text_to_bools(column);
    case TypeId::kDecimal128:
      return text_to_decimals(column, to);
    case TypeId::kDate:
      return parse_column<std::int32_t>(column, to, [](std::string_view text) -> std::optional<std::int32_t> {
        if (const auto day = parse_iso_date(text)) return day;
        const auto time = parse_iso_timestamp(text);
        return time ? std::optional(static_cast<std::int32_t>(floor_div(time->seconds, kSecondsPerDay)))
                    : std::nullopt;
      });
    case TypeId::kTime:
      return parse_column<std::int64_t>(
          column, to, [&](std::string_view text) { return parse_iso_time(text, to.unit()); });
    case TypeId::kTimestamp:
      return text_to_timestamps(column, to);
    default:
      return visit_number(to.id(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        return parse_column<T>(column, to, parse_number<T>);
      });
  }
}

Column convert_to_text(const Column& column, const DataType& to) {
  TextBuilder builder;
  ValueFormatter formatter(column);
  std::string text;
  for (std::int64_t row = 0; row < column.length(); ++row) {
    if (!column.is_valid(row)) {
      builder.append_null();
      continue;
    }
    text.clear();
    formatter.append(text, row);
    builder.append(text);
  }
  return builder.finish(to);
}

}  // namespace treadle::columnar
