#include "io/numbered_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>

#include "columnar/test_columns.h"
#include "io/csv/csv_source.h"
#include "io/memory_source.h"
#include "io/partition_choice.h"
#include "io/test_context.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

using columnar::Batch;
using namespace columnar::test;
using namespace test;

ScanRequest all_of(const Source& source) {
  ScanRequest request;
  request.columns = source.schema()->names();
  return request;
}

/// The strips of a partition, read in this order; true numbers lie beside the counted ones.
void expect_true_numbers(const Source& source, std::size_t partition, std::vector<std::size_t> order) {
  const ScanRequest request = all_of(source);
  const auto reader = source.open(partition, request);
  Context context;
  for (const std::size_t strip : order) {
    reader->read_strip(
        strip, source.schema(), std::nullopt,
        [](const Batch& morsel) {
          EXPECT_EQ(shown(morsel.column(0)), shown(morsel.column(morsel.columns().size() - 1)));
          return true;
        },
        context);
  }
}

TEST(NumberedSource, CountsStripsThatNobodyHasReadYet) {
  const TemporaryFolder folder;
  const std::string path = folder / "numbers.csv";
  {
    std::ofstream file(path);
    file << "n,t\n";
    // Line ends inside quotes: what a strip's first record is cannot be guessed everywhere.
    for (int i = 0; i < 60000; ++i) file << i << ",\"text\n" << i << "\"\n";
  }
  CsvOptions options;
  options.partition_bytes = 1 << 20;
  const auto source = number_rows(csv::open_csv({path}, options), "row");
  const std::size_t strips = source->open(0, all_of(*source))->num_strips();
  ASSERT_GT(strips, 4U);
  std::vector<std::size_t> order(strips);
  for (std::size_t i = 0; i < strips; ++i) order[i] = i;
  expect_true_numbers(*source, 0, order);
  std::reverse(order.begin(), order.end());
  expect_true_numbers(*source, 0, order);
}

TEST(NumberedSource, SaysWhichColumnWidensAmongThoseAskedFor) {
  const TemporaryFolder folder;
  const std::string path = folder / "odd.csv";
  {
    std::ofstream file(path);
    file << "a,b\n";
    for (int i = 0; i < 500'000; ++i) file << (i == 271'828 ? "1,odd\n" : "1,2\n");
  }
  CsvOptions options;
  options.partition_bytes = 256 << 10;
  const auto source = number_rows(csv::open_csv({path}, options), "row");
  ScanRequest request;
  request.columns = {"row", "a", "b"};
  Context context;
  try {
    read_all(*source, request, context);
    FAIL() << "nothing widened";
  } catch (const TypeWidened& widened) {
    EXPECT_EQ(widened.column, 2U);
  }
}

TEST(NumberedSource, NumbersRunOnFromPartitionToPartitionWhereRowsAreCounted) {
  const Batch rows = batch({{"n", ints({0, 1, 2, 3, 4})}});
  const auto source = number_rows(open_memory(Table(*rows.schema(), {rows}), {3, 2}), "row");
  expect_true_numbers(*source, 0, {0});
  expect_true_numbers(*source, 1, {0});
}

TEST(NumberedSource, RefusesANameThatIsTaken) {
  const Batch rows = batch({{"n", ints({0})}});
  EXPECT_THROW(number_rows(open_memory(rows.schema(), {rows}), "n"), InvalidArgument);
}

TEST(PartitionChoice, HasThePartitionsAskedForInThatOrder) {
  const Batch rows = batch({{"n", ints({1, 2, 3})}});
  const auto source = choose_partitions(open_memory(Table(*rows.schema(), {rows}), {1, 1, 1}), {2, 0});
  ASSERT_EQ(source->partitions().size(), 2U);
  EXPECT_EQ(shown(read_all(*source).column(0)), (std::vector<std::string>{"3", "1"}));
}

TEST(MemorySource, RefusesPartitionsThatDoNotAddUp) {
  const Batch rows = batch({{"n", ints({1, 2, 3})}});
  EXPECT_THROW(open_memory(Table(*rows.schema(), {rows}), {1, 1}), InvalidArgument);
}

}  // namespace
}  // namespace treadle::io
