#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "columnar/batch.h"
#include "io/row_spill.h"
#include "io/table_writer.h"

namespace treadle::io {

/// The rows of a row group under way, cut into pieces that follow from the rows alone, however they came in
/// batches. They lie in memory until set_aside() puts them on disk, each column by itself; what is handed out
/// is the same. One thread at a time.
class WaitingRows {
 public:
  explicit WaitingRows(const columnar::SchemaPtr& schema);
  void spill_to(SpillFileMaker make) { spill_.spill_to(std::move(make)); }

  void add(const columnar::Batch& rows);
  std::int64_t num_rows() const noexcept { return num_rows_; }
  /// Bytes of the values, in memory or not: follows from the rows alone.
  std::size_t value_bytes() const noexcept { return value_bytes_; }
  std::size_t bytes_in_memory() const noexcept { return bytes_in_memory_; }
  /// Throws IoError.
  void set_aside();

  /// Whether rows of the column came with a dictionary: then all of its codes are worth being brought
  /// together.
  bool is_coded(std::size_t column) const { return columns_[column].coded; }
  /// Ends the last piece: no rows are added until clear().
  void complete();
  /// Hands out the pieces of a column, in order: once.
  void take_column(std::size_t column, const std::function<void(const columnar::Column&)>& consume);
  void clear();

 private:
  struct ColumnState {
    columnar::SchemaPtr schema;  // of it alone
    bool coded = false;
    std::shared_ptr<const columnar::Column> dictionary;  // the latest of the piece under way
  };

  void finish_piece();
  void put_on_disk(const std::vector<columnar::Batch>& parts);
  std::size_t count_bytes(const columnar::Batch& batch);

  std::vector<ColumnState> columns_;
  // On disk lies a run of parts: whole pieces, then perhaps batches of one that was under way. In memory are
  // the pieces behind them.
  RowSpill spill_;  // by column
  std::vector<columnar::Batch> pieces_;
  std::vector<std::int64_t> piece_rows_;  // of all pieces, also those on disk
  // The piece under way.
  std::vector<columnar::Batch> begun_;
  bool begun_on_disk_ = false;  // a part of it
  std::int64_t begun_rows_ = 0;
  std::size_t begun_value_bytes_ = 0;

  std::int64_t num_rows_ = 0;
  std::size_t value_bytes_ = 0;
  std::size_t bytes_in_memory_ = 0;
};

/// The least number of the first `rows` that have `bytes` of values, all if they have fewer.
std::int64_t rows_that_fill(const columnar::Batch& rows, std::size_t bytes);

}  // namespace treadle::io
