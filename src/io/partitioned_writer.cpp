#include "io/partitioned_writer.h"

#include <algorithm>
#include <filesystem>
#include <span>
#include <utility>

#include "columnar/selection.h"
#include "columnar/value_bytes.h"
#include "io/partition_values.h"
#include "io/row_spill.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

using columnar::Batch;
using columnar::Column;

constexpr std::size_t kBufferedBytes = 16 << 20;
// A file under way holds what Arrow keeps to describe it: some 10 KB a column, and more with each row group.
constexpr std::size_t kFilesUnderWay = 32;
// A file is begun for no fewer rows: small row groups are slow to read.
constexpr std::int64_t kRowsToBegin = 4096;
// What a column of a waiting batch takes besides its values.
constexpr std::size_t kColumnBytes = 256;

/// The rows of one directory: handed to a writer, once there is one, or waiting.
struct Directory {
  std::unique_ptr<TableWriter> writer;
  std::vector<Batch> waiting;
  std::int64_t waiting_rows = 0;
  std::size_t bytes = 0;  // of waiting rows, or held back by the writer; set aside or not
  // Its rows were put on disk because there were too many in all, so it begins its file at the end, with
  // them. What set_aside() put there does not count: it is for memory's sake, which must not change the file.
  bool late = false;
  std::size_t bytes_waiting = 0;  // of rows waiting in memory
};

/// The rows in memory of their own: a dictionary for a few rows, or views into a large buffer, would hold far
/// more. Without dictionaries they are the same again, however they were put on disk and taken back.
Batch compact(const Batch& rows) {
  std::vector<Column> columns;
  columns.reserve(rows.columns().size());
  for (const Column& column : rows.columns())
    columns.push_back(column.layout() == columnar::Layout::kPlain ? column : column.to_plain());
  return {rows.schema(), std::move(columns), rows.num_rows()};
}

class PartitionedWriter final : public TableWriter {
 public:
  PartitionedWriter(const TableWriterFactory& open, const std::string& path,
                    const columnar::SchemaPtr& schema, const std::vector<std::string>& partition_on);

  void write(const Batch& batch) override;
  void spill_to(SpillFileMaker make) override {
    spill_.spill_to(make);
    make_ = std::move(make);
  }
  void set_aside() override;
  void flush() override;
  void close() override;
  std::uint64_t bytes_written() const override;
  std::size_t bytes_buffered() const override { return buffered_; }
  std::size_t bytes_in_memory() const override;

 private:
  /// Sorts the rows by directory (given for each), into rows_.
  void group_rows(const std::vector<std::uint32_t>& directories);
  void add_rows(std::uint32_t number, const Batch& rows);
  void begin_file(std::uint32_t number);
  void finish_file(std::uint32_t number);
  void relieve();
  bool may_begin(std::uint32_t number) const;
  void spill_waiting();
  void put_on_disk(std::uint32_t number);
  void set_bytes(Directory& directory, std::size_t bytes);

