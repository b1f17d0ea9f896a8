#include "columnar/column.h"

#include <gtest/gtest.h>

#include "columnar/test_columns.h"
#include "treadle/error.h"
#include "treadle/schema.h"

namespace treadle::columnar {
namespace {

using test::bools;
using test::in_all_layouts;
using test::ints;
using test::shown;
using Rows = std::vector<std::string>;

TEST(ColumnTest, SlicesAtAnyBit) {
  std::vector<std::optional<bool>> values;
  std::vector<std::optional<std::int64_t>> numbers;
  for (int i = 0; i < 200; ++i) {
    values.push_back(i % 7 == 0 ? std::nullopt : std::optional(i % 3 == 0));
    numbers.push_back(i % 5 == 0 ? std::nullopt : std::optional<std::int64_t>(i));
  }
  const Column flags = bools(values), column = ints(numbers);
  for (const int offset : {0, 1, 7, 8, 63, 64, 65, 130}) {
    const Column some = flags.slice(offset, 70), rows = column.slice(offset, 70);
    std::int64_t nulls = 0;
    for (int i = 0; i < 70; ++i) {
      EXPECT_EQ(shown(some)[static_cast<std::size_t>(i)], shown(flags)[static_cast<std::size_t>(offset + i)]);
      EXPECT_EQ(shown(rows)[static_cast<std::size_t>(i)],
                shown(column)[static_cast<std::size_t>(offset + i)]);
      nulls += (offset + i) % 5 == 0 ? 1 : 0;
    }
    EXPECT_EQ(rows.null_count(), nulls);
  }
}

TEST(ColumnTest, ReadsTextInEveryLayout) {
  for (const Column& column : in_all_layouts({"AA", {}, "", "a text of more than twelve bytes", "AA"})) {
    EXPECT_EQ(shown(column), (Rows{"AA", "null", "", "a text of more than twelve bytes", "AA"}));
    EXPECT_EQ(column.null_count(), 1);
    const Column plain = column.to_plain();
    EXPECT_EQ(plain.layout(), Layout::kPlain);
    EXPECT_EQ(shown(plain), shown(column));
    EXPECT_EQ(shown(column.slice(3, 2)), (Rows{"a text of more than twelve bytes", "AA"}));
    EXPECT_EQ(shown(to_views(column)), shown(column));
    EXPECT_EQ(shown(to_dictionary(column)), shown(column));
  }
}

TEST(ColumnTest, SlicingBeyondTheEndIsRefused) {
  EXPECT_THROW(ints({1, 2}).slice(1, 2), InternalError);
  EXPECT_THROW(ints({1, 2}).slice(-1, 1), InternalError);
}

TEST(ColumnTest, NullsOfEveryTypeAreNull) {
  for (const DataType& type : {DataType(TypeId::kNull), DataType(TypeId::kBool), DataType(TypeId::kInt8),
                               DataType(TypeId::kUtf8), DataType::decimal(5, 2),
                               DataType::list(TypeId::kInt64), DataType::structure({{"a", TypeId::kUtf8}})}) {
    const Column column = Column::nulls(type, 70);
    EXPECT_EQ(column.null_count(), 70) << type.to_string();
    EXPECT_EQ(column.slice(65, 3).null_count(), 3) << type.to_string();
    EXPECT_EQ(shown(column.slice(65, 2)), (Rows{"null", "null"}));
    EXPECT_EQ(Column::nulls(type, 0).length(), 0);
  }
}

TEST(ColumnTest, ShowsNestedValues) {
  const std::int32_t offsets[] = {0, 2, 2, 3};
  const Column list = Column::nested(DataType::list(TypeId::kInt64), 3, nullptr,
                                     Buffer::copy(offsets, sizeof offsets), {ints({1, {}, 3})});
  EXPECT_EQ(shown(list), (Rows{"[1, null]", "[]", "[3]"}));
  EXPECT_EQ(shown(list.slice(1, 2)), (Rows{"[]", "[3]"}));
  const Column pair = Column::nested(DataType::structure({{"a", TypeId::kInt64}, {"b", TypeId::kUtf8}}), 2,
                                     nullptr, nullptr, {ints({1, 2}), test::texts({"x", {}})});
  EXPECT_EQ(shown(pair), (Rows{"{a: 1, b: x}", "{a: 2, b: null}"}));
}

TEST(BatchTest, RefusesColumnsThatDoNotFitTheSchema) {
  const auto schema = std::make_shared<const Schema>(Schema({{"a", TypeId::kInt64}}));
  EXPECT_THROW(Batch(schema, {}, 0), InternalError);
  EXPECT_THROW(Batch(schema, {ints({1})}, 2), InternalError);
  EXPECT_THROW(Batch(schema, {test::floats({1.0})}, 1), InternalError);
}

TEST(BatchTest, CountsSharedBuffersOnce) {
  const Column text = test::texts({"a text of more than twelve bytes"});
  const Batch once = test::batch({{"a", text}}), twice = test::batch({{"a", text}, {"b", text}});
  EXPECT_EQ(once.nbytes(), twice.nbytes());
}

}  // namespace
}  // namespace treadle::columnar
