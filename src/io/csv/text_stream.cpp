#include "io/csv/text_stream.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "treadle/error.h"

namespace treadle::csv {
namespace {

constexpr std::size_t kLongestRecord = (std::size_t{1} << 31) - (1 << 20);

std::uint64_t count_lines(const std::uint8_t* text, std::size_t size) {
  return static_cast<std::uint64_t>(std::count(text, text + size, '\n'));
}

}  // namespace

TextStream::TextStream(std::string path, const Dialect& dialect, std::unique_ptr<io::ByteStream> bytes,
                       std::uint64_t first_row, std::size_t strip_bytes)
    : path_(std::move(path)),
      dialect_(dialect),
      bytes_(std::move(bytes)),
      to_skip_(first_row),
      strip_bytes_(strip_bytes) {}

StreamStrip TextStream::next(std::size_t spare, TaskContext& context) {
  skip_first(context);
  StreamStrip strip;
  strip.offset = offset_;
  strip.first_line = line_;
  std::size_t have = carried_.size(), size = std::max(strip_bytes_, have);
  std::uint32_t end = 0;
  for (;;) {
    have = fill(strip, have, size, spare, context);
    strip.size = static_cast<std::uint32_t>(have);
    end = ended_ ? strip.size : last_line_end(strip);
    if (end != 0 || ended_) break;
    size = 2 * size;
  }
  strip.last = ended_;
  const std::uint8_t* text = strip.memory.data();
  carried_.assign(text + end, text + have);
  strip.size = end;
  offset_ += end;
  line_ += count_lines(text, end);
  context.count(Counter::kBytesRead, bytes_->bytes_taken() - std::exchange(counted_, bytes_->bytes_taken()));
  return strip;
}

/// Header and rows passed over, which others have looked at.
void TextStream::skip_first(TaskContext& context) {
  std::vector<std::uint8_t> piece(to_skip_ == 0 ? 0 : 256 << 10);
  while (to_skip_ != 0) {
    context.check_stopped();
    const std::size_t got =
        bytes_->read(piece.data(), static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), to_skip_)));
    if (got == 0) break;
    line_ += count_lines(piece.data(), got);
    offset_ += got;
    to_skip_ -= got;
  }
  to_skip_ = 0;
}

/// Reads on until there are `size` bytes or the stream ends; answers how many there are.
std::size_t TextStream::fill(StreamStrip& strip, std::size_t have, std::size_t size, std::size_t spare,
                             TaskContext& context) {
  context.check_stopped();
  if (size > 2 * std::max<std::size_t>(strip_bytes_, 1 << 20)) reserve_long_record(strip, size, context);
  strip.memory.reserve(size + spare, strip.size);
  if (strip.size == 0 && !carried_.empty())
    std::memcpy(strip.memory.data(), carried_.data(), carried_.size());
  while (have < size && !ended_) {
    const std::size_t got = bytes_->read(strip.memory.data() + have, size - have);
    ended_ = got < size - have;
    have += got;
  }
  return have;
}

/// A record longer than a strip takes what it needs from the run's budget.
void TextStream::reserve_long_record(StreamStrip& strip, std::size_t size, TaskContext& context) {
  if (size > kLongestRecord) {
    throw ParseError({path_, strip.first_line, 0},
                     "expected a record of at most 2 GiB, found a longer one (is a quote open?)");
  }
  try {
    if (strip.long_record.bytes() == 0) strip.long_record = context.reserve("csv: a long record", 0);
    strip.long_record.resize(2 * size);
  } catch (const OutOfMemory& error) {
    throw OutOfMemory(path_ + ":" + std::to_string(strip.first_line) + ": a record of more than " +
                      std::to_string(strip.size) + " bytes (is a quote open?): " + error.what());
  }
}

/// Behind the last newline that ends a record; 0 if there is none.
std::uint32_t TextStream::last_line_end(const StreamStrip& strip) {
  // A scan reads nothing behind the text, and the text is not shared yet.
  const std::uint8_t* text = const_cast<RecycledBuffer&>(strip.memory).data();
  scan_structure(dialect_, text, 0, strip.size, false, structure_);
  const std::uint32_t* edges = structure_.edges();
  for (std::size_t i = structure_.num_separators; i > 0; --i) {
    if (text[edges[i]] == '\n') return edges[i] + 1;
  }
  return 0;
}

}  // namespace treadle::csv
