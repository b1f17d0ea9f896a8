#include "io/ndjson/value_builder.h"

#include <limits>
#include <string_view>
#include <utility>

#include "columnar/builder.h"
#include "io/csv/parse_number.h"
#include "io/csv/time_parsers.h"
#include "treadle/error.h"

namespace treadle::ndjson {
namespace {

using columnar::Column;
using ondemand::json_type;

bool is_good(csv::Parsed parsed) { return parsed >= csv::Parsed::kOdd; }

// A reader has
//
//     using Value;
//     bool read(ondemand::value&, json_type, Value&);      false: no value of the type

template <class T>
struct Signed {
  using Value = T;
  static bool read(ondemand::value& value, json_type, Value& out) {
    std::int64_t wide = 0;
    if (value.get_int64().get(wide) != simdjson::SUCCESS || !std::in_range<T>(wide)) return false;
    out = static_cast<T>(wide);
    return true;
  }
};

template <class T>
struct Unsigned {
  using Value = T;
  static bool read(ondemand::value& value, json_type, Value& out) {
    std::uint64_t wide = 0;
    if (value.get_uint64().get(wide) != simdjson::SUCCESS || !std::in_range<T>(wide)) return false;
    out = static_cast<T>(wide);
    return true;
  }
};

/// What widens to float64: "-0" would be another number there.
struct Int64 {
  using Value = std::int64_t;
  bool odd = false;
  bool read(ondemand::value& value, json_type type, Value& out) {
    const bool negative = type == json_type::number && value.raw_json_token().front() == '-';
    if (!Signed<Value>::read(value, type, out)) return false;
    odd |= negative && out == 0;
    return true;
  }
};

struct Double {
  using Value = double;
  static bool read(ondemand::value& value, json_type type, Value& out) {
    if (value.get_double().get(out) == simdjson::SUCCESS) return true;
    if (type != json_type::number) return false;
    // The parser refuses what a double holds as infinity or not to the last digit.
    const std::string_view token = token_of(value);
    return is_json_number(token) && is_good(csv::parse_double(token, out));
  }
};

struct Float {
  using Value = float;
  static bool read(ondemand::value& value, json_type type, Value& out) {
    if (type != json_type::number) return false;
    const std::string_view token = token_of(value);
    return is_json_number(token) && is_good(csv::parse_float(token, out));
  }
};

struct Decimal {
  using Value = csv::Int128;
  int precision, scale;
  bool read(ondemand::value& value, json_type type, Value& out) const {
    std::string_view text;
    if (type != json_type::number && type != json_type::string) return false;
    return text_of(value, text) && is_good(csv::parse_decimal(text, precision, scale, out));
  }
};

/// Text by one of the parsers of CSV; a number counts the type's units.
template <class Parser>
struct Time {
  using Value = typename Parser::Value;
  Parser parser;
  bool read(ondemand::value& value, json_type type, Value& out) const {
    if (type == json_type::number) return Signed<Value>::read(value, type, out);
    std::string_view text;
    return value.get_string().get(text) == simdjson::SUCCESS && is_good(parser.parse(text, out));
  }
};

template <class Reader>
class FixedValues final : public ValueBuilder {
 public:
  FixedValues(DataType type, Reader reader) : type_(std::move(type)), reader_(std::move(reader)) {}
  bool append(ondemand::value& value, json_type type) override {
    typename Reader::Value out{};
    if (!reader_.read(value, type, out)) return false;
    values_.append(out);
    return true;
  }
  void append_null() override { values_.append_null(); }
  std::int64_t length() const override { return values_.length(); }
  Column finish() override { return values_.finish(type_); }
  bool has_odd_values() const override {
    if constexpr (requires { reader_.odd; }) {
      return reader_.odd;
    } else {
      return false;
    }
  }

 private:
  DataType type_;
  Reader reader_;
  columnar::FixedBuilder<typename Reader::Value> values_;
};

class Bools final : public ValueBuilder {
 public:
  bool append(ondemand::value& value, json_type) override {
    bool truth = false;
    if (value.get_bool().get(truth) != simdjson::SUCCESS) return false;
    values_.append(truth);
    return true;
  }
  void append_null() override { values_.append_null(); }
  std::int64_t length() const override { return values_.length(); }
  Column finish() override { return values_.finish(); }

 private:
  columnar::BoolBuilder values_;
};

/// Takes every value: what is no string stands there as in the file.
class Texts final : public ValueBuilder {
 public:
  bool append(ondemand::value& value, json_type) override {
    std::string_view text;
    if (!text_of(value, text)) return false;
    values_.append(text);
    return true;
  }
  void append_null() override { values_.append_null(); }
  std::int64_t length() const override { return values_.length(); }
  Column finish() override { return values_.finish(); }

 private:
  columnar::TextBuilder values_;
};

class Nulls final : public ValueBuilder {
 public:
  bool append(ondemand::value&, json_type) override { return false; }
  void append_null() override { ++length_; }
  std::int64_t length() const override { return length_; }
  Column finish() override { return Column::nulls(TypeId::kNull, std::exchange(length_, 0)); }

 private:
  std::int64_t length_ = 0;
};

template <class Reader>
std::unique_ptr<ValueBuilder> fixed(const DataType& type, Reader reader) {
  return std::make_unique<FixedValues<Reader>>(type, std::move(reader));
}

}  // namespace

bool ValueBuilder::append_value(ondemand::value& value) {
  json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) return false;
  if (type != json_type::null) return append(value, type);
  bool is_null = false;
  if (value.is_null().get(is_null) != simdjson::SUCCESS || !is_null) return false;
  append_null();
  return true;
}

std::unique_ptr<ValueBuilder> make_value_builder(const DataType& type) {
  switch (type.id()) {
    case TypeId::kNull:
      return std::make_unique<Nulls>();
    case TypeId::kBool:
      return std::make_unique<Bools>();
    case TypeId::kInt8:
      return fixed(type, Signed<std::int8_t>());
    case TypeId::kInt16:
      return fixed(type, Signed<std::int16_t>());
    case TypeId::kInt32:
      return fixed(type, Signed<std::int32_t>());
    case TypeId::kInt64:
      return fixed(type, Int64());
    case TypeId::kDuration:
      return fixed(type, Signed<std::int64_t>());
    case TypeId::kUInt8:
      return fixed(type, Unsigned<std::uint8_t>());
    case TypeId::kUInt16:
      return fixed(type, Unsigned<std::uint16_t>());
    case TypeId::kUInt32:
      return fixed(type, Unsigned<std::uint32_t>());
    case TypeId::kUInt64:
      return fixed(type, Unsigned<std::uint64_t>());
    case TypeId::kFloat32:
      return fixed(type, Float());
    case TypeId::kFloat64:
      return fixed(type, Double());
    case TypeId::kDecimal128:
      return fixed(type, Decimal{type.precision(), type.scale()});
    case TypeId::kDate:
      return fixed(type, Time<csv::DateParser>{csv::DateParser(nullptr)});
    case TypeId::kTime:
      return fixed(type, Time<csv::ClockParser>{csv::ClockParser(type)});
    case TypeId::kTimestamp:
      return fixed(type, Time<csv::TimestampParser>{csv::TimestampParser(type, nullptr)});
    case TypeId::kUtf8:
      return std::make_unique<Texts>();
    case TypeId::kList:
    case TypeId::kStruct:
      return make_nested_builder(type);
    case TypeId::kBinary:
      break;
  }
  throw InvalidArgument("ndjson: a column cannot be read as " + type.to_string());
}

}  // namespace treadle::ndjson
