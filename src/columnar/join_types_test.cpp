#include "columnar/join_types.h"

#include <gtest/gtest.h>

#include <vector>

#include "treadle/schema.h"

namespace treadle::columnar {
namespace {

TEST(JoinTypes, NumbersDatesAndNullsWiden) {
  EXPECT_EQ(join_types(TypeId::kNull, TypeId::kBool), DataType(TypeId::kBool));
  EXPECT_EQ(join_types(TypeId::kInt64, TypeId::kFloat64), DataType(TypeId::kFloat64));
  EXPECT_EQ(join_types(TypeId::kBool, TypeId::kInt64), DataType(TypeId::kUtf8));
  const DataType micros = DataType::timestamp(TimeUnit::kMicro), nanos = DataType::timestamp(TimeUnit::kNano);
  EXPECT_EQ(join_types(TypeId::kDate, micros), micros);
  EXPECT_EQ(join_types(nanos, micros), nanos);
  EXPECT_EQ(join_types(micros, DataType::timestamp(TimeUnit::kMicro, "UTC")), DataType(TypeId::kUtf8));
  EXPECT_EQ(join_types(TypeId::kDate, DataType::timestamp(TimeUnit::kMicro, "UTC")), DataType(TypeId::kUtf8));
}

TEST(JoinTypes, ListsAndStructsJoinInside) {
  const DataType whole = DataType::list(TypeId::kInt64), broken = DataType::list(TypeId::kFloat64);
  EXPECT_EQ(join_types(whole, broken), broken);
  EXPECT_EQ(join_types(whole, DataType::list(TypeId::kNull)), whole);
  EXPECT_EQ(join_types(whole, TypeId::kInt64), DataType(TypeId::kUtf8));
  const DataType left = DataType::structure({{"a", TypeId::kInt64}, {"b", whole}});
  const DataType right = DataType::structure({{"c", TypeId::kBool}, {"b", broken}, {"a", TypeId::kUtf8}});
  EXPECT_EQ(join_types(left, right),
            DataType::structure({{"a", TypeId::kUtf8}, {"b", broken}, {"c", TypeId::kBool}}));
}

TEST(JoinTypes, DoesNotDependOnTheOrderOfJoining) {
  const std::vector<DataType> types = {TypeId::kNull,
                                       TypeId::kBool,
                                       TypeId::kInt64,
                                       TypeId::kFloat64,
                                       TypeId::kDate,
                                       DataType::timestamp(TimeUnit::kMicro),
                                       DataType::timestamp(TimeUnit::kNano),
                                       DataType::timestamp(TimeUnit::kNano, "UTC"),
                                       TypeId::kUtf8,
                                       DataType::list(TypeId::kInt64),
                                       DataType::list(TypeId::kBool)};
  for (const DataType& a : types) {
    for (const DataType& b : types) {
      EXPECT_EQ(join_types(a, b), join_types(b, a));
      for (const DataType& c : types) {
        EXPECT_EQ(join_types(join_types(a, b), c), join_types(a, join_types(b, c)))
            << a.to_string() << ' ' << b.to_string() << ' ' << c.to_string();
      }
    }
  }
}

}  // namespace
}  // namespace treadle::columnar
