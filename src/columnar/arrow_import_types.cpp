#include <charconv>
#include <string>
#include <unordered_map>

#include "columnar/arrow_exchange.h"
#include "treadle/error.h"

namespace treadle::columnar {
namespace {

[[noreturn]] void throw_unknown(const ArrowSchema& schema) {
  throw TypeError("column \"" + std::string(schema.name ? schema.name : "") +
                  "\" has a type that Treadle does not have: Arrow's \"" + schema.format + "\"");
}

TimeUnit unit_of(const ArrowSchema& schema, char unit) {
  switch (unit) {
    case 's':
      return TimeUnit::kSecond;
    case 'm':
      return TimeUnit::kMilli;
    case 'u':
      return TimeUnit::kMicro;
    case 'n':
      return TimeUnit::kNano;
    default:
      throw_unknown(schema);
  }
}

DataType temporal_type(const ArrowSchema& schema, std::string_view format) {
  if (format == "tdD" || format == "tdm") return TypeId::kDate;
  if (format.size() < 3) throw_unknown(schema);
  if (format.starts_with("tt")) return DataType::time(unit_of(schema, format[2]));
  if (format.starts_with("tD")) return DataType::duration(unit_of(schema, format[2]));
  if (!format.starts_with("ts") || format.size() < 4) throw_unknown(schema);
  return DataType::timestamp(unit_of(schema, format[2]), std::string(format.substr(4)));
}

DataType decimal_type(const ArrowSchema& schema, std::string_view format) {
  int precision = 0, scale = 0;
  const char* const end = format.data() + format.size();
  const auto first = std::from_chars(format.data() + 2, end, precision);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ',') throw_unknown(schema);
  const auto second = std::from_chars(first.ptr + 1, end, scale);
  if (second.ec != std::errc() || second.ptr != end || scale < 0 || precision < scale) throw_unknown(schema);
  return DataType::decimal(precision, scale);
}

DataType nested_type(const ArrowSchema& schema, std::string_view format) {
  if (format == "+s") {
    std::vector<Field> fields;
    for (std::int64_t i = 0; i < schema.n_children; ++i) {
      const ArrowSchema& child = *schema.children[i];
      fields.push_back({child.name ? child.name : "", imported_type(child)});
    }
    return DataType::structure(std::move(fields));
  }
  if (format == "+l" || format == "+L" || format.starts_with("+w:"))
    return DataType::list(imported_type(*schema.children[0]));
  throw_unknown(schema);
}

}  // namespace

DataType imported_type(const ArrowSchema& schema) {
  if (schema.dictionary != nullptr) return imported_type(*schema.dictionary);
  static const std::unordered_map<std::string_view, TypeId> simple = {
      {"n", TypeId::kNull},   {"b", TypeId::kBool},   {"c", TypeId::kInt8},    {"C", TypeId::kUInt8},
      {"s", TypeId::kInt16},  {"S", TypeId::kUInt16}, {"i", TypeId::kInt32},   {"I", TypeId::kUInt32},
      {"l", TypeId::kInt64},  {"L", TypeId::kUInt64}, {"f", TypeId::kFloat32}, {"g", TypeId::kFloat64},
      {"u", TypeId::kUtf8},   {"U", TypeId::kUtf8},   {"vu", TypeId::kUtf8},   {"z", TypeId::kBinary},
      {"Z", TypeId::kBinary}, {"vz", TypeId::kBinary}};
  const std::string_view format = schema.format;
  if (const auto found = simple.find(format); found != simple.end()) return found->second;
  if (format.starts_with("t")) return temporal_type(schema, format);
  if (format.starts_with("d:")) return decimal_type(schema, format);
  if (format.starts_with("w:")) return TypeId::kBinary;
  if (format.starts_with("+")) return nested_type(schema, format);
  throw_unknown(schema);
}

Schema import_schema(const ArrowSchema& schema) {
  if (std::string_view(schema.format) != "+s")
    throw TypeError(std::string("expected batches of columns, Arrow's \"+s\"; found \"") + schema.format +
                    "\"");
  return Schema(imported_type(schema).fields());
}

}  // namespace treadle::columnar
