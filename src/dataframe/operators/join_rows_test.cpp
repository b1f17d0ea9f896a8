#include "dataframe/operators/join_rows.h"

#include <gtest/gtest.h>

#include "columnar/test_columns.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::test::batch;
using columnar::test::ints;
using columnar::test::shown;
using columnar::test::texts;

std::vector<StoredBatch> batches() {
  const Batch first = batch({{"key", ints({1, {}, 3})},
                             {"plain", texts({"a", "a text of more than twelve bytes", {}})},
                             {"coded", to_dictionary(texts({"x", "y", "x"}))}});
  const Batch second =
      batch({{"key", ints({4})}, {"plain", texts({"d"})}, {"coded", to_dictionary(texts({"z"}))}});
  return {StoredBatch(Batch(first)), StoredBatch(Batch(first.schema(), second.columns(), 1))};
}

TEST(JoinRowsTest, RowsAreTheSameInPiecesAndTogether) {
  const std::vector<StoredBatch> stored = batches();
  const columnar::SchemaPtr schema = stored[0].load().schema();
  const std::vector<JoinRows::Number> numbers = {3, 0, -1, 1, 2, 3};
  for (const std::size_t few_bytes : {std::size_t{0}, JoinRows::kFewBytes}) {
    const JoinRows rows(schema, stored, {0}, few_bytes);
    EXPECT_EQ(rows.num_rows(), 4);
    EXPECT_EQ(shown(rows.keys()[0]), (std::vector<std::string>{"1", "null", "3", "4"}));
    const auto taken = rows.take(std::vector<std::size_t>{2, 1, 0}, numbers);
    EXPECT_EQ(shown(taken[0]), (std::vector<std::string>{"z", "x", "null", "y", "x", "z"}));
    EXPECT_EQ(shown(taken[1]),
              (std::vector<std::string>{"d", "a", "null", "a text of more than twelve bytes", "null", "d"}));
    EXPECT_EQ(shown(taken[2]), (std::vector<std::string>{"4", "1", "null", "null", "3", "4"}));
  }
}

TEST(JoinRowsTest, NoRowsHaveTheirColumnsAllTheSame) {
  const columnar::SchemaPtr schema = batches()[0].load().schema();
  const JoinRows rows(schema, {}, {0});
  EXPECT_EQ(rows.num_rows(), 0);
  const auto taken = rows.take(std::vector<std::size_t>{0, 1}, std::vector<JoinRows::Number>{-1});
  EXPECT_EQ(shown(taken[0]), (std::vector<std::string>{"null"}));
  EXPECT_EQ(shown(taken[1]), (std::vector<std::string>{"null"}));
}

}  // namespace
}  // namespace treadle::dataframe
