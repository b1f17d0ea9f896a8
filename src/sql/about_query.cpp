#include "sql/about_query.h"

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "columnar/batch.h"
#include "columnar/builder.h"

namespace treadle::sql {
namespace {

struct SpelledType {
  TypeId id;
  const char* name;
};
constexpr std::array<SpelledType, 15> kNames = {{
    {TypeId::kBool, "BOOLEAN"},
    {TypeId::kInt8, "TINYINT"},
    {TypeId::kInt16, "SMALLINT"},
    {TypeId::kInt32, "INTEGER"},
    {TypeId::kInt64, "BIGINT"},
    {TypeId::kUInt8, "UTINYINT"},
    {TypeId::kUInt16, "USMALLINT"},
    {TypeId::kUInt32, "UINTEGER"},
    {TypeId::kUInt64, "UBIGINT"},
    {TypeId::kFloat32, "FLOAT"},
    {TypeId::kFloat64, "DOUBLE"},
    {TypeId::kUtf8, "VARCHAR"},
    {TypeId::kBinary, "BLOB"},
    {TypeId::kDate, "DATE"},
    {TypeId::kTime, "TIME"},
}};

DataFrame table(const std::vector<std::pair<std::string, std::vector<std::string>>>& texts,
                const std::vector<std::string>& empty) {
  std::vector<Field> fields;
  std::vector<columnar::Column> columns;
  for (const auto& [name, values] : texts) {
    columnar::TextBuilder builder;
    for (const std::string& value : values) builder.append(value);
    fields.push_back({name, TypeId::kUtf8});
    columns.push_back(builder.finish());
  }
  const std::int64_t rows = columns[0].length();
  for (const std::string& name : empty) {
    fields.push_back({name, TypeId::kUtf8});
    columns.push_back(columnar::Column::nulls(TypeId::kUtf8, rows));
  }
  const Schema schema(std::move(fields));
  return DataFrame(
      Table(schema, {columnar::Batch(std::make_shared<const Schema>(schema), std::move(columns), rows)}));
}

}  // namespace

std::string type_in_sql(const DataType& type) {
  for (const SpelledType& one : kNames) {
    if (one.id == type.id()) return one.name;
  }
  if (type.id() == TypeId::kDecimal128) {
    return "DECIMAL(" + std::to_string(type.precision()) + "," + std::to_string(type.scale()) + ")";
  }
  if (type.id() == TypeId::kTimestamp) {
    if (!type.zone().empty()) return "TIMESTAMP WITH TIME ZONE";
    const std::array<const char*, 4> units = {"TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP", "TIMESTAMP_NS"};
    return units[static_cast<std::size_t>(type.unit())];
  }
  return type.to_string();
}

DataFrame about_query(std::string_view word, const DataFrame& query) {
  if (word == "explain") {
    return table({{"explain_key", {"plan"}}, {"explain_value", {query.explain()}}}, {});
  }
  std::vector<std::string> names, types, nullable;
  const Schema schema = query.schema();
  for (const Field& field : schema.fields()) {
    names.push_back(field.name);
    types.push_back(type_in_sql(field.type));
    nullable.emplace_back("YES");
  }
  return table({{"column_name", names}, {"column_type", types}, {"null", nullable}},
               {"key", "default", "extra"});
}

}  // namespace treadle::sql