  TableWriterFactory open_;
  std::filesystem::path path_;
  columnar::SchemaPtr file_schema_;
  std::vector<std::size_t> key_columns_;
  std::vector<std::size_t> file_columns_;
  PartitionValues values_;
  std::vector<Directory> directories_;
  SpillFileMaker make_;
  RowSpill spill_;
  std::vector<std::uint32_t> under_way_;  // directories that have begun their files
  std::size_t buffered_ = 0;              // the sum of the directories' bytes
  std::size_t waiting_in_memory_ = 0;     // of rows without a writer
  std::uint64_t bytes_of_finished_ = 0;   // bytes written to files that are closed

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
    add_rows(present_.front(), stored);
  } else {
    std::size_t begin = 0;
    for (const std::uint32_t number : present_) {
      const std::size_t end = ends_[number];
      add_rows(number, columnar::take(stored, std::span(rows_).subspan(begin, end - begin)));
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

void PartitionedWriter::set_bytes(Directory& directory, std::size_t bytes) {
  buffered_ += bytes - directory.bytes;
  directory.bytes = bytes;
}

void PartitionedWriter::add_rows(std::uint32_t number, const Batch& rows) {
  Directory& directory = directories_[number];
  if (directory.writer) {
    directory.writer->write(rows);
    set_bytes(directory, directory.writer->bytes_buffered());
    return;
  }
  directory.waiting.push_back(compact(rows));
  directory.waiting_rows += rows.num_rows();
  const std::size_t heads = rows.columns().size() * kColumnBytes;
  waiting_in_memory_ += directory.waiting.back().nbytes() + heads;
  directory.bytes_waiting += directory.waiting.back().nbytes() + heads;
  set_bytes(directory, directory.bytes + columnar::value_bytes(directory.waiting.back()) + heads);
}

void PartitionedWriter::begin_file(std::uint32_t number) {
  Directory& directory = directories_[number];
  directory.writer =
      open_((path_.parent_path() / values_.directory(number) / path_.filename()).string(), file_schema_);
  spill_.take(number, [&](const Batch& rows) { directory.writer->write(rows); });
  waiting_in_memory_ -= std::exchange(directory.bytes_waiting, 0);
  for (const Batch& rows : std::exchange(directory.waiting, {})) directory.writer->write(rows);
  directory.waiting_rows = 0;
  set_bytes(directory, directory.writer->bytes_buffered());
}

void PartitionedWriter::finish_file(std::uint32_t number) {
  Directory& directory = directories_[number];
  if (!directory.writer) begin_file(number);
  directory.writer->close();
  bytes_of_finished_ += directory.writer->bytes_written();
  directory.writer.reset();
  set_bytes(directory, 0);
}

bool PartitionedWriter::may_begin(std::uint32_t number) const {
  const Directory& directory = directories_[number];
  return under_way_.size() < kFilesUnderWay && directory.waiting_rows >= kRowsToBegin && !directory.late;
}

/// Frees half of the room at least, so that not each batch looks for the fullest directories again.
void PartitionedWriter::relieve() {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < directories_.size(); ++i) {
    if (directories_[i].bytes > 0) order.push_back(i);
  }
  std::ranges::stable_sort(order, std::greater<>(), [&](std::uint32_t i) { return directories_[i].bytes; });
  for (const std::uint32_t number : order) {
    if (buffered_ <= kBufferedBytes / 2) return;
    Directory& directory = directories_[number];
    if (!directory.writer) {
      if (!may_begin(number)) continue;
      begin_file(number);
      under_way_.push_back(number);
    }
    directory.writer->flush();
    set_bytes(directory, directory.writer->bytes_buffered());
  }
  if (buffered_ > kBufferedBytes / 2) spill_waiting();
}

void PartitionedWriter::spill_waiting() {
  for (std::uint32_t i = 0; i < directories_.size(); ++i) {
    Directory& directory = directories_[i];
    if (directory.waiting_rows == 0) continue;
    put_on_disk(i);
    directory.late = true;
    directory.waiting_rows = 0;
    set_bytes(directory, 0);
  }
}

void PartitionedWriter::put_on_disk(std::uint32_t number) {
  Directory& directory = directories_[number];
  if (directory.waiting.empty()) return;
  // One batch, not many: each column of each batch has a head in the file.
  spill_.add(number, file_schema_, {columnar::concatenate(directory.waiting)});
  directory.waiting = {};
  waiting_in_memory_ -= std::exchange(directory.bytes_waiting, 0);
}

void PartitionedWriter::set_aside() {
  for (std::uint32_t i = 0; i < directories_.size(); ++i) put_on_disk(i);
  for (const std::uint32_t number : under_way_) {
    directories_[number].writer->spill_to(make_);
    directories_[number].writer->set_aside();
  }
}

std::size_t PartitionedWriter::bytes_in_memory() const {
  std::size_t bytes = waiting_in_memory_;
  for (const std::uint32_t number : under_way_) {
    if (directories_[number].writer) bytes += directories_[number].writer->bytes_in_memory();
  }
  return bytes;
}

void PartitionedWriter::flush() {
  spill_waiting();
  for (Directory& directory : directories_) {
    if (!directory.writer) continue;
    directory.writer->flush();
    set_bytes(directory, directory.writer->bytes_buffered());
  }
}

void PartitionedWriter::close() {
  for (std::uint32_t i = 0; i < directories_.size(); ++i) finish_file(i);
}

std::uint64_t PartitionedWriter::bytes_written() const {
  std::uint64_t bytes = bytes_of_finished_;
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
