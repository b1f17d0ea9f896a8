#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "io/files/file.h"
#include "memory/buffer.h"
#include "treadle/task_context.h"

namespace treadle::ndjson {

/// Reads the lines that begin in a range of a file, block by block. Lines end at newlines and nowhere else,
/// so ranges that adjoin give each line once.
class LineBlocks {
 public:
  /// The file outlives it.
  LineBlocks(const io::File& file, std::uint64_t begin, std::uint64_t end, std::size_t block_bytes);

  struct Block {
    /// Whole lines; the last one of the file may lack its newline. Buffer::kPadding bytes behind it may be
    /// read.
    std::string_view text;
    std::uint64_t offset = 0;  // in the file
  };
  /// False when there are no more. The block lives until the next call. Throws IoError; OutOfMemory for a
  /// line that the budget does not hold.
  bool next(Block& block, TaskContext& context);

 private:
  bool find_first_line(TaskContext& context);
  bool read_more(TaskContext& context);
  void reserve_long_line(std::size_t size, TaskContext& context);
  void drop(std::size_t size);
  std::size_t end_of_lines() const;
  std::string_view text() const {
    return {reinterpret_cast<const char*>(memory_.data()) + begin_, memory_.size() - begin_};
  }
  bool at_end_of_file() const { return position_ + text().size() == file_.size(); }

  const io::File& file_;
  std::uint64_t end_;
  std::size_t block_bytes_;
  std::uint64_t position_;  // in the file, of the first byte of text()
  bool searching_;          // for the newline before the range's first line
  BufferBuilder memory_;
  std::size_t begin_ = 0;  // of what was not yet given, in memory_
  Reservation long_line_;
};

}  // namespace treadle::ndjson
