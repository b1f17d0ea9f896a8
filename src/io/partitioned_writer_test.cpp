#include "io/partitioned_writer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "columnar/test_columns.h"
#include "io/parquet.h"
#include "io/test_context.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

namespace fs = std::filesystem;
using columnar::Batch;
using columnar::Column;
using namespace columnar::test;
using namespace test;
using std::nullopt;

/// Writers that keep their rows in memory and hold back as many bytes as they were told to.
class Recorder {
 public:
  struct File {
    std::vector<std::string> rows;
    int flushes = 0;
    bool closed = false;
  };
  std::size_t bytes_per_row = 0;
  std::map<std::string, File> files;

  TableWriterFactory factory() {
    return [this](const std::string& path, const columnar::SchemaPtr&) {
      EXPECT_EQ(files.count(path), 0U) << path;
      return std::make_unique<Writer>(files[path], bytes_per_row);
    };
  }

 private:
  class Writer final : public TableWriter {
   public:
    Writer(File& file, std::size_t bytes_per_row) : file_(file), bytes_per_row_(bytes_per_row) {}
    void write(const Batch& batch) override {
      for (const std::string& row : shown(batch.column(0))) file_.rows.push_back(row);
      held_ += static_cast<std::size_t>(batch.num_rows());
    }
    void flush() override {
      ++file_.flushes;
      written_ += std::exchange(held_, 0);
    }
    void close() override {
      flush();
      file_.closed = true;
    }
    std::uint64_t bytes_written() const override { return written_; }
    std::size_t bytes_buffered() const override { return held_ * bytes_per_row_; }

   private:
    File& file_;
    std::size_t bytes_per_row_;
    std::size_t held_ = 0;
    std::uint64_t written_ = 0;
  };
};

Batch numbered(std::int64_t begin, std::int64_t end, std::int64_t num_keys) {
  std::vector<std::optional<std::int64_t>> rows;
  std::vector<std::optional<std::int64_t>> keys;
  for (std::int64_t i = begin; i < end; ++i) {
    rows.push_back(i);
    keys.push_back(i % num_keys);
  }
  return batch({{"n", ints(rows)}, {"k", ints(keys)}});
}

std::vector<std::string> rows(std::vector<int> values) {
  std::vector<std::string> texts;
  for (const int value : values) texts.push_back(std::to_string(value));
  return texts;
}

TEST(PartitionedWriter, RoutesRowsByTheirValuesInOrder) {
  Recorder recorder;
  const Batch first = batch({{"n", ints({1, 2, 3, 4})},
                             {"origin", texts({"EWR", "JFK", nullopt, "EWR"})},
                             {"day", dates({0, 0, 0, 1})}});
  const Batch second =
      batch({{"n", ints({5, 6})}, {"origin", texts({"JFK", "EWR"})}, {"day", dates({0, 0})}});
  const auto writer =
      partition_by(recorder.factory(), {"day", "origin"})("out/part-00003.parquet", first.schema());
  writer->write(first);
  writer->write(second);
  writer->close();
  ASSERT_EQ(recorder.files.size(), 4U);
  EXPECT_EQ(recorder.files["out/day=1970-01-01/origin=EWR/part-00003.parquet"].rows, rows({1, 6}));
  EXPECT_EQ(recorder.files["out/day=1970-01-01/origin=JFK/part-00003.parquet"].rows, rows({2, 5}));
  EXPECT_EQ(recorder.files["out/day=1970-01-01/origin=__HIVE_DEFAULT_PARTITION__/part-00003.parquet"].rows,
            rows({3}));
  EXPECT_EQ(recorder.files["out/day=1970-01-02/origin=EWR/part-00003.parquet"].rows, rows({4}));
  for (const auto& [path, file] : recorder.files) EXPECT_TRUE(file.closed) << path;
}

TEST(PartitionedWriter, TreatsEveryLayoutOfTextTheSame) {
  for (const Column& column : in_all_layouts({"x", nullopt, "a text longer than a view holds", "x", "x/y"})) {
    Recorder recorder;
    const Batch table = batch({{"n", ints({1, 2, 3, 4, 5})}, {"t", column}});
    const auto writer = partition_by(recorder.factory(), {"t"})("f", table.schema());
    writer->write(table);
    writer->close();
    EXPECT_EQ(recorder.files["t=x/f"].rows, rows({1, 4}));
    EXPECT_EQ(recorder.files["t=__HIVE_DEFAULT_PARTITION__/f"].rows, rows({2}));
    EXPECT_EQ(recorder.files["t=x%2Fy/f"].rows, rows({5}));
    EXPECT_EQ(recorder.files.size(), 4U);
  }
}

