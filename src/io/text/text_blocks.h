#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "io/files/byte_stream.h"
#include "io/text/text_files.h"
#include "memory/buffer.h"
#include "treadle/task_context.h"

namespace treadle::text {

/// The lines of a strip, block by block. One thread at a time; the files outlive it.
class TextBlocks {
 public:
  static constexpr std::size_t kBlockBytes = 256 << 10;

  /// Opens the strip's file. `block_bytes`: what is read at once; for tests.
  TextBlocks(const TextFiles& files, const Strip& strip, std::size_t block_bytes = kBlockBytes);

  /// The next block: whole lines in UTF-8, ends as the options want them. Its bytes may be overwritten;
  /// Buffer::kPadding bytes behind it may be read. Empty at the end. Dies with the next call. Throws IoError,
  /// ParseError for bad text, OutOfMemory for a line that the budget does not hold.
  std::string_view next(TaskContext& context);

  /// Behind the last block: whether the file ends with a delimiter that this strip has handed out.
  bool at_last_delimiter() const noexcept;
  const std::string& path() const noexcept { return file_.identity.path; }
  /// The number, from 1, of the line in the file that the byte `offset` of the current block lies in. Reads
  /// the file up to there: for messages only.
  std::uint64_t line_number(std::size_t offset) const;

 private:
  std::string_view next_bytes(TaskContext& context);
  bool find_first_line(TaskContext& context);
  std::size_t end_of_lines() const;
  bool read_more(TaskContext& context);
  void reserve_long_line(std::size_t size, TaskContext& context);
  void drop(std::size_t size);
  std::size_t find_end(std::size_t from) const;
  std::size_t find_last_end() const;
  std::string_view decoded(std::string_view bytes);
  std::uint64_t count_lines(std::string_view text) const;
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(memory_.data()) + begin_, memory_.size() - begin_};
  }

  const TextFiles& files_;
  const TextFile& file_;
  TextEncoding encoding_;       // with its byte order
  std::string delimiter_;       // as it is encoded
  std::size_t unit_ = 1;        // bytes of a character at least
  std::uint64_t end_;           // lines that begin from here on are another strip's
  std::uint64_t position_ = 0;  // of the first byte of bytes()
  bool searching_;              // for the end before the strip's first line
  bool ended_ = false;          // the stream has given all
  std::unique_ptr<io::ByteStream> stream_;
  std::size_t block_bytes_;
  BufferBuilder memory_;
  std::size_t begin_ = 0;  // of what was not yet given, in memory_
  BufferBuilder decoded_;
  std::size_t block_size_ = 0;  // bytes of the current block, as they were read
  bool block_ends_ = false;     // whether a delimiter is the last of them
  std::uint64_t block_position_ = 0;
  std::uint64_t counted_ = 0;  // bytes taken that have been counted
  Reservation long_line_;
};

/// Calls `use(line)` for each line of a block, ends included. `ends` and `delimiter` are those of the
/// options.
template <class Use>
void for_each_line(std::string_view block, LineEnds ends, std::string_view delimiter, Use&& use) {
  while (!block.empty()) {
    std::size_t size = 0;
    if (ends == LineEnds::kDelimiter) {
      const std::size_t at = block.find(delimiter);
      size = at == std::string_view::npos ? block.size() : at + delimiter.size();
    } else if (ends == LineEnds::kUniversal) {
      const std::size_t at = block.find('\n');
      size = at == std::string_view::npos ? block.size() : at + 1;
    } else {
      const std::size_t at = block.find_first_of("\r\n");
      const bool pair = at != std::string_view::npos && block.substr(at, 2) == "\r\n";
      size = at == std::string_view::npos ? block.size() : at + (pair ? 2 : 1);
    }
    use(block.substr(0, size));
    block.remove_prefix(size);
  }
}

}  // namespace treadle::text
