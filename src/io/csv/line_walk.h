#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "io/csv/structure.h"

namespace treadle::csv {

/// Takes text line by line from wherever it comes: for headers, samples and rows passed over, where ease
/// matters more than speed. One thread at a time.
class LineWalk {
 public:
  /// Reads up to `size` bytes that follow those read before; fewer than asked for at the end.
  using Read = std::function<std::size_t(std::uint8_t* to, std::size_t size)>;

  struct Line {
    std::uint64_t offset = 0;              // of the first byte, from where the walk began
    std::string_view text;                 // without its line end; valid until the next next()
    const std::uint32_t* edges = nullptr;  // of its fields; the text they count in is LineWalk::text()
    std::size_t num_fields = 0;
  };

  /// A line longer than this ends the walk: what is looked at to plan must fit into any memory.
  static constexpr std::size_t kLongestLine = 8 << 20;

  /// `piece`: how many bytes are read at a time.
  LineWalk(const Dialect& dialect, Read read, std::size_t piece);

  /// Passes over a byte order mark; only before the first next().
  void skip_byte_order_mark();
  /// Passes over lines as they stand, quotes or not; only before the first next().
  void skip_raw_lines(std::uint64_t count);
  /// Passes over the text up to `offset` from where the walk began; only before the first next().
  void skip_to(std::uint64_t offset);
  /// The next line. False at the end of the text, and where the walk gives up. A last line without a newline
  /// is one, inside quotes or not.
  bool next(Line& line);
  bool is_comment(const Line& line) const;
  bool is_blank(const Line& line) const { return line.num_fields == 1 && dialect_.is_blank(line.text); }
  /// The next line that is neither blank nor a comment.
  bool next_record(Line& line);
  /// Field `index` of the line that next() gave, as it stands.
  std::string_view field(const Line& line, std::size_t index) const;
  /// Where the next line begins, from where the walk began.
  std::uint64_t offset() const noexcept { return std::min(dropped_ + begin_, num_read_); }
  /// The next line is longer than kLongestLine.
  bool gave_up() const noexcept { return !at_end_ && text_.size() - begin_ > kLongestLine; }
  /// The last line was inside quotes when the text ended.
  bool ended_in_quotes() const noexcept { return ended_in_quotes_; }

 private:
  bool read_more();
  void scan();

  Dialect dialect_;
  Read read_;
  std::size_t piece_;
  std::string text_;            // what was read and not dropped
  std::size_t begin_ = 0;       // of the next line, in text_
  std::uint64_t dropped_ = 0;   // bytes before text_
  std::uint64_t num_read_ = 0;  // all bytes there were so far
  bool at_end_ = false;
  bool ended_in_quotes_ = false;
  bool scanned_ = false;
  Structure structure_;
  std::size_t edge_ = 0;  // index of the edge before the next line
};

}  // namespace treadle::csv
