#include "io/waiting_rows.h"

#include <algorithm>
#include <utility>

#include "columnar/selection.h"
#include "columnar/type_dispatch.h"
#include "columnar/value_bytes.h"
#include "io/share_dictionary.h"

namespace treadle::io {
namespace {

using columnar::Batch;
using columnar::Column;
using columnar::Layout;

// A piece is what is in memory of a column while it is encoded: small beside any memory, large beside a call.
constexpr std::int64_t kPieceRows = 8192;
constexpr std::size_t kPieceBytes = 512 << 10;
// What a column of a waiting batch takes besides its values: with thousands of files, batches are small.
constexpr std::size_t kColumnBytes = 256;

/// Texts of several layouts come together as views, which are not what comes back from a disk.
Column plain(const Column& column) { return column.layout() == Layout::kView ? column.to_plain() : column; }

Batch joined(const std::vector<Batch>& parts) {
  const Batch all = columnar::concatenate(parts);
  std::vector<Column> columns;
  for (const Column& column : all.columns()) columns.push_back(plain(column));
  return {all.schema(), std::move(columns), all.num_rows()};
}

/// A slice without the rest of the text that it is cut from.
Batch own_memory(const Batch& slice) {
  std::vector<Column> columns;
  for (const Column& column : slice.columns()) {
    // One column alone would not be copied.
    const Column parts[] = {column, column.slice(0, 0)};
    const bool holds_more =
        column.layout() == Layout::kPlain && (columnar::is_text(column.type()) || column.type().is_nested());
    columns.push_back(holds_more ? columnar::concatenate(parts) : column);
  }
  return {slice.schema(), std::move(columns), slice.num_rows()};
}

}  // namespace

std::int64_t rows_that_fill(const Batch& rows, std::size_t bytes) {
  std::int64_t low = 1, high = rows.num_rows();
  if (columnar::value_bytes(rows) < bytes) return high;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (columnar::value_bytes(rows.slice(0, middle)) < bytes) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

WaitingRows::WaitingRows(const columnar::SchemaPtr& schema) {
  for (const Field& field : schema->fields())
    columns_.push_back({std::make_shared<const Schema>(std::vector<Field>{field}), false, nullptr});
}

void WaitingRows::add(const Batch& rows) {
  for (std::int64_t done = 0; done < rows.num_rows();) {
    const std::int64_t most = std::min(rows.num_rows() - done, kPieceRows - begun_rows_);
    const std::int64_t taken = rows_that_fill(rows.slice(done, most), kPieceBytes - begun_value_bytes_);
    Batch part = taken == rows.num_rows() ? rows : own_memory(rows.slice(done, taken));
    const std::size_t values = columnar::value_bytes(part);
    num_rows_ += taken;
    begun_rows_ += taken;
    value_bytes_ += values;
    begun_value_bytes_ += values;
    bytes_in_memory_ += count_bytes(part);
    begun_.push_back(std::move(part));
    done += taken;
    if (begun_rows_ == kPieceRows || begun_value_bytes_ >= kPieceBytes) finish_piece();
  }
}

/// What the part of the piece under way adds to it: a dictionary that it shares counts once.
std::size_t WaitingRows::count_bytes(const Batch& part) {
  std::size_t bytes = part.nbytes() + columns_.size() * kColumnBytes;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto& dictionary = part.column(i).dictionary();
    if (!dictionary) continue;
    if (dictionary == columns_[i].dictionary) bytes -= dictionary->nbytes();
    columns_[i].dictionary = dictionary;
    columns_[i].coded = true;
  }
  return bytes;
}

void WaitingRows::finish_piece() {
  if (begun_on_disk_) {
    put_on_disk(begun_);
    bytes_in_memory_ = 0;
  } else {
    pieces_.push_back(joined(begun_));
  }
  piece_rows_.push_back(std::exchange(begun_rows_, 0));
  begun_.clear();
  begun_on_disk_ = false;
  begun_value_bytes_ = 0;
  for (ColumnState& column : columns_) column.dictionary = nullptr;
}

void WaitingRows::set_aside() {
  put_on_disk(pieces_);
  // Batch by batch: to be brought together, when the piece is whole, as they would have been in memory.
  put_on_disk(begun_);
  begun_on_disk_ |= !begun_.empty();
  pieces_.clear();
  begun_.clear();
  bytes_in_memory_ = 0;
}

void WaitingRows::put_on_disk(const std::vector<Batch>& parts) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const columnar::SchemaPtr& schema = columns_[i].schema;
    for (const Batch& part : parts)
      spill_.add(static_cast<std::uint32_t>(i), schema, {Batch(schema, {part.column(i)}, part.num_rows())});
  }
}

void WaitingRows::complete() {
  if (begun_rows_ != 0) finish_piece();
}

void WaitingRows::take_column(std::size_t column, const std::function<void(const Column&)>& consume) {
  std::shared_ptr<const Column> of_parts, of_pieces;
  std::vector<Column> parts;
  std::int64_t rows = 0;
  auto piece_rows = piece_rows_.begin();
  spill_.take(static_cast<std::uint32_t>(column), [&](const Batch& part) {
    parts.push_back(share_dictionary(part.column(0), of_parts));
    rows += part.num_rows();
    if (rows != *piece_rows) return;
    consume(share_dictionary(plain(columnar::concatenate(parts)), of_pieces));
    parts.clear();
    rows = 0;
    ++piece_rows;
  });
  for (const Batch& piece : pieces_) consume(share_dictionary(piece.column(column), of_pieces));
}

void WaitingRows::clear() {
  for (ColumnState& column : columns_) column = {std::move(column.schema), false, nullptr};
  pieces_.clear();
  piece_rows_.clear();
  begun_.clear();
  begun_on_disk_ = false;
  begun_rows_ = num_rows_ = 0;
  begun_value_bytes_ = value_bytes_ = bytes_in_memory_ = 0;
}

}  // namespace treadle::io
