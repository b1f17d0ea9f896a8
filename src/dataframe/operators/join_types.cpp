#include "dataframe/operators/join_types.h"

#include <utility>
#include <vector>

#include "columnar/join_types.h"

namespace treadle::dataframe {

columnar::SchemaPtr join_types(const columnar::SchemaPtr& a, const columnar::SchemaPtr& b) {
  if (a == b || same_types(*a, *b)) return a;
  std::vector<Field> fields = a->fields();
  for (std::size_t i = 0; i < fields.size(); ++i)
    fields[i].type = columnar::join_types(fields[i].type, b->field(i).type);
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
