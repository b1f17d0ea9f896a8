#include "treadle/data_type.h"

#include <algorithm>
#include <array>

#include "treadle/error.h"
#include "treadle/schema.h"

namespace treadle {

struct DataType::Parameters {
  std::string zone;
  std::vector<Field> fields;
};

DataType::DataType(TypeId id) : id_(id) {
  if (id == TypeId::kTime || id == TypeId::kTimestamp || id == TypeId::kDuration) unit_ = TimeUnit::kMicro;
  if (id == TypeId::kDecimal128) precision_ = 38;
}

DataType DataType::decimal(int precision, int scale) {
  if (precision < 1 || precision > 38 || scale < 0 || scale > precision) {
    throw InvalidArgument(
        "a decimal has a precision of 1 to 38 digits and a scale of 0 to that; found precision " +
        std::to_string(precision) + ", scale " + std::to_string(scale));
  }
  DataType type;
  type.id_ = TypeId::kDecimal128;
  type.precision_ = static_cast<std::int8_t>(precision);
  type.scale_ = static_cast<std::int8_t>(scale);
  return type;
}

DataType DataType::time(TimeUnit unit) {
  DataType type(TypeId::kTime);
  type.unit_ = unit;
  return type;
}

DataType DataType::timestamp(TimeUnit unit, std::string zone) {
  DataType type(TypeId::kTimestamp);
  type.unit_ = unit;
  if (!zone.empty()) type.parameters_ = std::make_shared<const Parameters>(Parameters{std::move(zone), {}});
  return type;
}

DataType DataType::duration(TimeUnit unit) {
  DataType type(TypeId::kDuration);
  type.unit_ = unit;
  return type;
}

DataType DataType::list(DataType element) {
  DataType type(TypeId::kList);
  type.parameters_ = std::make_shared<const Parameters>(Parameters{{}, {Field{"item", std::move(element)}}});
  return type;
}

DataType DataType::structure(std::vector<Field> fields) {
  DataType type(TypeId::kStruct);
  type.parameters_ = std::make_shared<const Parameters>(Parameters{{}, std::move(fields)});
  return type;
}

const std::string& DataType::zone() const noexcept {
  static const std::string none;
  return parameters_ ? parameters_->zone : none;
}

const std::vector<Field>& DataType::fields() const noexcept {
  static const std::vector<Field> none;
  return parameters_ ? parameters_->fields : none;
}

int DataType::byte_width() const noexcept {
  switch (id_) {
    case TypeId::kInt8:
    case TypeId::kUInt8:
      return 1;
    case TypeId::kInt16:
    case TypeId::kUInt16:
      return 2;
    case TypeId::kInt32:
    case TypeId::kUInt32:
    case TypeId::kFloat32:
    case TypeId::kDate:
      return 4;
    case TypeId::kInt64:
    case TypeId::kUInt64:
    case TypeId::kFloat64:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kDuration:
      return 8;
    case TypeId::kDecimal128:
      return 16;
    default:
      return 0;
  }
}

namespace {

constexpr std::array<std::string_view, 21> kNames = {
    "null",   "bool",      "int8",     "int16",   "int32",   "int64",      "uint8",
    "uint16", "uint32",    "uint64",   "float32", "float64", "decimal128", "date",
    "time",   "timestamp", "duration", "utf8",    "binary",  "list",       "struct"};
constexpr std::array<std::string_view, 4> kUnits = {"s", "ms", "us", "ns"};

}  // namespace

std::string DataType::to_string() const {
  std::string text(kNames[static_cast<std::size_t>(id_)]);
  const std::string unit(kUnits[static_cast<std::size_t>(unit_)]);
  switch (id_) {
    case TypeId::kDecimal128:
      return text + "(" + std::to_string(precision_) + ", " + std::to_string(scale_) + ")";
    case TypeId::kTime:
    case TypeId::kDuration:
      return text + "[" + unit + "]";
    case TypeId::kTimestamp:
      return text + "[" + unit + (zone().empty() ? "" : ", " + zone()) + "]";
    case TypeId::kList:
      return text + "<" + (fields().empty() ? "null" : fields()[0].type.to_string()) + ">";
    case TypeId::kStruct: {
      text += "<";
      for (const Field& field : fields()) {
        if (text.back() != '<') text += ", ";
        text += field.name + ": " + field.type.to_string();
      }
      return text + ">";
    }
    default:
      return text;
  }
}

bool DataType::operator==(const DataType& other) const noexcept {
  if (id_ != other.id_ || unit_ != other.unit_ || precision_ != other.precision_ || scale_ != other.scale_)
    return false;
  if (parameters_ == other.parameters_) return true;
  return zone() == other.zone() && fields() == other.fields();
}

}  // namespace treadle
