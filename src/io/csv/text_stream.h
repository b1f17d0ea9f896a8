#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/csv/recycled_buffer.h"
#include "io/csv/structure.h"
#include "io/files/byte_stream.h"
#include "treadle/task_context.h"

namespace treadle::csv {

/// Whole lines of a stream: one strip.
struct StreamStrip {
  RecycledBuffer memory;  // one byte more than the text can be written
  std::uint32_t size = 0;
  std::uint64_t offset = 0;      // of the text, in the decoded stream
  std::uint64_t first_line = 1;  // the number of its first line
  bool last = false;             // the stream ends with it
  Reservation long_record;
};

/// Cuts a decoded stream into strips at line ends, always at the same ones. One thread at a time.
class TextStream {
 public:
  /// `path`: for messages.
  TextStream(std::string path, const Dialect& dialect, std::unique_ptr<io::ByteStream> bytes,
             std::uint64_t first_row, std::size_t strip_bytes);

  /// The next strip; without text behind the last one. `spare`: bytes to leave behind the text.
  StreamStrip next(std::size_t spare, TaskContext& context);

 private:
  void skip_first(TaskContext& context);
  std::size_t fill(StreamStrip& strip, std::size_t have, std::size_t size, std::size_t spare,
                   TaskContext& context);
  void reserve_long_record(StreamStrip& strip, std::size_t size, TaskContext& context);
  std::uint32_t last_line_end(const StreamStrip& strip);

  std::string path_;
  Dialect dialect_;
  std::unique_ptr<io::ByteStream> bytes_;
  std::uint64_t to_skip_;
  std::size_t strip_bytes_;
  std::uint64_t offset_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t counted_ = 0;
  bool ended_ = false;
  std::vector<std::uint8_t> carried_;
  Structure structure_;
};

}  // namespace treadle::csv
