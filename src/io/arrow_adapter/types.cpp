#include "io/arrow_adapter/types.h"

#include <arrow/extension_type.h>
#include <arrow/type.h>

#include <string>
#include <utility>
#include <vector>

#include "treadle/error.h"

namespace treadle::io {
namespace {

arrow::TimeUnit::type unit_to_arrow(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kSecond:
      return arrow::TimeUnit::SECOND;
    case TimeUnit::kMilli:
      return arrow::TimeUnit::MILLI;
    case TimeUnit::kMicro:
      return arrow::TimeUnit::MICRO;
    case TimeUnit::kNano:
      return arrow::TimeUnit::NANO;
  }
  throw InternalError("unknown time unit");
}

TimeUnit unit_from_arrow(arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::SECOND:
      return TimeUnit::kSecond;
    case arrow::TimeUnit::MILLI:
      return TimeUnit::kMilli;
    case arrow::TimeUnit::MICRO:
      return TimeUnit::kMicro;
    case arrow::TimeUnit::NANO:
      return TimeUnit::kNano;
  }
  throw InternalError("unknown time unit of Arrow's");
}

std::shared_ptr<arrow::DataType> time_to_arrow(TimeUnit unit) {
  const bool narrow = unit == TimeUnit::kSecond || unit == TimeUnit::kMilli;
  return narrow ? arrow::time32(unit_to_arrow(unit)) : arrow::time64(unit_to_arrow(unit));
}

std::vector<std::shared_ptr<arrow::Field>> fields_to_arrow(const std::vector<Field>& fields) {
  std::vector<std::shared_ptr<arrow::Field>> result;
  result.reserve(fields.size());
  for (const Field& field : fields) result.push_back(arrow::field(field.name, to_arrow(field.type)));
  return result;
}

DataType struct_from_arrow(const arrow::DataType& type) {
  std::vector<Field> fields;
  for (const auto& field : type.fields()) fields.push_back({field->name(), from_arrow(*field->type())});
  return DataType::structure(std::move(fields));
}

// Entries of a map are structs of key and value, so a map lies in memory as a list of structs.
DataType list_from_arrow(const arrow::DataType& type) {
  return DataType::list(from_arrow(*type.field(0)->type()));
}

template <class ArrowType>
const ArrowType& as(const arrow::DataType& type) {
  return static_cast<const ArrowType&>(type);
}

}  // namespace

std::shared_ptr<arrow::DataType> to_arrow(const DataType& type) {
  switch (type.id()) {
    case TypeId::kNull:
      return arrow::null();
    case TypeId::kBool:
      return arrow::boolean();
    case TypeId::kInt8:
      return arrow::int8();
    case TypeId::kInt16:
      return arrow::int16();
    case TypeId::kInt32:
      return arrow::int32();
    case TypeId::kInt64:
      return arrow::int64();
    case TypeId::kUInt8:
      return arrow::uint8();
    case TypeId::kUInt16:
      return arrow::uint16();
    case TypeId::kUInt32:
      return arrow::uint32();
    case TypeId::kUInt64:
      return arrow::uint64();
    case TypeId::kFloat32:
      return arrow::float32();
    case TypeId::kFloat64:
      return arrow::float64();
    case TypeId::kDecimal128:
      return arrow::decimal128(type.precision(), type.scale());
    case TypeId::kDate:
      return arrow::date32();
    case TypeId::kTime:
      return time_to_arrow(type.unit());
    case TypeId::kTimestamp:
      return arrow::timestamp(unit_to_arrow(type.unit()), type.zone());
    case TypeId::kDuration:
      return arrow::duration(unit_to_arrow(type.unit()));
    case TypeId::kUtf8:
      return arrow::utf8();
    case TypeId::kBinary:
      return arrow::binary();
    case TypeId::kList:
      return arrow::list(to_arrow(type.fields().front().type));
    case TypeId::kStruct:
      return arrow::struct_(fields_to_arrow(type.fields()));
  }
  throw InternalError("unknown type");
}

std::shared_ptr<arrow::Schema> to_arrow(const Schema& schema) {
  return arrow::schema(fields_to_arrow(schema.fields()));
}

DataType from_arrow(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::NA:
      return TypeId::kNull;
    case arrow::Type::BOOL:
      return TypeId::kBool;
    case arrow::Type::INT8:
      return TypeId::kInt8;
    case arrow::Type::INT16:
      return TypeId::kInt16;
    case arrow::Type::INT32:
      return TypeId::kInt32;
    case arrow::Type::INT64:
      return TypeId::kInt64;
    case arrow::Type::UINT8:
      return TypeId::kUInt8;
    case arrow::Type::UINT16:
      return TypeId::kUInt16;
    case arrow::Type::UINT32:
      return TypeId::kUInt32;
    case arrow::Type::UINT64:
      return TypeId::kUInt64;
    case arrow::Type::HALF_FLOAT:
    case arrow::Type::FLOAT:
      return TypeId::kFloat32;
    case arrow::Type::DOUBLE:
      return TypeId::kFloat64;
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128: {
      const auto& decimal = as<arrow::DecimalType>(type);
      return DataType::decimal(decimal.precision(), decimal.scale());
    }
    case arrow::Type::DATE32:
    case arrow::Type::DATE64:
      return TypeId::kDate;
    case arrow::Type::TIME32:
    case arrow::Type::TIME64:
      return DataType::time(unit_from_arrow(as<arrow::TimeType>(type).unit()));
    case arrow::Type::TIMESTAMP: {
      const auto& timestamp = as<arrow::TimestampType>(type);
      return DataType::timestamp(unit_from_arrow(timestamp.unit()), timestamp.timezone());
    }
    case arrow::Type::DURATION:
      return DataType::duration(unit_from_arrow(as<arrow::DurationType>(type).unit()));
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::STRING_VIEW:
      return TypeId::kUtf8;
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::BINARY_VIEW:
    case arrow::Type::FIXED_SIZE_BINARY:
      return TypeId::kBinary;
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::FIXED_SIZE_LIST:
    case arrow::Type::MAP:
      return list_from_arrow(type);
    case arrow::Type::STRUCT:
      return struct_from_arrow(type);
    case arrow::Type::DICTIONARY:
      return from_arrow(*as<arrow::DictionaryType>(type).value_type());
    case arrow::Type::EXTENSION:
      return from_arrow(*as<arrow::ExtensionType>(type).storage_type());
    default:
      throw TypeError("Treadle has no type for Arrow's " + type.ToString());
  }
}

}  // namespace treadle::io
