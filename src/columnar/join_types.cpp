#include "columnar/join_types.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "treadle/schema.h"

namespace treadle::columnar {
namespace {

DataType join_structures(const DataType& a, const DataType& b) {
  std::vector<Field> fields = a.fields();
  for (const Field& field : b.fields()) {
    const auto same = std::ranges::find(fields, field.name, &Field::name);
    if (same == fields.end()) {
      fields.push_back(field);
    } else {
      same->type = join_types(same->type, field.type);
    }
  }
  return DataType::structure(std::move(fields));
}

DataType join_timestamps(const DataType& a, const DataType& b) {
  if (a.zone() != b.zone()) return TypeId::kUtf8;
  return DataType::timestamp(std::max(a.unit(), b.unit()), a.zone());
}

}  // namespace

DataType join_types(const DataType& a, const DataType& b) {
  if (a == b || b.id() == TypeId::kNull) return a;
  if (a.id() == TypeId::kNull) return b;
  const auto either = [&](TypeId narrow, TypeId wide) {
    return (a.id() == narrow && b.id() == wide) || (a.id() == wide && b.id() == narrow);
  };
  if (either(TypeId::kInt64, TypeId::kFloat64)) return TypeId::kFloat64;
  if (either(TypeId::kDate, TypeId::kTimestamp)) {
    const DataType& timestamp = a.id() == TypeId::kTimestamp ? a : b;
    return timestamp.zone().empty() ? timestamp : DataType(TypeId::kUtf8);
  }
  if (a.id() != b.id()) return TypeId::kUtf8;
  switch (a.id()) {
    case TypeId::kTimestamp:
      return join_timestamps(a, b);
    case TypeId::kList:
      return DataType::list(join_types(a.fields().front().type, b.fields().front().type));
    case TypeId::kStruct:
      return join_structures(a, b);
    default:
      return TypeId::kUtf8;
  }
}

}  // namespace treadle::columnar
