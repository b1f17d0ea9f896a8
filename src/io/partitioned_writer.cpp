#include "io/partitioned_writer.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <span>
#include <utility>

#include "columnar/selection.h"
#include "io/partition_values.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

using columnar::Batch;
using columnar::Column;

constexpr std::size_t kBufferedBytes = 16 << 20;
constexpr std::size_t kFilesUnderWay = 1000;

/// The files of one directory.
struct Directory {
  std::unique_ptr<TableWriter> writer;  // none before the first row, and after a file was ended
  std::size_t num_files = 0;
  std::size_t buffered = 0;
  bool under_way = false;  // something is written
};

class PartitionedWriter final : public TableWriter {
 public:
  PartitionedWriter(const TableWriterFactory& open, const std::string& path,
                    const columnar::SchemaPtr& schema, const std::vector<std::string>& partition_on);

  void write(const Batch& batch) override;
  void flush() override;
  void close() override;
  std::uint64_t bytes_written() const override;
  std::size_t bytes_buffered() const override { return buffered_; }

 private:
  /// The row numbers of each directory that `directories` (one for each row) names, in order of appearance.
  void group_rows(const std::vector<std::uint32_t>& directories);
  void write_rows(std::uint32_t number, const Batch& rows);
  std::string next_path(std::uint32_t number) const;
  void relieve();
  void begin_file(std::uint32_t number);
  void end_file(Directory& directory);
  void update_buffered(Directory& directory);

  TableWriterFactory open_;
  std::filesystem::path path_;
  columnar::SchemaPtr file_schema_;
  std::vector<std::size_t> key_columns_;
  std::vector<std::size_t> file_columns_;
  PartitionValues values_;
  std::vector<Directory> directories_;
  std::deque<std::uint32_t> under_way_;  // in the order in which they were begun
  std::size_t buffered_ = 0;
  std::uint64_t bytes_of_ended_ = 0;

  // Of the batch being written: directories present, where the rows of each begin in rows_, and the rows.
  std::vector<std::uint32_t> present_;
  std::vector<std::size_t> ends_;  // by directory; 0 for those not present
  std::vector<std::int64_t> rows_;
};

PartitionedWriter::PartitionedWriter(const TableWriterFactory& open, const std::string& path,
                                     const columnar::SchemaPtr& schema,
                                     const std::vector<std::string>& partition_on)
    : open_(open), path_(path), values_(partition_on) {
  for (const std::string& name : partition_on) {
    const std::size_t column = schema->index_of(name);
    if (std::ranges::count(key_columns_, column) != 0) {
      throw InvalidArgument("partition_on names the column \"" + name + "\" twice");
    }
    const DataType& type = schema->field(column).type;
    if (type.is_nested()) {
      throw TypeError("partition_on wants a column of single values, but \"" + name + "\" is " +
                      type.to_string());
    }
    key_columns_.push_back(column);
  }
  std::vector<Field> fields;
  for (std::size_t i = 0; i < schema->num_fields(); ++i) {
    if (std::ranges::count(key_columns_, i) != 0) continue;
    file_columns_.push_back(i);
    fields.push_back(schema->field(i));
  }
  if (fields.empty())
    throw InvalidArgument("partition_on names all columns, which leaves none for the files");
  file_schema_ = std::make_shared<const Schema>(std::move(fields));
}

void PartitionedWriter::write(const Batch& batch) {
  if (batch.num_rows() == 0) return;
  std::vector<Column> keys;
  std::vector<Column> columns;
  for (const std::size_t column : key_columns_) keys.push_back(batch.column(column));
  for (const std::size_t column : file_columns_) columns.push_back(batch.column(column));
  const Batch stored(file_schema_, std::move(columns), batch.num_rows());
  group_rows(values_.assign(keys));
  directories_.resize(values_.size());
  if (present_.size() == 1) {
    write_rows(present_.front(), stored);
  } else {
    std::size_t begin = 0;
    for (const std::uint32_t number : present_) {
      const std::size_t end = ends_[number];
      write_rows(number, columnar::take(stored, std::span(rows_).subspan(begin, end - begin)));
      begin = end;
    }
  }
  if (buffered_ > kBufferedBytes) relieve();
}

