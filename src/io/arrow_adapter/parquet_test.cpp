#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "columnar/selection.h"
#include "columnar/text_layout.h"
#include "io/arrow_adapter/parquet_fixture.h"
#include "io/numbered_source.h"

namespace treadle::io {
namespace {

using columnar::Layout;
using namespace test;
using Op = PrunePredicate::Op;

namespace fs = std::filesystem;

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_F(ParquetTest, CarriesEveryTypeThereAndBack) {
  for (const std::string compression : {"snappy", "zstd", "lz4", "gzip", "brotli", "none"}) {
    const std::string path = folder_ / (compression + ".parquet");
    write(path, all_types(), compressed(compression));
    expect_same(read_all(*open(path)), all_types());
  }
}

TEST_F(ParquetTest, TurnsSecondsIntoMillisecondsWhichParquetHas) {
  const auto times = [](TimeUnit unit, std::int64_t ticks) {
    return batch({{"time", numbers<std::int64_t>(DataType::time(unit), {ticks})},
                  {"stamp", numbers<std::int64_t>(DataType::timestamp(unit), {ticks})}});
  };
  write(folder_ / "a.parquet", times(TimeUnit::kSecond, 80000));
  expect_same(read_all(*open(folder_ / "a.parquet")), times(TimeUnit::kMilli, 80000000));
}

TEST_F(ParquetTest, WritesTextOfEveryLayoutTheSame) {
  for (const Column& column :
       in_all_layouts({"x", std::nullopt, "a text longer than a view holds", "x", ""})) {
    fs::remove(folder_ / "a.parquet");
    write(folder_ / "a.parquet", batch({{"t", column}}));
    expect_same(read_all(*open(folder_ / "a.parquet")), batch({{"t", column.to_plain()}}));
  }
}

TEST_F(ParquetTest, KeepsDictionariesAndOneForAllMorsels) {
  std::vector<std::optional<std::string>> values;
  for (int i = 0; i < 1000; ++i) values.push_back("value " + std::to_string(i % 7));
  write(folder_ / "a.parquet", batch({{"t", columnar::to_dictionary(texts(values))}}));
  const auto source = open(folder_ / "a.parquet");
  ScanRequest request = all_columns(*source);
  request.morsel_rows = 100;
  Context context;
  const auto found = morsels(*source, request, context);
  ASSERT_EQ(found.size(), 10U);
  EXPECT_EQ(found[0].column(0).layout(), Layout::kDictionary);
  EXPECT_EQ(found[0].column(0).dictionary()->length(), 7);
  EXPECT_EQ(found[9].column(0).dictionary(), found[0].column(0).dictionary());
  EXPECT_EQ(shown(columnar::concatenate(found).column(0)), shown(texts(values)));
}

TEST_F(ParquetTest, MakesDictionariesOfTextsUnlessTheyWouldBeGivenUp) {
  const auto layout_of = [&](std::uint64_t num_values) {
    std::mt19937_64 random(3);
    std::vector<std::optional<std::string>> values;
    for (int i = 0; i < 100'000; ++i)
      values.push_back("some text that is one of many " + std::to_string(random() % num_values));
    const std::string file = folder_ / (std::to_string(num_values) + ".parquet");
    write(file, batch({{"t", texts(values)}}));
    const Column found = read_all(*open(file)).column(0);
    EXPECT_EQ(shown(found), shown(texts(values)));
    return found.layout();
  };
  EXPECT_EQ(layout_of(7), Layout::kDictionary);
  EXPECT_EQ(layout_of(10'007), Layout::kDictionary);
  EXPECT_NE(layout_of(99'991), Layout::kDictionary);
}

TEST_F(ParquetTest, TextsThatNeverRepeatHaveNoDictionaryHoweverFew) {
  std::vector<std::optional<std::string>> values;
  for (int i = 0; i < 5000; ++i) values.push_back("text " + std::to_string(i));
  write(folder_ / "a.parquet", batch({{"t", texts(values)}}));
  EXPECT_NE(read_all(*open(folder_ / "a.parquet")).column(0).layout(), Layout::kDictionary);
}

TEST_F(ParquetTest, BringsTheDictionariesOfBatchesTogether) {
  const auto schema = batch({{"t", texts({})}}).schema();
  const auto writer = open_parquet_writer({})(folder_ / "a.parquet", schema);
  writer->write(batch({{"t", columnar::to_dictionary(texts({"a", "b"}))}}));
  writer->write(batch({{"t", columnar::to_dictionary(texts({"c", std::nullopt, "b"}))}}));
  writer->write(batch({{"t", texts({"d", "a"})}}));
  writer->close();
  const Batch found = read_all(*open(folder_ / "a.parquet"));
  EXPECT_EQ(found.column(0).layout(), Layout::kDictionary);
  EXPECT_EQ(shown(found.column(0)), (std::vector<std::string>{"a", "b", "c", "null", "b", "d", "a"}));
}

TEST_F(ParquetTest, ReadsDecimalsInWhateverTheyAreStored) {
  for (const int precision : {5, 9, 10, 18, 19, 38}) {
    const DataType type = DataType::decimal(precision, 3);
    std::vector<std::optional<columnar::int128_t>> some, all;
    for (int i = 0; i < 5'000; ++i) {
      all.emplace_back(i % 99 - 49);
      some.push_back(i % 3 == 0 ? std::nullopt : all.back());
    }
    const Batch rows = batch({{"some", numbers<columnar::int128_t>(type, some)},
                              {"all", numbers<columnar::int128_t>(type, all)},
                              {"none", Column::nulls(type, 5'000)},
                              {"n", ints(std::vector<std::optional<std::int64_t>>(5'000, 7))}});
    const std::string path = folder_ / (std::to_string(precision) + ".parquet");
    write(path, rows, in_row_groups_of(2'000));
    const auto source = open(path);
    ScanRequest request = all_columns(*source);
    request.morsel_rows = 700;
    Context context;
    expect_same(read_all(*source, request, context), rows);
    request.columns = {"some"};
    EXPECT_EQ(shown(read_all(*source, request, context).column(0)), shown(rows.column(0)));
    request.prune = {{"all", Op::kGreater, Scalar(type, "0.049")}};
    EXPECT_EQ(read_all(*source, request, context).num_rows(), 0) << precision;
    request.prune = {{"all", Op::kGreaterEqual, Scalar(type, "0.049")}};
    EXPECT_EQ(read_all(*source, request, context).num_rows(), 5'000) << precision;
  }
}

TEST_F(ParquetTest, KeepsCategoriesInTheirOrderWhateverTheLayout) {
  const FileDetails details{{}, {{"t", {{{"c", "unused", "a"}}, true}}, {"not there", {}}}, {}};
  std::vector<std::string> files;
  for (const Column& column : in_all_layouts({"a", std::nullopt, "none of them", "c", "a"})) {
    const std::string path = folder_ / "a.parquet";
    fs::remove(path);
    const Batch rows = batch({{"t", column}});
    const auto writer = open_parquet_writer({}, details)(path, rows.schema());
    for (int i = 0; i < 3; ++i) writer->write(rows);
    writer->close();
    const Column found = read_all(*open(path)).column(0);
    ASSERT_EQ(found.layout(), Layout::kDictionary);
    EXPECT_EQ(shown(*found.dictionary()), (std::vector<std::string>{"c", "unused", "a"}));
    EXPECT_EQ(shown(found.slice(0, 6)), (std::vector<std::string>{"a", "null", "null", "c", "a", "a"}));
    files.push_back(bytes_of(path));
    EXPECT_EQ(files.back(), files.front());
  }
}

TEST_F(ParquetTest, RefusesCategoriesThatAreNone) {
  const Batch rows = batch({{"n", ints({1})}, {"t", texts({"a"})}});
  expect_error<InvalidArgument>(
      [&] {
        const FileDetails twice{{}, {{"t", {{{"a", "b", "a"}}, false}}}};
        open_parquet_writer({}, twice)(folder_ / "a.parquet", rows.schema());
      },
      {"\"a\"", "twice"});
  expect_error<InvalidArgument>(
      [&] {
        const auto writer = open_parquet_writer({}, {{}, {{"n", {}}}})(folder_ / "a.parquet", rows.schema());
        writer->write(rows);
        writer->close();
      },
      {"a.parquet", "\"n\"", "int64", "text"});
  EXPECT_FALSE(fs::exists(folder_ / "a.parquet"));
}

TEST_F(ParquetTest, CutsRowGroupsByRowsWhateverTheBatches) {
  std::vector<std::string> files;
  for (const int step : {1, 7, 100}) {
    const std::string path = folder_ / (std::to_string(step) + ".parquet");
    const auto writer = open_parquet_writer(in_row_groups_of(30))(path, batch({{"n", ints({})}}).schema());
    for (int begin = 0; begin < 100; begin += step) {
      std::vector<std::optional<std::int64_t>> rows;
      for (int i = begin; i < std::min(100, begin + step); ++i) rows.push_back(i);
      writer->write(batch({{"n", ints(rows)}}));
    }
    writer->close();
    std::ifstream in(path, std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  EXPECT_EQ(files[0], files[1]);
  EXPECT_EQ(files[0], files[2]);
  const auto source = open(folder_ / "1.parquet");
  EXPECT_EQ(source->open(0, all_columns(*source))->num_strips(), 4U);
}

TEST_F(ParquetTest, WritesTheSameBytesWhateverTheBatches) {
  std::vector<std::optional<std::int64_t>> numbers;
  std::vector<std::optional<double>> fractions;
  std::vector<std::optional<std::string>> names;
  for (int i = 0; i < 50'000; ++i) {
    numbers.push_back(i % 7 == 0 ? std::nullopt : std::optional<std::int64_t>(i * 7919));
    fractions.push_back(i / 3.0);
    names.push_back(
        i % 11 == 0 ? std::nullopt
                    : std::optional(std::string(static_cast<std::size_t>(i % 97), 'x') + std::to_string(i)));
  }
  const Batch rows = batch({{"n", ints(numbers)}, {"f", floats(fractions)}, {"t", texts(names)}});
  std::vector<std::string> files;
  for (const std::int64_t step : {50'000, 8192, 1500, 333}) {
    const std::string path = folder_ / (std::to_string(step) + ".parquet");
    const auto writer = open_parquet_writer(in_row_groups_of(40'000))(path, rows.schema());
    for (std::int64_t begin = 0; begin < rows.num_rows(); begin += step)
      writer->write(rows.slice(begin, std::min(step, rows.num_rows() - begin)));
    writer->close();
    std::ifstream in(path, std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    EXPECT_EQ(files.back(), files.front()) << step;
  }
}

/// What is written of `rows`, in batches of 1,500, if they are set aside after every so many batches; 0:
/// never.
std::string written(const TemporaryFolder& folder, const Batch& rows, int set_aside_every) {
  const std::string path = folder / ("aside_" + std::to_string(set_aside_every) + ".parquet");
  const auto writer = open_parquet_writer(in_row_groups_of(40'000))(path, rows.schema());
  writer->spill_to([&] { return std::make_shared<SpillFile>(folder.path()); });
  constexpr std::int64_t kStep = 1500;
  for (std::int64_t begin = 0; begin < rows.num_rows(); begin += kStep) {
    writer->write(rows.slice(begin, std::min(kStep, rows.num_rows() - begin)));
    if (set_aside_every != 0 && begin / kStep % set_aside_every == 0) {
      const std::size_t held = writer->bytes_buffered();
      writer->set_aside();
      EXPECT_EQ(writer->bytes_buffered(), held);
      EXPECT_LT(writer->bytes_in_memory(), 1U << 20);
    }
  }
  writer->close();
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST_F(ParquetTest, WritesTheSameBytesIfRowsAreSetAside) {
  std::vector<std::optional<std::int64_t>> numbers;
  std::vector<std::optional<std::string>> wide, few;
  for (int i = 0; i < 100'000; ++i) {
    numbers.push_back(i % 13 == 0 ? std::nullopt : std::optional<std::int64_t>(i * 37 % 50'021));
    wide.push_back(std::string(static_cast<std::size_t>(i % 197), 'x') + std::to_string(i));
    few.push_back(i % 17 == 0 ? std::nullopt : std::optional("city " + std::to_string(i % 40)));
  }
  const Batch rows =
      batch({{"n", ints(numbers)}, {"wide", texts(wide)}, {"coded", in_all_layouts(few).back()}});
  const std::string usual = written(folder_, rows, 0);
  EXPECT_EQ(written(folder_, rows, 1), usual);
  EXPECT_EQ(written(folder_, rows, 5), usual);
  expect_same(read_all(*open(folder_ / "aside_1.parquet")), rows);
}

TEST_F(ParquetTest, RowGroupsOfWideRowsEndByTheirBytes) {
  std::vector<std::optional<std::string>> wide;
  for (int i = 0; i < 90; ++i) wide.emplace_back(std::in_place, 1 << 20, static_cast<char>('a' + i % 26));
  const Batch rows = batch({{"wide", texts(wide)}});
  const auto writer = open_parquet_writer({})(folder_ / "a.parquet", rows.schema());
  writer->spill_to([&] { return std::make_shared<SpillFile>(folder_.path()); });
  for (int i = 0; i < 90; ++i) {
    writer->write(rows.slice(i, 1));
    writer->set_aside();
    EXPECT_LT(writer->bytes_in_memory(), 1U << 20) << i;  // what Arrow holds
  }
  writer->close();
  const auto source = open(folder_ / "a.parquet");
  std::size_t row_groups = 0;
  for (std::size_t i = 0; i < source->partitions().size(); ++i)
    row_groups += source->open(i, all_columns(*source))->num_strips();
  EXPECT_EQ(row_groups, 3U);
  expect_same(read_all(*source), rows);
}

class PruningTest : public ParquetTest {
 protected:
  PruningTest() {
    std::vector<std::optional<std::int64_t>> numbers;
    std::vector<std::optional<std::string>> names;
    for (int i = 0; i < 400; ++i) {
      numbers.push_back(i);
      names.push_back(i < 200 ? "low" : "high");
    }
    write(folder_ / "a.parquet", batch({{"n", ints(numbers)}, {"name", texts(names)}}),
          in_row_groups_of(100));
    source_ = open(folder_ / "a.parquet");
  }
  std::int64_t rows_left(std::vector<PrunePredicate> predicates) {
    ScanRequest request = all_columns(*source_);
    request.prune = std::move(predicates);
    Context context;
    const std::int64_t rows = read_all(*source_, request, context).num_rows();
    bytes_read_ = context.counted(Counter::kBytesRead);
    EXPECT_EQ(source_->excluded(0, request), rows == 0);
    return rows;
  }
  std::shared_ptr<const Source> source_;
  std::uint64_t bytes_read_ = 0;
};

TEST_F(PruningTest, LeavesOutRowGroupsThatStatisticsRuleOut) {
  EXPECT_EQ(rows_left({}), 400);
  const std::uint64_t all = bytes_read_;
  EXPECT_EQ(rows_left({{"n", Op::kLess, Scalar(150)}}), 200);
  EXPECT_LT(bytes_read_, all * 3 / 4);
  EXPECT_EQ(rows_left({{"n", Op::kEqual, Scalar(399)}}), 100);
  EXPECT_EQ(rows_left({{"name", Op::kEqual, Scalar("low")}, {"n", Op::kGreaterEqual, Scalar(100)}}), 100);
  EXPECT_EQ(rows_left({{"n", Op::kIsNull, Scalar()}}), 0);
  EXPECT_EQ(bytes_read_, 0U);
}

TEST_F(ParquetTest, LeavesOutRowGroupsOfEveryTypeWithAnOrder) {
  std::vector<std::optional<double>> measures, broken;
  std::vector<std::optional<columnar::int128_t>> prices;
  std::vector<std::optional<std::int64_t>> seconds;
  std::vector<std::optional<std::int32_t>> days;
  for (int i = 0; i < 400; ++i) {
    measures.push_back(i * 0.5);
    broken.push_back(i == 7 ? NAN : i * 0.5);
    prices.push_back(100 * i);
    seconds.push_back(i);
    days.push_back(i);
  }
  const DataType price = DataType::decimal(12, 2), time = DataType::timestamp(TimeUnit::kSecond);
  write(folder_ / "a.parquet",
        batch({{"measure", floats(measures)},
               {"broken", floats(broken)},
               {"price", numbers<columnar::int128_t>(price, prices)},
               {"time", numbers<std::int64_t>(time, seconds)},
               {"day", numbers<std::int32_t>(TypeId::kDate, days)}}),
        in_row_groups_of(100));
  const auto source = open(folder_ / "a.parquet");
  const auto rows_left = [&](const PrunePredicate& predicate) {
    ScanRequest request = all_columns(*source);
    request.prune = {predicate};
    Context context;
    return read_all(*source, request, context).num_rows();
  };
  EXPECT_EQ(rows_left({"measure", Op::kGreater, Scalar(120.0)}), 200);
  EXPECT_EQ(rows_left({"broken", Op::kGreater, Scalar(120.0)}), 400);
  EXPECT_EQ(rows_left({"broken", Op::kLess, Scalar(20.0)}), 100);
  EXPECT_EQ(rows_left({"price", Op::kGreaterEqual, Scalar(price, std::string("250.01"))}), 200);
  EXPECT_EQ(rows_left({"price", Op::kLess, Scalar(100)}), 100);
  EXPECT_EQ(rows_left({"time", Op::kEqual, Scalar(time, std::int64_t{350})}), 100);
  EXPECT_EQ(
      rows_left(
          {"day", Op::kEqual, Scalar(TypeId::kDate, std::int64_t{5}), {{"price", Op::kEqual, Scalar(399)}}}),
      200);
}

TEST_F(PruningTest, NumbersRowsBehindThoseThatAreNotRead) {
  const auto numbered = number_rows(source_, "row");
  ScanRequest request = all_columns(*numbered);
  request.prune = {{"n", Op::kGreaterEqual, Scalar(250)}};
  Context context;
  const Batch found = read_all(*numbered, request, context);
  EXPECT_EQ(found.num_rows(), 200);
  EXPECT_EQ(shown(found.column(2)), shown(found.column(0)));
  Context all;
  read_all(*numbered, all_columns(*numbered), all);
  EXPECT_LT(context.counted(Counter::kBytesRead), all.counted(Counter::kBytesRead) * 3 / 4);
}

TEST_F(PruningTest, ReadsOnlyTheColumnsAskedFor) {
  ScanRequest request;
  request.columns = {"name"};
  Context one;
  Context both;
  EXPECT_EQ(read_all(*source_, request, one).columns().size(), 1U);
  read_all(*source_, all_columns(*source_), both);
  EXPECT_LT(one.counted(Counter::kBytesRead), both.counted(Counter::kBytesRead) / 2);
}

TEST_F(PruningTest, CountsRowsWithoutReadingAny) {
  ScanRequest request;
  Context context;
  std::int64_t rows = 0;
  for (const Batch& morsel : morsels(*source_, request, context)) rows += morsel.num_rows();
  EXPECT_EQ(rows, 400);
  EXPECT_EQ(context.counted(Counter::kBytesRead), 0U);
}

TEST_F(PruningTest, StopsWhenNoMoreIsWanted) {
  ScanRequest request = all_columns(*source_);
  request.morsel_rows = 10;
  Context context;
  const auto reader = source_->open(0, request);
  const StripReport report = reader->read_strip(
      0, requested_schema(*source_, request), std::nullopt, [](const Batch&) { return false; }, context);
  EXPECT_EQ(report.rows, 10U);
}

TEST_F(ParquetTest, CutsPartitionsByUncompressedBytes) {
  std::vector<std::optional<double>> values;
  for (int i = 0; i < 1000; ++i) values.push_back(i * 1.1);
  write(folder_ / "a.parquet", batch({{"x", floats(values)}}), in_row_groups_of(100));
  EXPECT_EQ(open(folder_ / "a.parquet")->partitions().size(), 1U);
  const auto source = open(folder_ / "a.parquet", {true, 2000});
  EXPECT_EQ(source->partitions().size(), 5U);
  EXPECT_EQ(source->partitions()[1].label,
            (folder_ / "a.parquet") + "[2] to " + (folder_ / "a.parquet") + "[3]");
  EXPECT_EQ(shown(read_all(*source).column(0)), shown(floats(values)));
}

}  // namespace
}  // namespace treadle::io
