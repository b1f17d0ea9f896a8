#pragma once

#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/csv/csv_source.h"
#include "treadle/error.h"
#include "treadle/memory.h"
#include "treadle/task_context.h"

// For tests: files to read, and a scan that checks guesses and widens types as the engine's does, on one
// thread.
namespace treadle::csv {

class TestContext final : public TaskContext {
 public:
  explicit TestContext(std::size_t budget = MemoryBudget::kUnlimited) : budget_(budget) {}
  const Key& key() const override { return key_; }
  bool stop_requested() const noexcept override { return false; }
  Reservation& memory() override { return memory_; }
  Reservation reserve(std::string_view holder, std::size_t bytes) override {
    return budget_.reserve(holder, bytes);
  }
  void run_strips(StripLoop&) override {}
  const std::string& spill_directory() override { return directory_; }
  void count(Counter counter, std::uint64_t amount) noexcept override { counts[counter] += amount; }
  void warn(std::string_view message) override { warnings.emplace_back(message); }

  std::map<Counter, std::uint64_t> counts;
  std::vector<std::string> warnings;

 private:
  Key key_;
  MemoryBudget budget_;
  Reservation memory_ = budget_.reserve("test");
  std::string directory_;
};

/// A folder that goes with the test.
class TestFolder {
 public:
  TestFolder() {
    static int made = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("treadle-csv-" + std::to_string(getpid()) + "-" + std::to_string(made++));
    std::filesystem::create_directories(path_);
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string path(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

/// What was read: values as text, nothing for a null.
struct TestTable {
  std::string schema;
  std::vector<std::vector<std::optional<std::string>>> rows;
  std::uint64_t rows_skipped = 0;
  std::uint64_t repeats = 0;
  std::vector<std::string> widened;
  bool operator==(const TestTable& other) const { return schema == other.schema && rows == other.rows; }
};

inline std::string shortest(double value) {
  char digits[64];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

inline std::optional<std::string> value_text(const columnar::Column& column, std::int64_t row) {
  if (!column.is_valid(row)) return std::nullopt;
  switch (column.type().id()) {
    case TypeId::kUtf8:
    case TypeId::kBinary:
      return std::string(column.text(row));
    case TypeId::kBool:
      return (column.values()->data()[row / 8] >> row % 8 & 1) != 0 ? "true" : "false";
    case TypeId::kFloat64:
      return shortest(column.values_as<double>()[row]);
    case TypeId::kFloat32:
      return shortest(column.values_as<float>()[row]);
    case TypeId::kDate:
    case TypeId::kInt32:
      return std::to_string(column.values_as<std::int32_t>()[row]);
    case TypeId::kInt8:
      return std::to_string(column.values_as<std::int8_t>()[row]);
    case TypeId::kUInt64:
      return std::to_string(column.values_as<std::uint64_t>()[row]);
    default:
      return std::to_string(column.values_as<std::int64_t>()[row]);
  }
}

class TestScan {
 public:
  TestScan(const io::Source& source, std::vector<std::string> columns, TestContext& context)
      : source_(source), context_(context) {
    request_.columns = std::move(columns);
    std::vector<Field> fields;
    for (const std::string& name : request_.columns)
      fields.push_back(source.schema()->field(source.schema()->index_of(name)));
    assumed_ = std::make_shared<const Schema>(std::move(fields));
  }

  TestTable run(std::int64_t morsel_rows = 65536) {
    request_.morsel_rows = morsel_rows;
    for (;;) {
      try {
        return read_all();
      } catch (const io::TypeWidened& wider) {
        widened_.push_back(wider.where);
        std::vector<Field> fields = assumed_->fields();
        if (fields[wider.column].type == wider.wider) throw InternalError("widened to the type it had");
        fields[wider.column].type = wider.wider;
        assumed_ = std::make_shared<const Schema>(std::move(fields));
      }
    }
  }

 private:
  TestTable read_all() {
    TestTable table;
    std::optional<io::RecordBoundary> end;
    for (std::size_t i = 0; i < source_.partitions().size(); ++i) {
      if (!source_.continues_previous(i)) end.reset();
      const auto reader = source_.open(i, request_);
      for (std::size_t strip = 0; strip < reader->num_strips(); ++strip) {
        const io::StripReport report = read_strip(*reader, strip, end, table);
        if (report.past_end) break;
        table.rows_skipped += report.rows_skipped;
        end = report.end;
      }
    }
    for (const Field& field : assumed_->fields())
      table.schema += field.name + ": " + field.type.to_string() + "\n";
    table.widened = widened_;
    return table;
  }

  io::StripReport read_strip(const io::PartitionReader& reader, std::size_t strip,
                             std::optional<io::RecordBoundary> expected, TestTable& table) {
    const std::size_t before = table.rows.size();
    const bool stream = reader.num_strips() == io::PartitionReader::kUnknown;
    const auto consume = [&](const columnar::Batch& morsel) {
      append(morsel, table);
      return true;
    };
    if (stream || !expected) return reader.read_strip(strip, assumed_, std::nullopt, consume, context_);
    try {
      io::StripReport report = reader.read_strip(strip, assumed_, std::nullopt, consume, context_);
      if (report.begin == *expected) return report;
    } catch (const ParseError&) {       // NOLINT(bugprone-empty-catch): the guess was wrong, as below
    } catch (const io::TypeWidened&) {  // NOLINT(bugprone-empty-catch)
    }
    ++table.repeats;
    table.rows.resize(before);
    return reader.read_strip(strip, assumed_, expected, consume, context_);
  }

  static void append(const columnar::Batch& morsel, TestTable& table) {
    for (std::int64_t row = 0; row < morsel.num_rows(); ++row) {
      auto& values = table.rows.emplace_back();
      for (const columnar::Column& column : morsel.columns()) values.push_back(value_text(column, row));
    }
  }

  const io::Source& source_;
  TestContext& context_;
  io::ScanRequest request_;
  columnar::SchemaPtr assumed_;
  std::vector<std::string> widened_;
};

/// Reads all columns of files.
inline TestTable read_table(const std::vector<std::string>& paths, const CsvOptions& options = {}) {
  TestContext context;
  const auto source = open_csv(paths, options);
  return TestScan(*source, source->schema()->names(), context).run();
}

}  // namespace treadle::csv
