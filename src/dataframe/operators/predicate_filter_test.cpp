#include "dataframe/operators/predicate_filter.h"

#include <gtest/gtest.h>

#include "columnar/test_columns.h"
#include "dataframe/expressions/bind.h"
#include "treadle/error.h"
#include "treadle/expression.h"

namespace treadle::dataframe {
namespace {

using namespace columnar::test;
using columnar::Batch;
using Rows = std::vector<std::uint32_t>;

std::vector<std::shared_ptr<const io::RowFilter>> filters_of(const Expression& predicate, const Batch& rows) {
  return make_filters(predicate.node(), *rows.schema());
}

/// What `filter` chooses of `rows`.
Rows chosen(const io::RowFilter& filter, const Batch& rows) {
  std::vector<std::pair<std::string, columnar::Column>> columns;
  std::vector<columnar::Column> values;
  std::vector<Field> fields;
  for (const std::string& name : filter.columns()) {
    const std::size_t place = rows.schema()->index_of(name);
    fields.push_back(rows.schema()->field(place));
    values.push_back(rows.column(place));
  }
  Rows wanted = {99};
  filter.select({std::make_shared<const Schema>(std::move(fields)), std::move(values), rows.num_rows()},
                wanted);
  return wanted;
}

Batch example() {
  return batch({{"text", texts({"a", "b", std::nullopt, "a"})},
                {"number", ints({1, 2, 3, std::nullopt})},
                {"flag", bools({true, std::nullopt, false, true})}});
}

TEST(PredicateFilter, PutsPartsOverTheSameColumnsTogetherAndCheapOnesFirst) {
  const Batch rows = example();
  const auto filters =
      filters_of(col("text") == lit("a") && col("number") > lit(0) && col("number") < lit(3), rows);
  ASSERT_EQ(filters.size(), 2U);
  EXPECT_EQ(filters[0]->columns(), std::vector<std::string>{"number"});
  EXPECT_EQ(chosen(*filters[0], rows), (Rows{0, 1}));
  EXPECT_EQ(filters[1]->columns(), std::vector<std::string>{"text"});
  EXPECT_EQ(chosen(*filters[1], rows), (Rows{0, 3}));
  EXPECT_FALSE(filters[0]->is_optional());
}

TEST(PredicateFilter, LetsNoRowPassForWhichItIsNull) {
  const Batch rows = example();
  EXPECT_EQ(chosen(*filters_of(col("flag"), rows)[0], rows), (Rows{0, 3}));
  EXPECT_EQ(chosen(*filters_of(col("flag") || col("number") == lit(2), rows)[0], rows), (Rows{0, 1, 3}));
}

TEST(PredicateFilter, KnowsPartsThatAreTheSameForAllRows) {
  const Batch rows = example();
  EXPECT_EQ(chosen(*filters_of(lit(true), rows)[0], rows), (Rows{0, 1, 2, 3}));
  EXPECT_EQ(chosen(*filters_of(lit(false), rows)[0], rows), Rows{});
}

TEST(PredicateFilter, RefusesWhatHasNoMeaning) {
  EXPECT_THROW(filters_of(col("texd") == lit("a"), example()), NotFound);
  EXPECT_THROW(filters_of(col("text") > lit(1), example()), TypeError);
}

}  // namespace
}  // namespace treadle::dataframe
