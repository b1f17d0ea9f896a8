#include "io/parquet.h"

#include <gtest/gtest.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>
#include <parquet/file_reader.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "columnar/test_columns.h"
#include "io/arrow_adapter/input_file.h"
#include "io/arrow_adapter/memory_pool.h"
#include "io/test_context.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

namespace fs = std::filesystem;
using columnar::Batch;
using columnar::Column;
using columnar::Layout;
using namespace columnar::test;
using namespace test;
using Op = PrunePredicate::Op;

ParquetWriteOptions compressed(std::string compression) {
  ParquetWriteOptions options;
  options.compression = std::move(compression);
  return options;
}

ParquetWriteOptions in_row_groups_of(std::int64_t rows) {
  ParquetWriteOptions options;
  options.row_group_rows = rows;
  return options;
}

void write(const std::string& path, const Batch& batch, const ParquetWriteOptions& options = {}) {
  const auto writer = open_parquet_writer(options)(path, batch.schema());
  writer->write(batch);
  writer->close();
}

std::shared_ptr<const Source> open(const std::string& path, const ParquetReadOptions& options = {}) {
  return open_parquet({path}, options);
}

void expect_same(const Batch& found, const Batch& expected) {
  EXPECT_EQ(found.schema()->to_string(), expected.schema()->to_string());
  ASSERT_EQ(found.columns().size(), expected.columns().size());
  for (std::size_t i = 0; i < expected.columns().size(); ++i) {
    EXPECT_EQ(shown(found.column(i)), shown(expected.column(i))) << expected.schema()->field(i).name;
  }
}

Batch all_types() {
  using std::nullopt;
  const auto whole = [](DataType type, std::int64_t a, std::int64_t b) {
    return numbers<std::int64_t>(std::move(type), {a, nullopt, b});
  };
  BufferBuilder offsets;
  for (const std::int32_t offset : {0, 2, 2, 3}) offsets.append_value(offset);
  const Column element = texts({"a", nullopt, "c"});
  const Column list =
      Column::nested(DataType::list(TypeId::kUtf8), 3, Buffer::copy("\x05", 1), offsets.finish(), {element});
  const Column record = Column::nested(DataType::structure({{"n", TypeId::kInt64}, {"list", list.type()}}), 3,
                                       nullptr, nullptr, {ints({1, nullopt, 3}), list});
  return batch({
      {"bool", bools({true, nullopt, false})},
      {"int8", numbers<std::int8_t>(TypeId::kInt8, {-128, nullopt, 127})},
      {"int16", numbers<std::int16_t>(TypeId::kInt16, {-32768, nullopt, 32767})},
      {"int32", numbers<std::int32_t>(TypeId::kInt32, {INT32_MIN, nullopt, INT32_MAX})},
      {"int64", ints({INT64_MIN, nullopt, INT64_MAX})},
      {"uint8", numbers<std::uint8_t>(TypeId::kUInt8, {0, nullopt, 255})},
      {"uint16", numbers<std::uint16_t>(TypeId::kUInt16, {0, nullopt, 65535})},
      {"uint32", numbers<std::uint32_t>(TypeId::kUInt32, {0, nullopt, UINT32_MAX})},
      {"uint64", numbers<std::uint64_t>(TypeId::kUInt64, {0, nullopt, UINT64_MAX})},
      {"float32", numbers<float>(TypeId::kFloat32, {1.5F, nullopt, -0.0F})},
      {"float64", floats({0.1, nullopt, NAN})},
      {"decimal", numbers<columnar::int128_t>(DataType::decimal(12, 2), {12345, nullopt, -1})},
      {"date", dates({-1, nullopt, 20000})},
      {"time_ms", whole(DataType::time(TimeUnit::kMilli), 1, 86399999)},
      {"time_us", whole(DataType::time(TimeUnit::kMicro), 1, 86399999999)},
      {"stamp_ms", whole(DataType::timestamp(TimeUnit::kMilli), -1, 1600000000000)},
      {"stamp_us", whole(DataType::timestamp(TimeUnit::kMicro), -1, 1600000000000000)},
      {"stamp_ns", whole(DataType::timestamp(TimeUnit::kNano, "UTC"), -1, 1600000000000000001)},
      {"duration", whole(DataType::duration(TimeUnit::kMilli), -5, 5)},
      {"utf8", texts({"", nullopt, "a text longer than a view holds"})},
      {"binary",
       [] {
         columnar::TextBuilder builder;
         builder.append(std::string_view("\0\xff", 2));
         builder.append_null();
         builder.append("");
         return builder.finish(TypeId::kBinary);
       }()},
      {"list", list},
      {"struct", record},
      {"null", Column::nulls(TypeId::kNull, 3)},
  });
}

class ParquetTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
};

TEST_F(ParquetTest, CarriesEveryTypeThereAndBack) {
  for (const std::string compression : {"snappy", "zstd", "lz4", "gzip", "none"}) {
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

template <class Exception>
void expect_error(const std::function<void()>& function, const std::vector<std::string>& parts) {
  try {
    function();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Exception& error) {
    for (const std::string& part : parts)
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
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
  expect_error<NotFound>([&] { open(folder_ / "missing.parquet"); }, {"missing.parquet"});
  expect_error<NotFound>([&] { open(folder_ / "none"); }, {"none", "*.parquet"});
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

TEST_F(ParquetTest, SaysThatTheDiskIsFull) {
  fs::create_symlink("/dev/full", folder_ / "full");
  expect_error<IoError>([&] { write("/dev/full", batch({{"n", ints({1})}})); }, {"/dev/full"});
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
