#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "columnar/builder.h"
#include "columnar/format.h"
#include "columnar/text_layout.h"

// Columns for tests, written as they read: ints({1, {}, 3}). For tests only.
namespace treadle::columnar::test {

template <class T>
Column numbers(DataType type, const std::vector<std::optional<T>>& values) {
  FixedBuilder<T> builder;
  for (const auto& value : values) value ? builder.append(*value) : builder.append_null();
  return builder.finish(std::move(type));
}
inline Column ints(const std::vector<std::optional<std::int64_t>>& values) {
  return numbers<std::int64_t>(TypeId::kInt64, values);
}
inline Column floats(const std::vector<std::optional<double>>& values) {
  return numbers<double>(TypeId::kFloat64, values);
}
/// Days since 1970-01-01.
inline Column dates(const std::vector<std::optional<std::int32_t>>& values) {
  return numbers<std::int32_t>(TypeId::kDate, values);
}

inline Column bools(const std::vector<std::optional<bool>>& values) {
  BoolBuilder builder;
  for (const auto& value : values) value ? builder.append(*value) : builder.append_null();
  return builder.finish();
}

inline Column texts(const std::vector<std::optional<std::string>>& values) {
  TextBuilder builder;
  for (const auto& value : values) value ? builder.append(*value) : builder.append_null();
  return builder.finish();
}

/// The same text in every layout, and as the middle of a longer column in every layout.
inline std::vector<Column> in_all_layouts(std::vector<std::optional<std::string>> values) {
  const auto rows = static_cast<std::int64_t>(values.size());
  const Column whole = texts(values);
  values.insert(values.begin(), {"before", std::nullopt, "a text too long for a view"});
  values.push_back("behind");
  const Column longer = texts(values);
  return {whole,
          to_views(whole),
          to_dictionary(whole),
          longer.slice(3, rows),
          to_views(longer).slice(3, rows),
          to_dictionary(longer).slice(3, rows)};
}

/// Every value as text, "null" for a null.
inline std::vector<std::string> shown(const Column& column) {
  std::vector<std::string> out;
  for (std::int64_t row = 0; row < column.length(); ++row) {
    out.emplace_back();
    append_value(out.back(), column, row);
  }
  return out;
}

inline Batch batch(const std::vector<std::pair<std::string, Column>>& columns) {
  std::vector<Field> fields;
  std::vector<Column> values;
  for (const auto& [name, column] : columns) {
    fields.push_back({name, column.type()});
    values.push_back(column);
  }
  const std::int64_t rows = values.empty() ? 0 : values[0].length();
  return {std::make_shared<const Schema>(Schema(std::move(fields))), std::move(values), rows};
}

}  // namespace treadle::columnar::test
