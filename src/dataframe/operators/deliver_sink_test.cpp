#include "dataframe/operators/deliver_sink.h"

#include <gtest/gtest.h>

#include "columnar/test_columns.h"
#include "dataframe/operators/test_run.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

columnar::Batch batch_of(const std::vector<std::optional<std::int64_t>>& numbers) {
  return columnar::test::batch({{"n", columnar::test::ints(numbers)}});
}

std::vector<std::string> taken(BatchChannel& channel) {
  std::vector<std::string> rows;
  while (const auto batch = channel.take()) {
    for (const std::string& value : columnar::test::shown(batch->column(0))) rows.push_back(value);
  }
  return rows;
}

// A task that ran out of memory delivers all its rows once more, perhaps cut in other places.
TEST(BatchChannel, HandsNothingOutTwice) {
  MemoryBudget budget(MemoryBudget::kUnlimited);
  test::Context context(budget);
  BatchChannel channel;
  const columnar::SchemaPtr schema = batch_of({}).schema();
  channel.begin(schema, 0);
  channel.put(batch_of({1, 2}), context);
  channel.begin(schema, 1);
  EXPECT_FALSE(channel.has_delivered());
  channel.put(batch_of({3, 4, 5}), context);
  EXPECT_TRUE(channel.has_delivered());
  channel.begin(schema, 1);
  channel.put(batch_of({3}), context);
  channel.put(batch_of({4, 5, 6}), context);
  channel.put(batch_of({7}), context);
  channel.close(nullptr);
  EXPECT_EQ(taken(channel), (std::vector<std::string>{"1", "2", "3", "4", "5", "6", "7"}));
}

}  // namespace
}  // namespace treadle::dataframe
