#include "io/ndjson/line_blocks.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "io/csv/line_number.h"
#include "treadle/error.h"

namespace treadle::ndjson {

LineBlocks::LineBlocks(const io::File& file, std::uint64_t begin, std::uint64_t end, std::size_t block_bytes)
    : file_(file),
      end_(std::min(end, file.size())),
      block_bytes_(block_bytes),
      position_(begin == 0 ? 0 : begin - 1),
      searching_(begin != 0) {}

bool LineBlocks::next(Block& block, TaskContext& context) {
  if (searching_ && !find_first_line(context)) return false;
  while (position_ < end_) {
    context.check_stopped();
    if (const std::size_t size = end_of_lines(); size != 0) {
      block = {text().substr(0, size), position_};
      drop(size);
      return true;
    }
    if (!read_more(context)) return false;
  }
  return false;
}

/// The line before the range ends with its first newline from the byte before on. A range without one, or
/// with it as its last byte, has no line.
bool LineBlocks::find_first_line(TaskContext& context) {
  while (position_ + 1 < end_) {
    const auto wanted = static_cast<std::size_t>(end_ - 1 - position_);
    const std::string_view searched = text().substr(0, wanted);
    if (const std::size_t newline = searched.find('\n'); newline != std::string_view::npos) {
      drop(newline + 1);
      searching_ = false;
      return true;
    }
    drop(searched.size());
    if (position_ + 1 < end_ && !read_more(context)) return false;
  }
  return false;
}

/// How much of the text are whole lines that begin in the range; 0: more must be read to say so.
std::size_t LineBlocks::end_of_lines() const {
  const std::string_view have = text();
  const std::uint64_t last = end_ - 1 - position_;  // a newline from here on ends the range's last line
  if (last < have.size()) {
    const std::size_t newline = have.find('\n', static_cast<std::size_t>(last));
    if (newline != std::string_view::npos) return newline + 1;
  }
  if (at_end_of_file()) return have.size();
  const std::size_t newline = have.rfind('\n');
  return newline == std::string_view::npos ? 0 : newline + 1;
}

/// At least as much again as there is, so that a long line is looked through a bounded number of times.
bool LineBlocks::read_more(TaskContext& context) {
  if (at_end_of_file()) return false;
  const std::size_t kept = text().size();
  if (begin_ != 0 && kept != 0) std::memmove(memory_.data(), memory_.data() + begin_, kept);
  begin_ = 0;
  memory_.resize(kept);
  const std::uint64_t offset = position_ + kept;
  const auto more =
      static_cast<std::size_t>(std::min<std::uint64_t>(std::max(block_bytes_, kept), file_.size() - offset));
  if (kept + more > 2 * block_bytes_) reserve_long_line(kept + more, context);
  memory_.resize(kept + more);
  file_.read_at(offset, memory_.data() + kept, more);
  context.count(Counter::kBytesRead, more);
  return true;
}

void LineBlocks::reserve_long_line(std::size_t size, TaskContext& context) {
  try {
    if (long_line_.bytes() == 0) long_line_ = context.reserve("ndjson: a long line", 0);
    // Twice: while it grows, the former memory is there, too, and then the parser's index.
    long_line_.resize(2 * size);
  } catch (const OutOfMemory& error) {
    throw OutOfMemory(file_.path() + ":" + std::to_string(csv::line_number(file_, position_)) +
                      ": a line of more than " + std::to_string(text().size()) + " bytes: " + error.what());
  }
}

void LineBlocks::drop(std::size_t size) {
  begin_ += size;
  position_ += size;
}

}  // namespace treadle::ndjson
