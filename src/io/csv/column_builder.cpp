#include "io/csv/column_builder.h"

#include <limits>

#include "io/csv/text_builder.h"
#include "io/csv/time_parsers.h"
#include "io/csv/value_builder.h"
#include "treadle/error.h"

namespace treadle::csv {
namespace {

struct Int64Parser {
  using Value = std::int64_t;
  static bool fast(const std::uint8_t* text, std::uint32_t size, Value& out) {
    return parse_int64_fast(text, size, out);
  }
  static Parsed parse(std::string_view text, Value& out) { return parse_int64(text, out); }
};

/// Integers that fit an int64 and are stored narrower.
template <class T>
struct NarrowParser {
  using Value = T;
  static bool fits(std::int64_t value) {
    return value >= std::int64_t{std::numeric_limits<T>::min()} &&
           value <= std::int64_t{std::numeric_limits<T>::max()};
  }
  static bool fast(const std::uint8_t* text, std::uint32_t size, Value& out) {
    std::int64_t value = 0;
    if (!parse_int64_fast(text, size, value)) return false;
    out = static_cast<T>(value);
    return fits(value);
  }
  static Parsed parse(std::string_view text, Value& out) {
    std::int64_t value = 0;
    const Parsed parsed = parse_int64(text, value);
    out = static_cast<T>(value);
    return parsed >= Parsed::kOdd && !fits(value) ? Parsed::kOutOfRange : parsed;
  }
};

struct UInt64Parser {
  using Value = std::uint64_t;
  static bool fast(const std::uint8_t* text, std::uint32_t size, Value& out) {
    std::int64_t value = 0;
    if (!parse_int64_fast(text, size, value)) return false;
    out = static_cast<Value>(value);
    return value >= 0;
  }
  static Parsed parse(std::string_view text, Value& out) { return parse_uint64(text, out); }
};

struct DoubleParser {
  using Value = double;
  static bool fast(const std::uint8_t* text, std::uint32_t size, Value& out) {
    return parse_double_fast(text, size, out);
  }
  static Parsed parse(std::string_view text, Value& out) { return parse_double(text, out); }
};

struct FloatParser {
  using Value = float;
  static bool fast(const std::uint8_t*, std::uint32_t, Value&) { return false; }
  static Parsed parse(std::string_view text, Value& out) { return parse_float(text, out); }
};

struct DecimalParser {
  using Value = Int128;
  int precision, scale;
  static bool fast(const std::uint8_t*, std::uint32_t, Value&) { return false; }
  Parsed parse(std::string_view text, Value& out) const { return parse_decimal(text, precision, scale, out); }
};

/// One byte a value until the morsel is finished.
struct BoolParser {
  using Value = std::uint8_t;
  static bool fast(const std::uint8_t* text, std::uint32_t size, Value& out) {
    std::uint32_t first4;
    std::memcpy(&first4, text, sizeof first4);
    out = static_cast<Value>(first4 == 0x65757274);                                           // "true"
    return (size == 4 && out != 0) || (size == 5 && first4 == 0x736c6166 && text[4] == 'e');  // "false"
  }
  static Parsed parse(std::string_view text, Value& out) {
    bool value = false;
    const Parsed parsed = parse_bool(text, value);
    out = static_cast<Value>(value);
    return parsed;
  }
};

class BoolBuilder final : public ValueBuilder<BoolParser> {
 public:
  using ValueBuilder::ValueBuilder;

 private:
  BufferPtr share_values(std::size_t rows) override {
    const std::size_t bytes = (rows + 7) / 8;
    bits_.restart();
    bits_.reserve(bytes, 0);
    std::memset(bits_.data(), 0, bytes);
    const std::uint8_t* values = values_.data();
    for (std::size_t row = 0; row < rows; ++row)
      bits_.data()[row / 8] |= static_cast<std::uint8_t>(values[row] << row % 8);
    return bits_.share(bytes);
  }
  RecycledBuffer bits_;
};

template <class Parser>
std::unique_ptr<ColumnBuilder> values_of(const DataType& type, Parser parser, const NullSpellings& nulls) {
  return std::make_unique<ValueBuilder<Parser>>(type, std::move(parser), nulls);
}

}  // namespace

std::unique_ptr<ColumnBuilder> make_column_builder(const DataType& type, const ColumnFormat& format,
                                                   const NullSpellings& nulls) {
  const DateFormatPtr dates =
      format.date_format.empty() ? nullptr : std::make_shared<const DateFormat>(format.date_format);
  switch (type.id()) {
    case TypeId::kBool:
      return std::make_unique<BoolBuilder>(type, BoolParser(), nulls);
    case TypeId::kInt8:
      return values_of(type, NarrowParser<std::int8_t>(), nulls);
    case TypeId::kInt16:
      return values_of(type, NarrowParser<std::int16_t>(), nulls);
    case TypeId::kInt32:
      return values_of(type, NarrowParser<std::int32_t>(), nulls);
    case TypeId::kInt64:
      return values_of(type, Int64Parser(), nulls);
    case TypeId::kUInt8:
      return values_of(type, NarrowParser<std::uint8_t>(), nulls);
    case TypeId::kUInt16:
      return values_of(type, NarrowParser<std::uint16_t>(), nulls);
    case TypeId::kUInt32:
      return values_of(type, NarrowParser<std::uint32_t>(), nulls);
    case TypeId::kUInt64:
      return values_of(type, UInt64Parser(), nulls);
    case TypeId::kFloat32:
      return values_of(type, FloatParser(), nulls);
    case TypeId::kFloat64:
      return values_of(type, DoubleParser(), nulls);
    case TypeId::kDecimal128:
      return values_of(type, DecimalParser{type.precision(), type.scale()}, nulls);
    case TypeId::kDate:
      return values_of(type, DateParser(dates), nulls);
    case TypeId::kTime:
      return values_of(type, ClockParser(type), nulls);
    case TypeId::kTimestamp:
      return values_of(type, TimestampParser(type, dates), nulls);
    case TypeId::kUtf8:
    case TypeId::kBinary:
      return make_text_builder(type, nulls);
    default:
      break;
  }
  throw InvalidArgument("csv: a column cannot be read as " + type.to_string());
}

}  // namespace treadle::csv
