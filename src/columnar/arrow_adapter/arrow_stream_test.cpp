#include <arrow/api.h>
#include <arrow/array/validate.h>
#include <arrow/c/bridge.h>
#include <gtest/gtest.h>

#include "columnar/batch.h"
#include "columnar/test_columns.h"
#include "treadle/error.h"
#include "treadle/table.h"

// The C stream as Arrow C++ itself writes and reads it.
namespace treadle::columnar {
namespace {

using Rows = std::vector<std::string>;

template <class T>
T valid(arrow::Result<T> result) {
  if (!result.ok()) throw InternalError(result.status().ToString());
  return result.MoveValueUnsafe();
}

/// Hands arrays to import_from(), as one batch of which the first row was sliced away.
Column imported(std::shared_ptr<arrow::Array> array) {
  const auto schema = arrow::schema({arrow::field("x", array->type())});
  const auto whole = arrow::RecordBatch::Make(schema, array->length(), {array});
  const auto reader = valid(arrow::RecordBatchReader::Make({whole->Slice(1)}, schema));
  ArrowArrayStream stream;
  if (!arrow::ExportRecordBatchReader(reader, &stream).ok()) throw InternalError("export failed");
  return Table::import_from(&stream).batches()[0].column(0);
}

template <class Builder>
std::shared_ptr<arrow::Array> texts_of() {
  Builder builder;
  for (const char* text : {"first", "AA", "", "a text of more than twelve bytes"}) {
    if (!builder.Append(text).ok()) throw InternalError("no text");
  }
  if (!builder.AppendNull().ok()) throw InternalError("no null");
  return valid(builder.Finish());
}

TEST(ArrowStreamTest, ArrowAcceptsWhatIsExported) {
  const Column text = test::texts({"AA", {}, "a text of more than twelve bytes"});
  const std::int32_t offsets[] = {0, 2, 2, 3};
  const Batch whole =
      test::batch({{"flag", test::bools({true, {}, false})},
                   {"number", test::ints({1, 2, {}})},
                   {"plain", text},
                   {"view", to_views(text)},
                   {"coded", to_dictionary(text)},
                   {"list", Column::nested(DataType::list(TypeId::kInt64), 3, nullptr,
                                           Buffer::copy(offsets, sizeof offsets), {test::ints({1, {}, 3})})},
                   {"nothing", Column::nulls(TypeId::kNull, 3)},
                   {"money", test::numbers<int128_t>(DataType::decimal(12, 2), {1250, {}, -5})},
                   {"clock", test::numbers<std::int64_t>(DataType::time(TimeUnit::kMilli), {1000, {}, 2000})},
                   {"when", test::numbers<std::int64_t>(DataType::timestamp(TimeUnit::kNano, "Europe/Berlin"),
                                                        {0, 1, {}})}});
  ArrowArrayStream stream;
  Table(*whole.schema(), {whole, whole.slice(1, 2), whole.slice(0, 0)}).export_to(&stream);
  const auto reader = valid(arrow::ImportRecordBatchReader(&stream));
  const auto table = valid(reader->ToTable());
  EXPECT_TRUE(table->ValidateFull().ok()) << table->ValidateFull().ToString();
  EXPECT_EQ(table->num_rows(), 5);
  EXPECT_EQ(
      table->schema()->ToString(),
      "flag: bool\nnumber: int64\nplain: string\nview: string_view\n"
      "coded: dictionary<values=string, indices=int32, ordered=0>\nlist: list<item: int64>\nnothing: null\n"
      "money: decimal128(12, 2)\nclock: time32[ms]\nwhen: timestamp[ns, tz=Europe/Berlin]");
  EXPECT_EQ(valid(table->GetColumnByName("view")->GetScalar(4))->ToString(),
            "a text of more than twelve bytes");
  EXPECT_TRUE(table->GetColumnByName("number")->chunk(1)->IsNull(1));
}

TEST(ArrowStreamTest, TextComesInFromEveryLayout) {
  const Rows expected = {"AA", "", "a text of more than twelve bytes", "null"};
  EXPECT_EQ(test::shown(imported(texts_of<arrow::StringBuilder>())), expected);
  EXPECT_EQ(test::shown(imported(texts_of<arrow::LargeStringBuilder>())), expected);
  EXPECT_EQ(test::shown(imported(texts_of<arrow::StringViewBuilder>())), expected);
}

TEST(ArrowStreamTest, DictionariesLoseNullsAndRepeatedValues) {
  arrow::StringBuilder values;
  EXPECT_TRUE(values.AppendValues({"a", "b", "a"}).ok() && values.AppendNull().ok());
  arrow::Int8Builder codes;
  EXPECT_TRUE(codes.AppendValues({0, 0, 1, 2, 3}).ok() && codes.AppendNull().ok());
  const auto array = valid(arrow::DictionaryArray::FromArrays(valid(codes.Finish()), valid(values.Finish())));
  const Column column = imported(array);
  EXPECT_EQ(column.layout(), Layout::kDictionary);
  EXPECT_EQ(test::shown(column), (Rows{"a", "b", "a", "null", "null"}));
  EXPECT_EQ(test::shown(*column.dictionary()), (Rows{"a", "b"}));
}

TEST(ArrowStreamTest, DictionariesOfNumbersAreLookedUp) {
  arrow::DictionaryBuilder<arrow::Int64Type> builder;
  EXPECT_TRUE(builder.Append(7).ok() && builder.Append(9).ok() && builder.AppendNull().ok() &&
              builder.Append(7).ok());
  EXPECT_EQ(test::shown(imported(valid(builder.Finish()))), (Rows{"9", "null", "7"}));
}

TEST(ArrowStreamTest, NarrowTimesAndWideDatesAreConverted) {
  arrow::Time32Builder times(arrow::time32(arrow::TimeUnit::SECOND), arrow::default_memory_pool());
  EXPECT_TRUE(times.AppendValues({0, 3600}).ok());
  EXPECT_EQ(test::shown(imported(valid(times.Finish()))), (Rows{"01:00:00"}));
  arrow::Date64Builder dates;
  EXPECT_TRUE(dates.AppendValues({0, 86400000}).ok() && dates.AppendNull().ok());
  EXPECT_EQ(test::shown(imported(valid(dates.Finish()))), (Rows{"1970-01-02", "null"}));
}

TEST(ArrowStreamTest, BoolsAndListsKeepTheirPlaces) {
  arrow::BooleanBuilder bools;
  EXPECT_TRUE(bools.Append(true).ok() && bools.Append(false).ok() && bools.AppendNull().ok());
  EXPECT_EQ(test::shown(imported(valid(bools.Finish()))), (Rows{"false", "null"}));
  const auto values = std::make_shared<arrow::Int64Builder>();
  arrow::LargeListBuilder lists(arrow::default_memory_pool(), values);
  EXPECT_TRUE(lists.Append().ok() && values->Append(1).ok() && lists.Append().ok() &&
              values->Append(2).ok() && values->Append(3).ok());
  EXPECT_EQ(test::shown(imported(valid(lists.Finish()))), (Rows{"[2, 3]"}));
}

TEST(ArrowStreamTest, TypesThatTreadleLacksAreNamed) {
  const auto array = valid(arrow::MakeArrayOfNull(arrow::month_interval(), 2));
  try {
    imported(array);
    FAIL();
  } catch (const TypeError& error) {
    EXPECT_NE(std::string(error.what()).find("\"x\""), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace treadle::columnar
