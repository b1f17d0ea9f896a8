#include <algorithm>
#include <utility>

#include "columnar/functions/types.h"
#include "dataframe/operators/join.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

void add_columns(KeyBuilder& key, const std::vector<JoinColumn>& columns) {
  key.add(static_cast<std::uint64_t>(columns.size()));
  for (const JoinColumn& column : columns) {
    key.add(static_cast<int>(column.side)).add(column.column).add(column.name);
  }
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

}  // namespace

void JoinSpec::add_to(KeyBuilder& key) const {
  key.add(static_cast<int>(kind)).add(nulls_equal).add(static_cast<std::uint64_t>(left_on.size()));
  for (const std::string& name : left_on) key.add(name);
  for (const std::string& name : right_on) key.add(name);
  add_columns(key, columns);
  add_columns(key, condition_columns);
  key.add(condition != nullptr);
  if (condition) key.add(condition->key());
}

std::vector<std::string> JoinSpec::columns_of(JoinSide side) const {
  std::vector<std::string> names;
  for (const std::string& name : side == JoinSide::kLeft ? left_on : right_on) add_once(names, name);
  for (const auto* part : {&columns, &condition_columns}) {
    for (const JoinColumn& column : *part) {
      if (column.side == side) add_once(names, column.column);
    }
  }
  return names;
}

columnar::SchemaPtr join_schema(const JoinSpec& spec, const Schema& left, const Schema& right) {
  std::vector<Field> fields;
  for (const JoinColumn& column : spec.columns) {
    const Schema& side = column.side == JoinSide::kLeft ? left : right;
    Field field = side.field(side.index_of(column.column));
    field.name = column.name;
    fields.push_back(std::move(field));
  }
  return std::make_shared<const Schema>(std::move(fields));
}

void check_key_types(const Field& left, const Field& right) {
  const auto as_text = [](const Field& field) { return field.name + " of type " + field.type.to_string(); };
  for (const Field* key : {&left, &right}) {
    if (key->type.is_nested()) {
      throw TypeError("join: expected keys of a type without children, found " + as_text(*key));
    }
  }
  if (left.type == right.type || columnar::functions::common_type(left.type, right.type)) return;
  throw TypeError("join: expected keys of types that can be compared, found " + as_text(left) + " and " +
                  as_text(right) + "; bring one to the other's type with cast()");
}

}  // namespace treadle::dataframe