TEST(PartitionedWriter, BeginsTheFilesOfFullDirectoriesWhenTooMuchWaits) {
  const TemporaryFolder folder;
  Recorder recorder;
  recorder.bytes_per_row = 1;
  const auto writer = partition_by(recorder.factory(), {"k"})(folder / "f", numbered(0, 1, 1).schema());
  writer->spill_to([&] { return std::make_shared<SpillFile>(folder / ""); });
  std::int64_t done = 0;
  for (; done < 4'000'000; done += 50'000) {
    writer->write(numbered(done, done + 50'000, 10));
    EXPECT_LE(writer->bytes_buffered(), 16U << 20);
  }
  EXPECT_GE(recorder.files.size(), 5U);  // the others may wait until the end
  writer->close();
  for (int k = 0; k < 10; ++k) {
    const auto& file = recorder.files[folder / ("k=" + std::to_string(k) + "/f")];
    ASSERT_EQ(file.rows.size(), 400'000U);
    for (int i = 0; i < 400'000; i += 9973) EXPECT_EQ(file.rows[i], std::to_string(i * 10 + k));
  }
}

TEST(PartitionedWriter, KeepsThousandsOfDirectoriesInBoundedMemoryAndOneFileEach) {
  const TemporaryFolder folder;
  Recorder recorder;
  const auto writer = partition_by(recorder.factory(), {"k"})(folder / "f", numbered(0, 1, 1).schema());
  const auto account = std::make_shared<SpillAccount>(SpillAccount::Limits{});
  writer->spill_to([&] { return std::make_shared<SpillFile>(folder / "", account, "write"); });
  for (std::int64_t begin = 0; begin < 1'000'000; begin += 50'000) {
    writer->write(numbered(begin, begin + 50'000, 5000));
    EXPECT_LE(writer->bytes_buffered(), 16U << 20);
  }
  EXPECT_TRUE(recorder.files.empty());
  EXPECT_GT(account->used(), 0U);
  writer->close();
  ASSERT_EQ(recorder.files.size(), 5000U);
  for (const int k : {0, 1, 2500, 4999}) {
    const auto& file = recorder.files[folder / ("k=" + std::to_string(k) + "/f")];
    ASSERT_EQ(file.rows.size(), 200U);
    for (int i = 0; i < 200; ++i) EXPECT_EQ(file.rows[i], std::to_string(i * 5000 + k));
    EXPECT_TRUE(file.closed);
  }
}

TEST(PartitionedWriter, RowsThatWaitOnDiskCountAgainstTheQuota) {
  const TemporaryFolder folder;
  Recorder recorder;
  const auto writer = partition_by(recorder.factory(), {"k"})(folder / "f", numbered(0, 1, 1).schema());
  const auto account = std::make_shared<SpillAccount>(SpillAccount::Limits{.quota = 1 << 20, .reserve = 0});
  writer->spill_to([&] { return std::make_shared<SpillFile>(folder / "", account, "write"); });
  try {
    for (std::int64_t begin = 0; begin < 2'000'000; begin += 50'000)
      writer->write(numbered(begin, begin + 50'000, 5000));
    FAIL();
  } catch (const IoError& error) {
    EXPECT_NE(std::string(error.what()).find("quota"), std::string::npos) << error.what();
  }
}

TEST(PartitionedWriter, RefusesColumnsItCannotUse) {
  Recorder recorder;
  const Batch table = batch({{"n", ints({1})}, {"list", Column::nulls(DataType::list(TypeId::kInt64), 1)}});
  const auto open = [&](std::vector<std::string> names) {
    partition_by(recorder.factory(), std::move(names))("f", table.schema());
  };
  EXPECT_THROW(open({"m"}), NotFound);
  EXPECT_THROW(open({"n", "n"}), InvalidArgument);
  EXPECT_THROW(open({"list"}), TypeError);
  const auto only = batch({{"n", ints({1})}}).schema();
  EXPECT_THROW(partition_by(recorder.factory(), {"n"})("f", only), InvalidArgument);
}

TEST(PartitionedWriter, WritesWhatTheReaderTakesForTheSameTable) {
  const TemporaryFolder folder;
  const Batch table = batch({{"n", ints({1, 2, 3, 4})},
                             {"year", ints({2013, 2014, nullopt, 2013})},
                             {"name", texts({"a b", "50%", "ä/ö", "a b"})}});
  const auto writer = partition_by(open_parquet_writer({}), {"year", "name"})(
      folder / "out/part-00000.parquet", table.schema());
  writer->write(table);
  writer->close();
  const Batch found = read_all(*open_parquet({folder / "out"}, {}));
  const auto line = [](const Batch& rows, std::size_t row) {
    return shown(rows.column(1))[row] + ' ' + shown(rows.column(2))[row];
  };
  for (std::size_t row = 0; row < 4; ++row) {
    const std::string number = shown(found.column(0))[row];
    EXPECT_EQ(line(found, row), line(table, std::stoul(number) - 1)) << number;
  }
  EXPECT_EQ(found.num_rows(), 4);
}

}  // namespace
}  // namespace treadle::io
