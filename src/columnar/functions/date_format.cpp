#include "columnar/builder.h"
#include "columnar/format_temporal.h"
#include "columnar/functions/kernel.h"
#include "columnar/functions/local_time.h"
#include "columnar/functions/register.h"
#include "columnar/functions/text_kernel.h"
#include "columnar/functions/types.h"
#include "columnar/parse_temporal.h"
#include "treadle/error.h"

// dt.strftime, str.to_date, str.to_timestamp.
namespace treadle::columnar::functions {
namespace {

Datum run_strftime(Arguments arguments, std::int64_t length, const DataType& result) {
  const std::string_view format = text_parameter(arguments[1], "dt.strftime", "format");
  return run_null_in_null_out(arguments.first(1), length, result, [&](Arguments row, std::int64_t) {
    const Column& column = column_of(row[0]);
    LocalTimeReader reader(column);
    TextBuilder builder;
    std::string text;
    const bool is_date = column.type().id() == TypeId::kDate, zoned = !column.type().zone().empty();
    reader.for_each([&](std::int64_t i, LocalTime time) {
      if (!column.is_valid(i)) return builder.append_null();
      text.clear();
      ClockTime clock{time.days, time.ticks, is_date ? TimeUnit::kSecond : reader.unit(), 0};
      if (zoned) clock.offset_seconds = reader.offset_at(column.values_as<std::int64_t>()[i]);
      if (!append_strftime(text, clock, format)) {
        throw InvalidArgument("dt.strftime does not know a directive of the format \"" + std::string(format) +
                              "\"");
      }
      builder.append(text);
    });
    return builder.finish();
  });
}

ResolvedFunction resolve_strftime(std::span<const DataType> types) {
  const DataType type = types[0].id() == TypeId::kNull ? DataType::timestamp(TimeUnit::kMicro) : types[0];
  const bool fits =
      type.id() == TypeId::kDate || type.id() == TypeId::kTimestamp || type.id() == TypeId::kTime;
  if (!fits || types[1].id() != TypeId::kUtf8)
    throw_no_kernel("dt.strftime", "a date, timestamp or time, and a format", types);
  return {TypeId::kUtf8, {type, TypeId::kUtf8}, run_strftime};
}

/// Text that does not fit becomes null, or, where `strict`, an error that shows it: only rows count, not what
/// else a dictionary holds.
void check_parsed(const Column& text, const Column& parsed, std::string_view format) {
  if (parsed.null_count() == text.null_count()) return;
  for (std::int64_t row = 0; row < text.length(); ++row) {
    if (text.is_valid(row) && !parsed.is_valid(row)) {
      throw ParseError({}, "expected text of the form \"" + std::string(format) + "\"; found \"" +
                               std::string(text.text(row).substr(0, 100)) +
                               "\" (strict=false makes it null)");
    }
  }
}

template <class T, class Convert>
Datum run_parse(Arguments arguments, std::int64_t length, const DataType& result, std::string_view name,
                const Convert& convert) {
  const std::string_view format = text_parameter(arguments[1], name, "format");
  const bool strict = arguments.size() < 3 || is_null_scalar(arguments[2]) ||
                      (is_scalar(arguments[2]) && std::get<bool>(scalar_of(arguments[2]).storage()));
  return run_null_in_null_out(arguments.first(1), length, result, [&](Arguments row, std::int64_t) {
    const Column& text = column_of(row[0]);
    const Column parsed = over_values(text, [&](const Column& values) {
      FixedBuilder<T> builder;
      builder.reserve(values.length());
      for (std::int64_t i = 0; i < values.length(); ++i) {
        const auto time = values.is_valid(i) ? parse_by_format(values.text(i), format) : std::nullopt;
        const std::optional<T> value = time ? convert(*time) : std::nullopt;
        if (value)
          builder.append(*value);
        else
          builder.append_null();
      }
      return builder.finish(result);
    });
    if (strict) check_parsed(text, parsed, format);
    return parsed;
  });
}

Datum run_to_date(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_parse<std::int32_t>(arguments, length, result, "str.to_date", [](const ParsedTime& time) {
    return std::optional(static_cast<std::int32_t>(floor_div(time.seconds, kSecondsPerDay)));
  });
}

/// Where the format has an offset, the time is told in UTC.
Datum run_to_timestamp(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_parse<std::int64_t>(arguments, length, result, "str.to_timestamp", [&](const ParsedTime& time) {
    return ticks_of(time.seconds - time.offset.value_or(0), time.nanoseconds, result.unit());
  });
}

}  // namespace

void register_date_format(FunctionRegistry& registry) {
  using Types = std::span<const DataType>;
  registry.add({"dt.strftime", 2, 2, resolve_strftime});
  registry.add({"str.to_date", 2, 3, [](Types types) {
                  return resolve_text(types, "str.to_date", TypeId::kDate, {TypeId::kUtf8, TypeId::kBool},
                                      run_to_date);
                }});
  registry.add({"str.to_timestamp", 2, 3, [](Types types) {
                  return resolve_text(types, "str.to_timestamp", DataType::timestamp(TimeUnit::kMicro),
                                      {TypeId::kUtf8, TypeId::kBool}, run_to_timestamp);
                }});
}

}  // namespace treadle::columnar::functions
