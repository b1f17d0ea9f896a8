#include "treadle/data_type.h"

#include <gtest/gtest.h>

#include "treadle/error.h"
#include "treadle/schema.h"

namespace treadle {
namespace {

TEST(DataTypeTest, TextAndTypeAreInverse) {
  for (const char* text :
       {"null", "bool", "int8", "uint64", "float32", "float64", "date", "time[ns]", "timestamp[us]",
        "timestamp[ns, Europe/Berlin]", "duration[ms]", "utf8", "binary", "decimal128(12, 2)", "list<utf8>",
        "struct<a: int64, b: list<decimal128(5, 1)>>"}) {
    EXPECT_EQ(DataType::from_string(text).to_string(), text);
  }
}

TEST(DataTypeTest, TakesTheAliasesOfOtherSystems) {
  EXPECT_EQ(DataType::from_string("int"), DataType(TypeId::kInt64));
  EXPECT_EQ(DataType::from_string(" BIGINT "), DataType(TypeId::kInt64));
  EXPECT_EQ(DataType::from_string("str"), DataType(TypeId::kUtf8));
  EXPECT_EQ(DataType::from_string("varchar(20)"), DataType(TypeId::kUtf8));
  EXPECT_EQ(DataType::from_string("datetime64[ns]"), DataType::timestamp(TimeUnit::kNano));
  EXPECT_EQ(DataType::from_string("datetime64[ms, UTC]"), DataType::timestamp(TimeUnit::kMilli, "UTC"));
  EXPECT_EQ(DataType::from_string("numeric(10,3)"), DataType::decimal(10, 3));
  EXPECT_EQ(DataType::from_string("double precision"), DataType(TypeId::kFloat64));
}

TEST(DataTypeTest, RefusesOtherTextAndSuggests) {
  for (const char* text : {"", "int46", "timestamp[h]", "decimal(99, 2)", "list<", "struct<a>", "[us]"}) {
    EXPECT_THROW(DataType::from_string(text), InvalidArgument) << text;
  }
  try {
    DataType::from_string("flot64");
  } catch (const InvalidArgument& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean \"float64\"?"), std::string::npos) << error.what();
  }
}

TEST(DataTypeTest, ParametersCountInComparison) {
  EXPECT_NE(DataType::timestamp(TimeUnit::kMicro), DataType::timestamp(TimeUnit::kMilli));
  EXPECT_NE(DataType::timestamp(TimeUnit::kMicro), DataType::timestamp(TimeUnit::kMicro, "UTC"));
  EXPECT_EQ(DataType::list(TypeId::kUtf8), DataType::list(TypeId::kUtf8));
  EXPECT_NE(DataType::list(TypeId::kUtf8), DataType::list(TypeId::kInt8));
}

TEST(SchemaTest, FindsColumnsAndSuggestsTheNearest) {
  const Schema schema({{"carrier", TypeId::kUtf8}, {"delay", TypeId::kInt64, true}});
  EXPECT_EQ(schema.index_of("delay"), 1U);
  EXPECT_EQ(schema.find("x"), std::nullopt);
  EXPECT_EQ(schema.to_string(), "carrier: utf8\ndelay: int64 (sampled)\n");
  try {
    schema.index_of("carier");
    FAIL();
  } catch (const NotFound& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean \"carrier\"?"), std::string::npos) << error.what();
  }
}

TEST(SchemaTest, RefusesANameThatOccursTwice) {
  EXPECT_THROW(Schema({{"a", TypeId::kUtf8}, {"a", TypeId::kInt64}}), InvalidArgument);
}

}  // namespace
}  // namespace treadle
