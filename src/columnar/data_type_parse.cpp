#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_map>

#include "base/nearest_name.h"
#include "treadle/data_type.h"
#include "treadle/error.h"
#include "treadle/schema.h"

namespace treadle {
namespace {

const std::unordered_map<std::string_view, DataType>& simple_names() {
  static const std::unordered_map<std::string_view, DataType> names = {
      {"null", TypeId::kNull},
      {"bool", TypeId::kBool},
      {"boolean", TypeId::kBool},
      {"logical", TypeId::kBool},
      {"int8", TypeId::kInt8},
      {"tinyint", TypeId::kInt8},
      {"i8", TypeId::kInt8},
      {"int16", TypeId::kInt16},
      {"smallint", TypeId::kInt16},
      {"int2", TypeId::kInt16},
      {"i16", TypeId::kInt16},
      {"int32", TypeId::kInt32},
      {"integer", TypeId::kInt32},
      {"int4", TypeId::kInt32},
      {"i32", TypeId::kInt32},
      {"int64", TypeId::kInt64},
      {"int", TypeId::kInt64},
      {"bigint", TypeId::kInt64},
      {"long", TypeId::kInt64},
      {"i64", TypeId::kInt64},
      {"uint8", TypeId::kUInt8},
      {"u8", TypeId::kUInt8},
      {"uint16", TypeId::kUInt16},
      {"u16", TypeId::kUInt16},
      {"uint32", TypeId::kUInt32},
      {"u32", TypeId::kUInt32},
      {"uint64", TypeId::kUInt64},
      {"uint", TypeId::kUInt64},
      {"u64", TypeId::kUInt64},
      {"float32", TypeId::kFloat32},
      {"real", TypeId::kFloat32},
      {"float4", TypeId::kFloat32},
      {"f32", TypeId::kFloat32},
      {"float64", TypeId::kFloat64},
      {"float", TypeId::kFloat64},
      {"double", TypeId::kFloat64},
      {"double precision", TypeId::kFloat64},
      {"float8", TypeId::kFloat64},
      {"f64", TypeId::kFloat64},
      {"date", TypeId::kDate},
      {"date32", TypeId::kDate},
      {"time", DataType::time(TimeUnit::kMicro)},
      {"timestamp", DataType::timestamp(TimeUnit::kMicro)},
      {"datetime", DataType::timestamp(TimeUnit::kMicro)},
      {"datetime64", DataType::timestamp(TimeUnit::kMicro)},
      {"timestamp without time zone", DataType::timestamp(TimeUnit::kMicro)},
      {"timestamptz", DataType::timestamp(TimeUnit::kMicro, "UTC")},
      {"timestamp with time zone", DataType::timestamp(TimeUnit::kMicro, "UTC")},
      {"duration", DataType::duration(TimeUnit::kMicro)},
      {"timedelta", DataType::duration(TimeUnit::kMicro)},
      {"timedelta64", DataType::duration(TimeUnit::kMicro)},
      {"interval", DataType::duration(TimeUnit::kMicro)},
      {"utf8", TypeId::kUtf8},
      {"str", TypeId::kUtf8},
      {"string", TypeId::kUtf8},
      {"text", TypeId::kUtf8},
      {"varchar", TypeId::kUtf8},
      {"char", TypeId::kUtf8},
      {"character varying", TypeId::kUtf8},
      {"object", TypeId::kUtf8},
      {"category", TypeId::kUtf8},
      {"categorical", TypeId::kUtf8},
      {"binary", TypeId::kBinary},
      {"bytes", TypeId::kBinary},
      {"bytea", TypeId::kBinary},
      {"blob", TypeId::kBinary},
  };
  return names;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// The parts of `text` between commas that no bracket encloses.
std::vector<std::string_view> split_parameters(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '<' || c == '(' || c == '[') ++depth;
    if (c == '>' || c == ')' || c == ']') --depth;
    if (c == ',' && depth == 0) {
      parts.push_back(trimmed(text.substr(start, i - start)));
      start = i + 1;
    }
  }
  parts.push_back(trimmed(text.substr(start)));
  return parts;
}

std::optional<TimeUnit> unit_from(std::string_view name) {
  if (name == "s") return TimeUnit::kSecond;
  if (name == "ms") return TimeUnit::kMilli;
  if (name == "us" || name == "\xC2\xB5s") return TimeUnit::kMicro;
  if (name == "ns") return TimeUnit::kNano;
  return std::nullopt;
}

std::optional<int> integer_from(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<DataType> temporal_from(const std::string& name, const std::vector<std::string_view>& parts) {
  const auto unit = unit_from(parts[0]);
  if (!unit || parts.size() > 2) return std::nullopt;
  if (name == "timestamp" || name == "datetime" || name == "datetime64") {
    return DataType::timestamp(*unit, parts.size() == 2 ? std::string(parts[1]) : std::string());
  }
  if (parts.size() == 2) return std::nullopt;
  if (name == "time" || name == "time32" || name == "time64") return DataType::time(*unit);
  if (name == "duration" || name == "timedelta" || name == "timedelta64") return DataType::duration(*unit);
  return std::nullopt;
}

std::optional<DataType> sized_from(const std::string& name, const std::vector<std::string_view>& parts) {
  if (name == "varchar" || name == "char" || name == "character varying") return DataType(TypeId::kUtf8);
  if (name != "decimal" && name != "decimal128" && name != "numeric") return std::nullopt;
  const auto precision = integer_from(parts[0]);
  const auto scale = parts.size() > 1 ? integer_from(parts[1]) : std::optional<int>(0);
  if (!precision || !scale || parts.size() > 2) return std::nullopt;
  return DataType::decimal(*precision, *scale);
}

std::optional<DataType> nested_from(const std::string& name, const std::vector<std::string_view>& parts) {
  if (name == "list" && parts.size() == 1) return DataType::list(DataType::from_string(parts[0]));
  if (name != "struct") return std::nullopt;
  std::vector<Field> fields;
  for (const std::string_view part : parts) {
    const std::size_t colon = part.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    fields.push_back({std::string(trimmed(part.substr(0, colon))),
                      DataType::from_string(trimmed(part.substr(colon + 1)))});
  }
  return DataType::structure(std::move(fields));
}

std::optional<DataType> parameterised_from(std::string_view text) {
  const std::size_t open = text.find_first_of("[(<");
  if (open == std::string_view::npos || open == 0) return std::nullopt;
  const std::string name = lowered(trimmed(text.substr(0, open)));
  const char close = text[open] == '[' ? ']' : text[open] == '(' ? ')' : '>';
  if (text.back() != close) return std::nullopt;
  const auto parts = split_parameters(text.substr(open + 1, text.size() - open - 2));
  if (text[open] == '[') return temporal_from(name, parts);
  if (text[open] == '(') return sized_from(name, parts);
  return nested_from(name, parts);
}

}  // namespace

DataType DataType::from_string(std::string_view text) {
  const std::string_view spelled = trimmed(text);
  const std::string name = lowered(spelled);
  if (const auto found = simple_names().find(name); found != simple_names().end()) return found->second;
  if (name == "decimal" || name == "decimal128" || name == "numeric") return DataType::decimal(38, 9);
  if (const auto type = parameterised_from(spelled)) return *type;
  static const std::vector<std::string> known = {"bool",     "int8",    "int16",
                                                 "int32",    "int64",   "uint8",
                                                 "uint16",   "uint32",  "uint64",
                                                 "float32",  "float64", "decimal128(12, 2)",
                                                 "date",     "time",    "timestamp[us, UTC]",
                                                 "duration", "utf8",    "string",
                                                 "binary"};
  throw InvalidArgument(
      "expected a type such as int64, float64, utf8, date, timestamp[us, UTC] or decimal128(12, 2); found "
      "\"" +
      std::string(text) + "\"" + nearest_hint(spelled, known));
}

}  // namespace treadle
