#include "treadle/table.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "columnar/arrow_exchange.h"
#include "columnar/batch_list.h"
#include "columnar/test_columns.h"
#include "treadle/error.h"

namespace treadle {
namespace {

using columnar::Batch;
using columnar::BatchList;
using columnar::Column;
using columnar::Layout;
using columnar::to_dictionary;
using columnar::to_views;
namespace test = columnar::test;

struct MemorySink final : ByteSink {
  std::string bytes;
  void write(const void* data, std::size_t size) override {
    bytes.append(static_cast<const char*>(data), size);
  }
};
struct MemorySource final : ByteSource {
  explicit MemorySource(std::string_view text) : left(text) {}
  std::string_view left;
  void read(void* data, std::size_t size) override {
    ASSERT_LE(size, left.size());
    std::memcpy(data, left.data(), size);
    left.remove_prefix(size);
  }
};

Column list_column() {
  const std::int32_t offsets[] = {0, 2, 2, 3};
  return Column::nested(DataType::list(TypeId::kInt64), 3, nullptr, Buffer::copy(offsets, sizeof offsets),
                        {test::ints({1, {}, 3})});
}

/// Three rows of every kind of column.
Batch all_kinds() {
  const Column text = test::texts({"AA", {}, "a text of more than twelve bytes"});
  return test::batch(
      {{"flag", test::bools({true, {}, false})},
       {"number", test::ints({1, 2, {}})},
       {"plain", text},
       {"view", to_views(text)},
       {"coded", to_dictionary(text)},
       {"list", list_column()},
       {"pair", Column::nested(DataType::structure({{"a: b", TypeId::kInt64}}), 3, nullptr, nullptr,
                               {test::ints({7, {}, 9})})},
       {"nothing", Column::nulls(TypeId::kNull, 3)},
       {"money", test::numbers<columnar::int128_t>(DataType::decimal(12, 2), {1250, {}, -5})},
       {"clock", test::numbers<std::int64_t>(DataType::time(TimeUnit::kMilli), {1000, {}, 2000})},
       {"when",
        test::numbers<std::int64_t>(DataType::timestamp(TimeUnit::kNano, "Europe/Berlin"), {0, 1, {}})}});
}

void expect_equal(const Batch& a, const Batch& b) {
  ASSERT_EQ(*a.schema(), *b.schema());
  for (std::size_t i = 0; i < a.columns().size(); ++i) {
    EXPECT_EQ(test::shown(a.column(i)), test::shown(b.column(i))) << a.schema()->field(i).name;
    EXPECT_EQ(a.column(i).null_count(), b.column(i).null_count()) << a.schema()->field(i).name;
  }
}

TEST(BatchListTest, ReadsBackWhatItWrote) {
  const Batch whole = all_kinds();
  const BatchList list{whole.schema(), {whole, whole.slice(1, 2), whole.slice(0, 0)}};
  MemorySink sink;
  Codec<BatchList>::write(list, sink);
  MemorySource source(sink.bytes);
  const BatchList back = Codec<BatchList>::read(source);
  EXPECT_TRUE(source.left.empty());
  ASSERT_EQ(back.batches.size(), 3U);
  EXPECT_EQ(back.num_rows(), 5);
  for (std::size_t i = 0; i < 3; ++i) expect_equal(list.batches[i], back.batches[i]);
  EXPECT_EQ(back.batches[0].column(4).layout(), Layout::kDictionary);
  EXPECT_EQ(back.batches[0].column(4).dictionary(), back.batches[1].column(4).dictionary());
}

/// Numbers from `least` on, `spread` of them, as many as it takes several blocks to pack; a null among them.
Column spread_numbers(const DataType& type, std::int64_t least, std::uint64_t spread) {
  std::vector<std::optional<std::int64_t>> values;
  std::uint64_t state = 1;
  for (int row = 0; row < 5'000; ++row) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    values.emplace_back(static_cast<std::int64_t>(static_cast<std::uint64_t>(least) + (state >> 8) % spread));
  }
  values[3].reset();
  return test::numbers<std::int64_t>(type, values);
}

TEST(BatchListTest, WritesNumbersInAsFewBytesAsTheyNeed) {
  constexpr std::int64_t kLeast = INT64_MIN;
  const struct {
    std::uint64_t spread;
    std::size_t bytes;  // of a number
  } cases[] = {{1, 0}, {200, 1}, {70'000, 3}, {std::uint64_t{1} << 33, 5}, {UINT64_MAX >> 8, 7}};
  for (const auto& [spread, bytes] : cases) {
    for (const std::int64_t least : {std::int64_t{-5}, std::int64_t{0}, kLeast, std::int64_t{1} << 50}) {
      for (const DataType& type :
           {DataType(TypeId::kInt64), DataType(TypeId::kUInt64), DataType::timestamp(TimeUnit::kMicro)}) {
        const Batch rows = test::batch({{"n", spread_numbers(type, least, spread)}});
        const BatchList list{rows.schema(), {rows, rows.slice(2'040, 100)}};
        MemorySink sink;
        Codec<BatchList>::write(list, sink);
        EXPECT_LT(sink.bytes.size(), 5'100 * bytes + 5'100 / 8 + 1'000);
        MemorySource source(sink.bytes);
        const BatchList back = Codec<BatchList>::read(source);
        for (std::size_t i = 0; i < 2; ++i) expect_equal(list.batches[i], back.batches[i]);
      }
    }
  }
}

TEST(BatchListTest, ReadsBackTheFarthestNumbers) {
  const Batch rows = test::batch(
      {{"long", test::numbers<std::int64_t>(TypeId::kInt64, {INT64_MIN, INT64_MAX, 0, -1})},
       {"high", test::numbers<std::uint64_t>(TypeId::kUInt64, {UINT64_MAX, 0, std::uint64_t{1} << 63, 1})},
       {"short", test::numbers<std::int32_t>(TypeId::kInt32, {INT32_MIN, INT32_MAX, 0, -1})},
       {"half", test::numbers<std::uint32_t>(TypeId::kUInt32, {UINT32_MAX, 0, 1U << 31, 1})},
       {"day", test::numbers<std::int32_t>(TypeId::kDate, {-719'162, 2'932'896, 0, {}})},
       {"text", test::texts({"", std::string(70'000, 'x'), {}, "y"})}});
  const BatchList list{rows.schema(), {rows, rows.slice(1, 3), rows.slice(3, 1)}};
  MemorySink sink;
  Codec<BatchList>::write(list, sink);
  MemorySource source(sink.bytes);
  const BatchList back = Codec<BatchList>::read(source);
  EXPECT_TRUE(source.left.empty());
  for (std::size_t i = 0; i < 3; ++i) expect_equal(list.batches[i], back.batches[i]);
}

TEST(TableTest, CrossesArrowsStreamAndBack) {
  const Batch whole = all_kinds();
  const Table table(*whole.schema(), {whole, whole.slice(1, 2), whole.slice(0, 0)});
  ArrowArrayStream stream;
  table.export_to(&stream);
  const Table back = Table::import_from(&stream);
  EXPECT_EQ(stream.release, nullptr);
  ASSERT_EQ(back.batches().size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) expect_equal(table.batches()[i], back.batches()[i]);
  EXPECT_EQ(back.batches()[0].column(3).layout(), Layout::kView);
  EXPECT_EQ(back.batches()[0].column(4).layout(), Layout::kDictionary);
  EXPECT_EQ(back.batches()[0].column(1).values()->data(), whole.column(1).values()->data()) << "was copied";
}

TEST(TableTest, LayoutsThatDifferBetweenBatchesCrossAsViews) {
  const Column text = test::texts({"AA", {}, "a text of more than twelve bytes"});
  const Batch plain = test::batch({{"t", text}}), coded = test::batch({{"t", to_dictionary(text)}});
  ArrowArrayStream stream;
  Table(*plain.schema(), {plain, coded}).export_to(&stream);
  const Table back = Table::import_from(&stream);
  EXPECT_EQ(test::shown(back.batches()[1].column(0)), test::shown(text));
  EXPECT_EQ(back.batches()[1].column(0).layout(), Layout::kView);
}

TEST(TableTest, FindsValuesAcrossBatches) {
  const Batch a = test::batch({{"n", test::ints({1, 2})}}), b = test::batch({{"n", test::ints({3})}});
  const Table table(*a.schema(), {a, b});
  EXPECT_EQ(table.num_rows(), 3);
  EXPECT_EQ(table.at(2, "n"), Scalar(3));
  EXPECT_THROW(table.at(3, "n"), InvalidArgument);
  EXPECT_THROW(table.at(0, "m"), NotFound);
  EXPECT_THROW(Table(Schema({{"x", TypeId::kInt64}}), {a}), TypeError);
  EXPECT_EQ(Table().num_rows(), 0);
}

TEST(TableTest, IsDrawnAsABox) {
  const Batch rows = test::batch({{"carrier", test::texts({"AA", {}, "日本", "line\nbreak"})},
                                  {"mean", test::floats({2.5, -10.0, {}, 1.0})}});
  const Table table(*rows.schema(), {rows});
  EXPECT_EQ(table.to_string(),
            "shape: (4, 2)\n"
            "┌─────────────┬─────────┐\n"
            "│ carrier     ┆    mean │\n"
            "│ ---         ┆     --- │\n"
            "│ utf8        ┆ float64 │\n"
            "╞═════════════╪═════════╡\n"
            "│ AA          ┆     2.5 │\n"
            "│ null        ┆   -10.0 │\n"
            "│ 日本        ┆    null │\n"
            "│ line\\nbreak ┆     1.0 │\n"
            "└─────────────┴─────────┘\n");
  EXPECT_EQ(table.to_string(2),
            "shape: (4, 2)\n"
            "┌─────────────┬─────────┐\n"
            "│ carrier     ┆    mean │\n"
            "│ ---         ┆     --- │\n"
            "│ utf8        ┆ float64 │\n"
            "╞═════════════╪═════════╡\n"
            "│ AA          ┆     2.5 │\n"
            "│ …           ┆       … │\n"
            "│ line\\nbreak ┆     1.0 │\n"
            "└─────────────┴─────────┘\n");
}

}  // namespace
}  // namespace treadle
