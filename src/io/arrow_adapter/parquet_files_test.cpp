#include <parquet/file_reader.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "io/arrow_adapter/parquet_fixture.h"

namespace treadle::io {
namespace {

namespace fs = std::filesystem;
using namespace test;
using Op = PrunePredicate::Op;

TEST_F(ParquetTest, GivesColumnsOfDirectoryNames) {
  write(folder_ / "d/year=2013/origin=EWR/a.parquet", batch({{"n", ints({1, 2})}}));
  write(folder_ / "d/year=2014/origin=__HIVE_DEFAULT_PARTITION__/a.parquet", batch({{"n", ints({3})}}));
  write(folder_ / "d/year=2014/origin=a%2Fb/a.parquet", batch({{"n", ints({4})}}));
  std::ofstream(folder_ / "d/_SUCCESS") << "";
  std::ofstream(folder_ / "d/readme.txt") << "no data";
  const auto source = open(folder_ / "d");
  expect_same(read_all(*source), batch({{"n", ints({1, 2, 3, 4})},
                                        {"year", ints({2013, 2013, 2014, 2014})},
                                        {"origin", texts({"EWR", "EWR", std::nullopt, "a/b"})}}));
  ScanRequest request = all_columns(*source);
  request.prune = {{"year", Op::kEqual, Scalar(2014)}, {"origin", Op::kNotEqual, Scalar("a/b")}};
  Context context;
  EXPECT_EQ(read_all(*source, request, context).num_rows(), 0);
  EXPECT_EQ(open(folder_ / "d", {false, 1})->schema()->num_fields(), 1U);
}

TEST_F(ParquetTest, OpensNoFileThatItsDirectoriesRuleOut) {
  write(folder_ / "d/year=2013/month=1/a.parquet", batch({{"n", ints({1})}}));
  for (const char* name : {"d/year=2013/month=2/a.parquet", "d/year=x/month=1/a.parquet"}) {
    fs::create_directories(fs::path(folder_ / name).parent_path());
    std::ofstream(folder_ / name) << "no Parquet file at all";
  }
  EXPECT_THROW(open(folder_ / "d"), IoError);
  Schema told;
  const auto source = open_parquet({folder_ / "d"}, {}, [&](const Schema& keys) {
    told = keys;
    return std::vector<PrunePredicate>{{"year", Op::kEqual, Scalar("2013")}, {"month", Op::kLess, Scalar(2)}};
  });
  EXPECT_EQ(told.to_string(), "year: utf8\nmonth: int64\n");
  const Batch expected = batch({{"n", ints({1})}, {"year", texts({"2013"})}, {"month", ints({1})}});
  expect_same(read_all(*source), expected);
  EXPECT_EQ(source->renewed(), nullptr);
  // Types are those of all directories, also when a file has changed.
  fs::remove(folder_ / "d/year=2013/month=1/a.parquet");
  write(folder_ / "d/year=2013/month=1/a.parquet", batch({{"n", ints({1, 2})}}));
  EXPECT_EQ(source->renewed()->schema()->to_string(), source->schema()->to_string());
  const auto none = open_parquet({folder_ / "d"}, {}, [](const Schema&) {
    return std::vector<PrunePredicate>{{"month", Op::kGreater, Scalar(2)}};
  });
  EXPECT_EQ(none->schema()->names(), (std::vector<std::string>{"n", "year", "month"}));
}

TEST_F(ParquetTest, UnitesTheColumnsOfFiles) {
  write(folder_ / "d/1.parquet", batch({{"n", ints({1})}, {"empty", Column::nulls(TypeId::kNull, 1)}}));
  write(folder_ / "d/2.parquet",
        batch({{"extra", texts({"x"})}, {"empty", floats({2.5})}, {"n", ints({2})}}));
  expect_same(read_all(*open(folder_ / "d")), batch({{"n", ints({1, 2})},
                                                     {"empty", floats({std::nullopt, 2.5})},
                                                     {"extra", texts({std::nullopt, "x"})}}));
  ScanRequest request;
  request.columns = {"n"};
  request.prune = {{"extra", Op::kEqual, Scalar("x")}};
  Context context;
  EXPECT_EQ(read_all(*open(folder_ / "d"), request, context).num_rows(), 1);
}

TEST_F(ParquetTest, WidensTypesThatChangeFromFileToFile) {
  const DataType narrow = DataType::decimal(5, 2), wide = DataType::decimal(10, 3);
  const DataType micros = DataType::timestamp(TimeUnit::kMicro);
  write(folder_ / "d/1.parquet", batch({{"n", numbers<std::int32_t>(TypeId::kInt32, {1})},
                                        {"x", ints({7})},
                                        {"price", numbers<columnar::int128_t>(narrow, {125})},
                                        {"at", dates({1})}}));
  write(folder_ / "d/2.parquet", batch({{"n", ints({1LL << 40})},
                                        {"x", floats({0.5})},
                                        {"price", numbers<columnar::int128_t>(wide, {125})},
                                        {"at", numbers<std::int64_t>(micros, {5})}}));
  const auto source = open(folder_ / "d");
  expect_same(read_all(*source), batch({{"n", ints({1, 1LL << 40})},
                                        {"x", floats({7, 0.5})},
                                        {"price", numbers<columnar::int128_t>(wide, {1250, 125})},
                                        {"at", numbers<std::int64_t>(micros, {86'400'000'000, 5})}}));
  const auto rows_left = [&](const PrunePredicate& predicate) {
    ScanRequest request;
    request.columns = {"n"};
    request.prune = {predicate};
    Context context;
    return read_all(*source, request, context).num_rows();
  };
  EXPECT_EQ(rows_left({"x", Op::kLess, Scalar(6.5)}), 1);
  EXPECT_EQ(rows_left({"price", Op::kGreater, Scalar(wide, std::string("1.2"))}), 1);
  EXPECT_EQ(rows_left({"at", Op::kLess, Scalar(micros, std::int64_t{86'000'000'000})}), 1);
}

TEST_F(ParquetTest, NamesBothFilesOfAConflict) {
  write(folder_ / "d/1.parquet", batch({{"n", ints({1})}}));
  write(folder_ / "d/2.parquet", batch({{"n", texts({"x"})}}));
  expect_error<TypeError>([&] { open(folder_ / "d"); }, {"\"n\"", "int64", "utf8", "1.parquet", "2.parquet"});
}

TEST_F(ParquetTest, SaysWhatIsWrongWithAFile) {
  std::ofstream(folder_ / "text.parquet") << "this is not a Parquet file, but long enough for a footer";
  std::ofstream(folder_ / "empty.parquet") << "";
  fs::create_directories(folder_ / "none");
  expect_error<IoError>([&] { open(folder_ / "text.parquet"); }, {"text.parquet"});
  expect_error<IoError>([&] { open(folder_ / "empty.parquet"); }, {"empty.parquet"});
  expect_error<IoError>([&] { open(folder_ / "missing.parquet"); }, {"missing.parquet"});
  expect_error<IoError>([&] { open(folder_ / "none"); }, {"none", "*.parquet"});
  expect_error<InvalidArgument>([] { open_parquet_writer(compressed("zip")); }, {"snappy", "zip"});
  expect_error<InvalidArgument>([] { open_parquet_writer(in_row_groups_of(0)); }, {"row_group_rows"});
}

TEST_F(ParquetTest, SurvivesEveryTruncationAndByteFlip) {
  write(folder_ / "good.parquet", all_types(), compressed("none"));
  std::ifstream in(folder_ / "good.parquet", std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const auto try_bytes = [&](const std::string& bytes) {
    std::ofstream(folder_ / "bad.parquet", std::ios::binary) << bytes;
    try {
      read_all(*open(folder_ / "bad.parquet"));
    } catch (const Error&) {
      return;
    }
  };
  for (std::size_t size = 0; size < good.size(); size += 97) try_bytes(good.substr(0, size));
  for (std::size_t place = 4; place < good.size(); place += 41) {
    std::string bad = good;
    bad[place] = static_cast<char>(bad[place] ^ 0x55);
    try_bytes(bad);
  }
}

TEST_F(ParquetTest, NamesTheColumnThatCannotBeRead) {
  std::vector<std::optional<std::int64_t>> numbers;
  for (int i = 0; i < 1000; ++i) numbers.push_back(i);
  const Batch rows = batch({{"good", ints(numbers)}, {"bad", ints(numbers)}});
  write(folder_ / "a.parquet", rows, compressed("none"));
  {
    const auto metadata = parquet::ParquetFileReader::OpenFile(folder_ / "a.parquet")->metadata();
    std::fstream file(folder_ / "a.parquet", std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(metadata->RowGroup(0)->ColumnChunk(1)->data_page_offset());
    file << "no header of a page";
  }
  const auto source = open(folder_ / "a.parquet");
  ScanRequest request;
  request.columns = {"good"};
  Context context;
  EXPECT_EQ(shown(read_all(*source, request, context).column(0)), shown(ints(numbers)));
  expect_error<IoError>([&] { read_all(*source); }, {"a.parquet", "column \"bad\""});
}

TEST_F(ParquetTest, NoticesThatAFileHasChanged) {
  write(folder_ / "a.parquet", batch({{"n", ints({1})}}));
  const auto source = open(folder_ / "a.parquet");
  fs::remove(folder_ / "a.parquet");
  write(folder_ / "a.parquet", batch({{"n", ints({1, 2})}}));
  expect_error<IoError>([&] { read_all(*source); }, {"changed", "a.parquet"});
}

TEST_F(ParquetTest, ReadsFilesWithoutRows) {
  const Batch none = batch({{"n", ints({})}, {"t", texts({})}});
  write(folder_ / "a.parquet", none);
  const auto source = open(folder_ / "a.parquet");
  ASSERT_EQ(source->partitions().size(), 1U);
  expect_same(read_all(*source), none);
}

TEST_F(ParquetTest, LeavesNoFileThatWasNotClosed) {
  {
    const auto writer = open_parquet_writer(in_row_groups_of(1))(folder_ / "a.parquet", all_types().schema());
    writer->write(all_types());
    EXPECT_TRUE(fs::exists(folder_ / "a.parquet"));
  }
  EXPECT_FALSE(fs::exists(folder_ / "a.parquet"));
}

TEST_F(ParquetTest, NamesTheFileThatCannotBeWrittenAndRemovesIt) {
  std::vector<std::optional<double>> values;
  for (int i = 0; i < 10000; ++i) values.push_back(i * 1.1);
  rlimit before = {};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small = {4096, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  expect_error<IoError>([&] { write(folder_ / "a.parquet", batch({{"x", floats(values)}})); },
                        {"cannot write", "a.parquet", "File too large"});
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_FALSE(fs::exists(folder_ / "a.parquet"));
}

TEST_F(ParquetTest, EndsRowGroupsOfWideRowsEarly) {
  const auto writer = open_parquet_writer({})(folder_ / "a.parquet", batch({{"t", texts({})}}).schema());
  const Batch wide =
      batch({{"t", texts(std::vector<std::optional<std::string>>(100, std::string(100'000, 'x')))}});
  for (int i = 0; i < 10; ++i) {
    writer->write(wide);
    EXPECT_LT(writer->bytes_buffered(), 48U << 20);
  }
  writer->close();
  const auto source = open(folder_ / "a.parquet");
  EXPECT_EQ(read_all(*source).num_rows(), 1000);
  EXPECT_EQ(source->open(0, all_columns(*source))->num_strips(), 3U);
}

TEST_F(ParquetTest, KeepsItsReadingWithinTheReservation) {
  std::vector<std::optional<double>> values;
  for (int i = 0; i < 100000; ++i) values.push_back(i * 1.1);
  write(folder_ / "a.parquet", batch({{"x", floats(values)}}));
  const auto source = open(folder_ / "a.parquet");
  const std::size_t least = source->open(0, all_columns(*source))->bytes_per_strip();
  EXPECT_LT(least, 4U << 20);
  Context enough;
  read_all(*source, all_columns(*source), enough);
  EXPECT_EQ(enough.budget().used(), 0U);
}

}  // namespace
}  // namespace treadle::io
