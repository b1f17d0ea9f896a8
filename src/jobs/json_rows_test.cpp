#include "jobs/json_rows.h"

#include <gtest/gtest.h>

#include <limits>

#include "columnar/test_columns.h"

namespace treadle::jobs {
namespace {

using namespace columnar::test;  // NOLINT: columns as they read

Table table_of(Schema schema, std::vector<columnar::Column> columns) {
  const std::int64_t rows = columns.front().length();
  const auto shared = std::make_shared<const Schema>(schema);
  return {std::move(schema), {columnar::Batch(shared, std::move(columns), rows)}};
}

Table sample() {
  return table_of(
      Schema({{"id", TypeId::kInt64},
              {"x", TypeId::kFloat64},
              {"a \"b\"", TypeId::kUtf8},
              {"day", TypeId::kDate},
              {"ok", TypeId::kBool}}),
      {ints({1, {}, 3}), floats({0.1, std::numeric_limits<double>::quiet_NaN(), {}}),
       texts({"plain", "quoted \"x\", and\nlines", ""}), dates({0, {}, 1}), bools({true, false, {}})});
}

TEST(JsonRows, WritesRowsAsLists) {
  std::string text;
  append_json_rows(text, sample(), 2);
  EXPECT_EQ(
      text,
      "[[1,0.1,\"plain\",\"1970-01-01\",true],[null,null,\"quoted \\\"x\\\", and\\nlines\",null,false]]");
}

TEST(JsonRows, WritesColumns) {
  std::string text;
  append_json_columns(text, Schema({{"a", TypeId::kInt64}, {"b", TypeId::kUtf8}}));
  EXPECT_EQ(text, "[{\"name\":\"a\",\"type\":\"int64\"},{\"name\":\"b\",\"type\":\"utf8\"}]");
}

TEST(JsonRows, EscapesControlCharacters) {
  std::string text;
  append_json_text(text, std::string_view("a\0\x1f\t\\", 5));
  EXPECT_EQ(text, "\"a\\u0000\\u001f\\t\\\\\"");
}

TEST(JsonRows, WritesTheSameForEveryLayoutOfText) {
  const std::vector<std::optional<std::string>> values = {"x", {}, "longer than twelve bytes", "x"};
  for (const auto& column : in_all_layouts(values)) {
    std::string text;
    append_json_rows(text, table_of(Schema({{"k", TypeId::kUtf8}}), {column}), 10);
    EXPECT_EQ(text, "[[\"x\"],[null],[\"longer than twelve bytes\"],[\"x\"]]");
  }
}

}  // namespace
}  // namespace treadle::jobs