void PartitionedWriter::group_rows(const std::vector<std::uint32_t>& directories) {
  present_.clear();
  ends_.assign(values_.size(), 0);
  for (const std::uint32_t number : directories) {
    if (ends_[number]++ == 0) present_.push_back(number);
  }
  // Counts become the place of each directory's first row, then, as rows are put there, its end.
  std::size_t begin = 0;
  for (const std::uint32_t number : present_) begin += std::exchange(ends_[number], begin);
  rows_.resize(directories.size());
  for (std::size_t row = 0; row < directories.size(); ++row) {
    rows_[ends_[directories[row]]++] = static_cast<std::int64_t>(row);
  }
}

std::string PartitionedWriter::next_path(std::uint32_t number) const {
  std::string name = path_.filename().string();
  if (const std::size_t count = directories_[number].num_files; count > 0) {
    // "_" sorts behind ".", so the files of a directory, read by name, are in the order of the rows.
    std::string digits = std::to_string(count);
    digits.insert(0, digits.size() < 4 ? 4 - digits.size() : 0, '0');
    name = path_.stem().string() + '_' + digits + path_.extension().string();
  }
  return (path_.parent_path() / values_.directory(number) / name).string();
}

void PartitionedWriter::write_rows(std::uint32_t number, const Batch& rows) {
  Directory& directory = directories_[number];
  if (!directory.writer) directory.writer = open_(next_path(number), file_schema_);
  const std::uint64_t before = directory.writer->bytes_written();
  directory.writer->write(rows);
  update_buffered(directory);
  if (directory.writer->bytes_written() > before) begin_file(number);
}

void PartitionedWriter::update_buffered(Directory& directory) {
  buffered_ -= directory.buffered;
  directory.buffered = directory.writer ? directory.writer->bytes_buffered() : 0;
  buffered_ += directory.buffered;
}

/// Has the fullest files write until half of the room is free: so that not each batch looks for the fullest
/// again.
void PartitionedWriter::relieve() {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < directories_.size(); ++i) {
    if (directories_[i].buffered > 0) order.push_back(i);
  }
  std::ranges::stable_sort(order, std::greater<>(),
                           [&](std::uint32_t i) { return directories_[i].buffered; });
  for (const std::uint32_t number : order) {
    if (buffered_ <= kBufferedBytes / 2) break;
    if (!directories_[number].writer) continue;  // ended meanwhile, to make room for another file
    directories_[number].writer->flush();
    update_buffered(directories_[number]);
    begin_file(number);
  }
}

void PartitionedWriter::begin_file(std::uint32_t number) {
  if (std::exchange(directories_[number].under_way, true)) return;
  under_way_.push_back(number);
  if (under_way_.size() <= kFilesUnderWay) return;
  end_file(directories_[under_way_.front()]);
  under_way_.pop_front();
}

void PartitionedWriter::end_file(Directory& directory) {
  directory.writer->close();
  bytes_of_ended_ += directory.writer->bytes_written();
  directory.writer.reset();
  directory.under_way = false;
  ++directory.num_files;
  update_buffered(directory);
}

void PartitionedWriter::flush() {
  for (std::uint32_t i = 0; i < directories_.size(); ++i) {
    if (!directories_[i].writer || directories_[i].buffered == 0) continue;
    directories_[i].writer->flush();
    update_buffered(directories_[i]);
    begin_file(i);
  }
}

void PartitionedWriter::close() {
  for (Directory& directory : directories_) {
    if (directory.writer) end_file(directory);
  }
}

std::uint64_t PartitionedWriter::bytes_written() const {
  std::uint64_t bytes = bytes_of_ended_;
  for (const Directory& directory : directories_) {
    if (directory.writer) bytes += directory.writer->bytes_written();
  }
  return bytes;
}

}  // namespace

TableWriterFactory partition_by(TableWriterFactory open, std::vector<std::string> partition_on) {
  if (partition_on.empty()) return open;
  return [open = std::move(open), partition_on = std::move(partition_on)](const std::string& path,
                                                                          const columnar::SchemaPtr& schema) {
    return std::make_unique<PartitionedWriter>(open, path, schema, partition_on);
  };
}

}  // namespace treadle::io
