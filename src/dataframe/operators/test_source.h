#pragma once

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "columnar/builder.h"
#include "io/source.h"
#include "treadle/error.h"

// A source for tests: rows of text, typed as they are read, in strips that guess where they begin as a CSV
// reader does.
namespace treadle::dataframe::test {

/// What a strip does that guesses where its first record begins, and is wrong.
enum class WrongGuess : std::uint8_t {
  kSkipsARow,   ///< reads on, one row late
  kParseError,  ///< meets text that is no record
  kWiderType,   ///< takes some other text for a value of the first column
};

struct TextTable {
  std::vector<Field> fields;
  std::vector<std::vector<std::string>> rows;
  std::uint64_t strip_rows = 4;
  std::size_t strips_per_partition = 2;
  /// By strip, counted over all partitions.
  std::map<std::size_t, WrongGuess> wrong_guesses;
  /// Strips come one after the other, their number unknown: one partition.
  bool is_stream = false;
  /// Counts the values that readers deliver; shared by copies of the table.
  std::shared_ptr<std::atomic<std::uint64_t>> values_read = std::make_shared<std::atomic<std::uint64_t>>(0);
  /// Strips of which no value of the first column converts to a wider type.
  std::set<std::size_t> odd_strips = {};
};

class TextSource final : public io::Source {
 public:
  explicit TextSource(TextTable table)
      : table_(std::make_shared<const TextTable>(std::move(table))),
        schema_(std::make_shared<const Schema>(table_->fields)),
        identity_(unique_key()) {
    const std::size_t count =
        table_->is_stream ? 1
                          : (num_strips() + table_->strips_per_partition - 1) / table_->strips_per_partition;
    for (std::size_t i = 0; i < count; ++i) partitions_.push_back({"rows[" + std::to_string(i) + "]", 1000});
  }

  std::string_view format() const override { return "rows"; }
  const columnar::SchemaPtr& schema() const override { return schema_; }
  void add_to(KeyBuilder& key) const override { key.add(identity_); }
  std::string to_string() const override { return "rows"; }
  std::span<const io::PartitionInfo> partitions() const override { return partitions_; }
  bool continues_previous(std::size_t index) const override { return index > 0; }
  bool excluded(std::size_t, const io::ScanRequest&) const override { return false; }
  std::unique_ptr<io::PartitionReader> open(std::size_t index, const io::ScanRequest& request) const override;

 private:
  std::size_t num_strips() const {
    return static_cast<std::size_t>((table_->rows.size() + table_->strip_rows - 1) / table_->strip_rows);
  }

  std::shared_ptr<const TextTable> table_;
  columnar::SchemaPtr schema_;
  Key identity_;
  std::vector<io::PartitionInfo> partitions_;
};

class TextReader final : public io::PartitionReader {
 public:
  TextReader(std::shared_ptr<const TextTable> table, std::size_t first_strip, std::size_t count,
             std::vector<std::size_t> columns)
      : table_(std::move(table)), first_strip_(first_strip), count_(count), columns_(std::move(columns)) {}

  std::size_t num_strips() const override { return table_->is_stream ? kUnknown : count_; }
  std::size_t bytes_per_strip() const override { return 100; }

  io::StripReport read_strip(std::size_t strip, const columnar::SchemaPtr& assumed,
                             std::optional<io::RecordBoundary> begin, const io::MorselConsumer& consume,
                             TaskContext&) const override {
    io::StripReport report;
    if (strip >= count_) {
      report.past_end = true;
      return report;
    }
    const std::size_t number = first_strip_ + strip;
    const std::uint64_t last =
        std::min<std::uint64_t>((number + 1) * table_->strip_rows, table_->rows.size());
    report.begin = begin ? *begin : io::RecordBoundary{0, guess(number, *assumed)};
    report.end = {0, last};
    if (table_->odd_strips.contains(number)) report.unconvertible = {0};
    for (std::uint64_t row = report.begin.offset; row < last; row += 2) {
      const std::uint64_t end = std::min(row + 2, last);
      report.rows += end - row;
      *table_->values_read += (end - row) * columns_.size();
      if (!consume(morsel(row, end, assumed))) break;
    }
    return report;
  }

 private:
  std::uint64_t guess(std::size_t number, const Schema& assumed) const {
    const std::uint64_t row = number * table_->strip_rows;
    const auto wrong = table_->wrong_guesses.find(number);
    if (wrong == table_->wrong_guesses.end()) return row;
    if (wrong->second == WrongGuess::kParseError) throw ParseError({"rows", row, 0}, "no record");
    if (wrong->second == WrongGuess::kWiderType && !(assumed.field(0).type == TypeId::kUtf8)) {
      throw io::TypeWidened{0, TypeId::kUtf8, "a wrong guess"};
    }
    return row + 1;
  }

  columnar::Batch morsel(std::uint64_t begin, std::uint64_t end, const columnar::SchemaPtr& assumed) const {
    std::vector<columnar::Column> columns;
    for (std::size_t i = 0; i < columns_.size(); ++i)
      columns.push_back(column(i, begin, end, assumed->field(i).type));
    return {assumed, std::move(columns), static_cast<std::int64_t>(end - begin)};
  }

  columnar::Column column(std::size_t index, std::uint64_t begin, std::uint64_t end,
                          const DataType& type) const {
    if (type.id() == TypeId::kUtf8) {
      columnar::TextBuilder builder;
      for (std::uint64_t row = begin; row < end; ++row) builder.append(text(row, index));
      return builder.finish();
    }
    if (type.id() == TypeId::kInt64) return numbers<std::int64_t>(index, begin, end, type);
    return numbers<double>(index, begin, end, type);
  }

  template <class T>
  columnar::Column numbers(std::size_t index, std::uint64_t begin, std::uint64_t end,
                           const DataType& type) const {
    columnar::FixedBuilder<T> builder;
    for (std::uint64_t row = begin; row < end; ++row) {
      const std::string& value = text(row, index);
      T number{};
      const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
      if (value.empty()) {
        builder.append_null();
      } else if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size()) {
        throw io::TypeWidened{index, wider(value),
                              "rows:" + std::to_string(row) + ", value \"" + value + "\""};
      } else {
        builder.append(number);
      }
    }
    return builder.finish(type);
  }

  static DataType wider(const std::string& value) {
    double number = 0;
    const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
    const bool is_float = parsed.ec == std::errc() && parsed.ptr == value.data() + value.size();
    return is_float ? TypeId::kFloat64 : TypeId::kUtf8;
  }

  const std::string& text(std::uint64_t row, std::size_t index) const {
    return table_->rows[static_cast<std::size_t>(row)][columns_[index]];
  }

  std::shared_ptr<const TextTable> table_;
  std::size_t first_strip_;
  std::size_t count_;
  std::vector<std::size_t> columns_;
};

inline std::unique_ptr<io::PartitionReader> TextSource::open(std::size_t index,
                                                             const io::ScanRequest& request) const {
  std::vector<std::size_t> columns;
  for (const std::string& name : request.columns) columns.push_back(schema_->index_of(name));
  const std::size_t first = index * table_->strips_per_partition;
  const std::size_t count =
      table_->is_stream ? num_strips() : std::min(table_->strips_per_partition, num_strips() - first);
  return std::make_unique<TextReader>(table_, first, count, std::move(columns));
}

}  // namespace treadle::dataframe::test
