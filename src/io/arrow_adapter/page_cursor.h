#pragma once

#include <arrow/buffer.h>
#include <parquet/column_page.h>
#include <parquet/column_reader.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace treadle::io {

/// Rows of a morsel: all of them, or those wanted.
struct RowSelection {
  std::int64_t num_rows = 0;
  /// Numbers of rows in ascending order; null: all.
  const std::vector<std::uint32_t>* wanted = nullptr;

  std::size_t count() const noexcept {
    return wanted == nullptr ? static_cast<std::size_t>(num_rows) : wanted->size();
  }
};

/// The pages of a column of a row group, and how many rows they must hold.
struct ColumnPages {
  std::unique_ptr<parquet::PageReader> reader;
  /// Outlives what reads the pages.
  const parquet::ColumnDescriptor& descriptor;
  std::int64_t num_rows = 0;
  /// Where pages are unpacked that `reader` hands out as Snappy packed them; null: it has unpacked them.
  std::shared_ptr<arrow::ResizableBuffer> unpacked;
};

/// Walks through the pages of a column that is not nested, block by block. Pages without a row that is wanted
/// are passed over as they lie in the file. What values are is the business of who derives from it.
/// Nothing that a page says is believed: what does not fit together throws a ParquetException.
class PageCursor {
 public:
  explicit PageCursor(ColumnPages pages);
  virtual ~PageCursor() = default;
  PageCursor(const PageCursor&) = delete;
  PageCursor& operator=(const PageCursor&) = delete;

  /// The most rows in a block: what they unpack to stays in the processor's nearest cache.
  static constexpr int kBlockRows = 1024;

 protected:
  /// Rows that lie side by side in a page.
  struct Block {
    int num_rows = 0;
    int num_present = 0;
    /// Number of the first in the morsel.
    std::int64_t begin = 0;
    /// Those of them that are wanted, by their number in the morsel. Of no meaning if all are.
    std::span<const std::uint32_t> wanted;
    bool all_wanted = false;
  };

  const parquet::ColumnDescriptor& descriptor() const noexcept { return descriptor_; }
  /// Takes the first page, which is the dictionary if there is one. Before anything else was taken.
  void open_first() { open_page(1); }
  void pass(std::int64_t rows) noexcept { to_skip_ += rows; }
  /// Goes on by `rows.num_rows` rows. `block` takes `num_present` values from the page for each Block.
  template <class Visit>
  void walk(const RowSelection& rows, Visit&& visit) {
    std::int64_t at = 0;
    std::size_t pick = 0;
    for (;;) {
      const std::int64_t next = rows.wanted == nullptr       ? at
                                : pick < rows.wanted->size() ? (*rows.wanted)[pick]
                                                             : rows.num_rows;
      to_skip_ += next - at;
      at = next;
      if (at >= rows.num_rows) return;
      settle(rows.num_rows - at);
      Block block;
      block.num_rows = static_cast<int>(std::min<std::int64_t>({left_, kBlockRows, rows.num_rows - at}));
      block.num_present = take_levels(block.num_rows);
      block.begin = at;
      block.all_wanted = rows.wanted == nullptr;
      at += block.num_rows;
      if (!block.all_wanted) {
        const std::size_t first = pick;
        while (pick < rows.wanted->size() && (*rows.wanted)[pick] < at) ++pick;
        block.wanted = std::span(*rows.wanted).subspan(first, pick - first);
      }
      visit(block);
      left_ -= block.num_rows;
    }
  }

  /// Of the block's rows, 1 for each that has a value; meant only if some have none.
  const std::int16_t* levels() const noexcept { return levels_.data(); }

 private:
  virtual void take_dictionary(const parquet::DictionaryPage& page) = 0;
  /// The values of a page: at most so many, as it may hold nulls.
  virtual void take_values(parquet::Encoding::type encoding, int most, const std::uint8_t* data,
                           int size) = 0;
  virtual void drop_values(int count) = 0;

  /// Passes over the rows to skip, and has a page with a row behind them. `wanted`: rows that must follow.
  void settle(std::int64_t wanted);
  void open_page(std::int64_t wanted);
  /// Takes the rows of a page off those that are still to come.
  void count_rows(std::int64_t rows);
  void take_page(const parquet::DataPage& page);
  /// The bytes that are meant by those of a page, which live as long as the page. `size`: what its header
  /// says, if it does.
  std::span<const std::uint8_t> unpack(std::span<const std::uint8_t> bytes, std::optional<std::int64_t> size);
  /// Answers how many of the next rows have a value.
  int take_levels(int rows);

  const parquet::ColumnDescriptor& descriptor_;
  std::unique_ptr<parquet::PageReader> pages_;
  std::shared_ptr<arrow::ResizableBuffer> unpacked_;
  std::shared_ptr<parquet::Page> page_;
  parquet::LevelDecoder level_decoder_;
  std::vector<std::int16_t> levels_;
  std::int64_t unopened_ = 0;    // rows of the pages behind the one that is open
  std::int64_t left_ = 0;        // rows of the page that are still to come
  std::int64_t to_skip_ = 0;     // rows to pass over before the next that is wanted
  bool has_levels_ = false;      // of the page
  bool has_dictionary_ = false;  // one was taken
};

}  // namespace treadle::io
