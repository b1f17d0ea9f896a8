#include "io/memory_source.h"

#include <gtest/gtest.h>

#include "columnar/scalar_column.h"
#include "columnar/test_columns.h"
#include "io/test_context.h"
#include "treadle/key.h"

namespace treadle::io {
namespace {

using columnar::Batch;
using namespace columnar::test;
using namespace test;

TEST(MemorySource, DeliversTheColumnsAskedForInMorsels) {
  const Batch first = batch({{"n", ints({1, 2, 3})}, {"t", texts({"a", "b", "c"})}});
  const Batch second = batch({{"n", ints({4})}, {"t", texts({"d"})}});
  const auto source = open_memory(first.schema(), {first, second});
  EXPECT_EQ(source->to_string(), "memory, 4 rows");
  ScanRequest request;
  request.columns = {"t"};
  request.morsel_rows = 2;
  Context context;
  const auto found = morsels(*source, request, context);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(shown(found[0].column(0)), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(shown(found[1].column(0)), (std::vector<std::string>{"c"}));
  EXPECT_EQ(shown(found[2].column(0)), (std::vector<std::string>{"d"}));
}

TEST(MemorySource, CutsPartitionsOfAMillionRowsAcrossBatches) {
  std::vector<Batch> batches;
  for (int i = 0; i < 5; ++i) batches.push_back(batch({{"n", columnar::repeat(Scalar(i), 600'000)}}));
  const auto source = open_memory(batches[0].schema(), batches);
  ASSERT_EQ(source->partitions().size(), 3U);
  EXPECT_EQ(source->partitions()[1].label, "memory[1000000:2000000]");
  EXPECT_EQ(source->partitions()[1].bytes, 8'000'000U);
  EXPECT_EQ(read_all(*source).num_rows(), 3'000'000);
}

TEST(MemorySource, HasOnePartitionWithoutStripsForNoRows) {
  const Batch none = batch({{"n", ints({})}});
  for (const auto& source : {open_memory(none.schema(), {}), open_memory(Table(*none.schema(), {none}))}) {
    ASSERT_EQ(source->partitions().size(), 1U);
    EXPECT_EQ(source->open(0, all_columns(*source))->num_strips(), 0U);
  }
}

TEST(MemorySource, IsTheSameAsItselfOnly) {
  const Batch rows = batch({{"n", ints({1})}});
  const auto key = [](const Source& source) {
    KeyBuilder builder("test");
    source.add_to(builder);
    return builder.finish();
  };
  const auto one = open_memory(rows.schema(), {rows});
  const auto other = open_memory(rows.schema(), {rows});
  EXPECT_EQ(key(*one), key(*one));
  EXPECT_NE(key(*one), key(*other));
}

}  // namespace
}  // namespace treadle::io
