#include "dataframe/operators/join_types.h"

#include <utility>
#include <vector>

namespace treadle::dataframe {

DataType join_types(const DataType& a, const DataType& b) {
  if (a == b || b.id() == TypeId::kNull) return a;
  if (a.id() == TypeId::kNull) return b;
  const auto either = [&](TypeId narrow, TypeId wide) {
    return (a.id() == narrow && b.id() == wide) || (a.id() == wide && b.id() == narrow);
  };
  if (either(TypeId::kInt64, TypeId::kFloat64)) return TypeId::kFloat64;
  if (either(TypeId::kDate, TypeId::kTimestamp)) return a.id() == TypeId::kTimestamp ? a : b;
  return TypeId::kUtf8;
}

columnar::SchemaPtr join_types(const columnar::SchemaPtr& a, const columnar::SchemaPtr& b) {
  if (a == b || same_types(*a, *b)) return a;
  std::vector<Field> fields = a->fields();
  for (std::size_t i = 0; i < fields.size(); ++i)
    fields[i].type = join_types(fields[i].type, b->field(i).type);
  return std::make_shared<const Schema>(std::move(fields));
}

bool same_types(const Schema& a, const Schema& b) {
  if (a.num_fields() != b.num_fields()) return false;
  for (std::size_t i = 0; i < a.num_fields(); ++i) {
    if (!(a.field(i).type == b.field(i).type)) return false;
  }
  return true;
}

}  // namespace treadle::dataframe
