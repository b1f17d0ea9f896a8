#include "io/text/text_blocks.h"

#include <algorithm>
#include <cstring>

#include "io/text/decoder.h"
#include "treadle/error.h"

namespace treadle::text {
namespace {

/// The order of bytes that the file's first two say; little-endian if they say nothing.
TextEncoding byte_order(io::ByteStream& stream, TextEncoding encoding, BufferBuilder& first) {
  if (encoding != TextEncoding::kUtf16) return encoding;
  first.resize(2);
  first.resize(stream.read(first.data(), 2));
  const std::string_view mark(reinterpret_cast<const char*>(first.data()), first.size());
  const TextEncoding order = mark == "\xFE\xFF" ? TextEncoding::kUtf16Be : TextEncoding::kUtf16Le;
  if (mark == "\xFE\xFF" || mark == "\xFF\xFE") first.clear();
  return order;
}

/// Makes "\r\n" and "\r" to "\n", in place; answers the size that is left.
std::size_t translate_ends(char* text, std::size_t size) {
  const auto* found = static_cast<const char*>(std::memchr(text, '\r', size));
  if (found == nullptr) return size;
  char* to = text + (found - text);
  for (const char *at = found, *end = text + size; at != end; ++at) {
    // Looked at before it is written over.
    const bool is_return = *at == '\r';
    *to++ = is_return ? '\n' : *at;
    if (is_return && at + 1 != end && at[1] == '\n') ++at;
  }
  return static_cast<std::size_t>(to - text);
}

}  // namespace

TextBlocks::TextBlocks(const TextFiles& files, const Strip& strip, std::size_t block_bytes)
    : files_(files),
      file_(files.files()[strip.file]),
      end_(strip.end),
      searching_(strip.begin != 0),
      block_bytes_(block_bytes) {
  const ReadTextOptions& options = files.options();
  const std::string end = options.line_ends == LineEnds::kDelimiter ? options.delimiter : "\n";
  // The delimiter that ends the line before lies right before the strip, or the strip begins within that
  // line.
  if (strip.begin != 0) position_ = strip.begin - std::min<std::uint64_t>(strip.begin, end.size());
  searching_ = position_ != strip.begin;
  io::File file(file_.identity);
  stream_ = file_.encoding == io::Encoding::kPlain ? io::open_from(std::move(file), position_)
                                                   : io::open_stream(std::move(file), file_.encoding);
  encoding_ = byte_order(*stream_, options.encoding, memory_);
  unit_ = encoding_ == TextEncoding::kUtf16Le || encoding_ == TextEncoding::kUtf16Be ? 2 : 1;
  BufferBuilder encoded;
  encode(encoding_, end, encoded);
  delimiter_.assign(reinterpret_cast<const char*>(encoded.data()), encoded.size());
}

std::string_view TextBlocks::next(TaskContext& context) {
  for (;;) {
    const std::string_view bytes = next_bytes(context);
    if (bytes.empty()) return {};
    const std::string_view text = decoded(bytes);
    // Bytes that were left out may have been all there were.
    if (!text.empty()) return text;
  }
}

std::string_view TextBlocks::next_bytes(TaskContext& context) {
  if (searching_ && !find_first_line(context)) return {};
  while (position_ < end_) {
    context.check_stopped();
    if (const std::size_t size = end_of_lines(); size != 0) {
      const std::string_view block = bytes().substr(0, size);
      block_size_ = size;
      block_ends_ = block.ends_with(delimiter_);
      block_position_ = position_;
      drop(size);
      return block;
    }
    if (!read_more(context)) return {};
  }
  return {};
}

/// The strip's first line begins behind the first delimiter that ends in the strip or right before it.
bool TextBlocks::find_first_line(TaskContext& context) {
  for (;;) {
    if (const std::size_t end = find_end(0); end != std::string::npos) {
      if (position_ + end >= end_) return false;
      drop(end);
      searching_ = false;
      return true;
    }
    // What may be the beginning of a delimiter is kept.
    drop(bytes().size() - std::min(bytes().size(), delimiter_.size() - 1));
    if (position_ >= end_ || !read_more(context)) return false;
  }
}

/// Behind the first delimiter that begins at `from` or later.
std::size_t TextBlocks::find_end(std::size_t from) const {
  const std::string_view have = bytes();
  std::size_t at = have.find(delimiter_, from);
  while (at != std::string_view::npos && at % unit_ != 0) at = have.find(delimiter_, at + 1);
  return at == std::string_view::npos ? at : at + delimiter_.size();
}

/// Behind a delimiter after which no other is known; 0 if there is none.
std::size_t TextBlocks::find_last_end() const {
  const std::string_view have = bytes();
  if (delimiter_.size() > unit_) {
    // Occurrences may overlap: they count from the left.
    std::size_t last = 0;
    for (std::size_t end = find_end(0); end != std::string::npos; end = find_end(end)) last = end;
    return last;
  }
  std::size_t at = have.rfind(delimiter_);
  while (at != std::string_view::npos && at % unit_ != 0) {
    at = at == 0 ? std::string_view::npos : have.rfind(delimiter_, at - 1);
  }
  return at == std::string_view::npos ? 0 : at + delimiter_.size();
}

/// How much of bytes() are whole lines that begin in the strip; 0: more must be read to say so.
std::size_t TextBlocks::end_of_lines() const {
  const std::string_view have = bytes();
  const std::uint64_t room =
      end_ - position_;  // a delimiter that ends here or later ends the strip's last line
  if (room < have.size() + delimiter_.size()) {
    const std::uint64_t from = room < delimiter_.size() ? 0 : room - delimiter_.size();
    const std::size_t end = find_end(static_cast<std::size_t>(from));
    if (end != std::string::npos) return end;
  }
  if (ended_) return have.size();
  return find_last_end();
}

/// At least as much again as there is, so that a long line is looked through a bounded number of times.
bool TextBlocks::read_more(TaskContext& context) {
  if (ended_) return false;
  const std::size_t kept = bytes().size();
  if (begin_ != 0 && kept != 0) std::memmove(memory_.data(), memory_.data() + begin_, kept);
  begin_ = 0;
  memory_.resize(kept);
  const std::size_t more = std::max(block_bytes_, kept);
  if (kept + more > 2 * block_bytes_) reserve_long_line(kept + more, context);
  memory_.resize(kept + more);
  const std::size_t got = stream_->read(memory_.data() + kept, more);
  memory_.resize(kept + got);
  ended_ = got < more;
  context.count(Counter::kBytesRead, stream_->bytes_taken() - counted_);
  counted_ = stream_->bytes_taken();
  return got != 0 || kept != 0;
}

void TextBlocks::reserve_long_line(std::size_t size, TaskContext& context) {
  try {
    if (long_line_.bytes() == 0) long_line_ = context.reserve("text: a long line", 0);
    // Twice: while it grows, the former memory is there, too, and then what it is decoded to.
    long_line_.resize(2 * size);
  } catch (const OutOfMemory& error) {
    throw OutOfMemory(path() + ": a line of more than " + std::to_string(bytes().size()) +
                      " bytes from byte " + std::to_string(position_) + " on: " + error.what());
  }
}

void TextBlocks::drop(std::size_t size) {
  begin_ += size;
  position_ += size;
}

std::string_view TextBlocks::decoded(std::string_view bytes) {
  const ReadTextOptions& options = files_.options();
  char* text =
      reinterpret_cast<char*>(memory_.data()) + (bytes.data() - reinterpret_cast<char*>(memory_.data()));
  std::size_t size = bytes.size();
  if (!is_utf8_already(encoding_, bytes)) {
    decoded_.clear();
    if (const BadText bad = decode(encoding_, options.on_bad_text, bytes, decoded_); bad.found) {
      const auto byte = static_cast<unsigned char>(bytes[bad.offset]);
      constexpr const char* kDigits = "0123456789abcdef";
      throw DecodeError({path(), line_number(bad.offset), 0},
                        std::string("expected text in the given encoding, found the byte 0x") +
                            kDigits[byte >> 4] + kDigits[byte & 15] + " at offset " +
                            std::to_string(block_position_ + bad.offset) +
                            " (errors=\"replace\" or \"ignore\" go on)");
    }
    decoded_.reserve_more(Buffer::kPadding);
    text = reinterpret_cast<char*>(decoded_.data());
    size = decoded_.size();
  }
  if (options.line_ends == LineEnds::kUniversal) size = translate_ends(text, size);
  return {text, size};
}

bool TextBlocks::at_last_delimiter() const noexcept {
  const bool at_end = file_.encoding == io::Encoding::kPlain && unit_ == 1 ? position_ == file_.identity.size
                                                                           : ended_ && bytes().empty();
  return at_end && block_ends_;
}

std::uint64_t TextBlocks::line_number(std::size_t offset) const {
  io::File file(file_.identity);
  const auto stream = file_.encoding == io::Encoding::kPlain
                          ? io::open_from(std::move(file), 0)
                          : io::open_stream(std::move(file), file_.encoding);
  BufferBuilder piece(kBlockBytes);
  std::uint64_t left = block_position_ + std::min(offset, block_size_), lines = 1;
  while (left != 0) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size()));
    const std::size_t got = stream->read(piece.data(), wanted);
    lines += count_lines({reinterpret_cast<const char*>(piece.data()), got});
    left -= got;
    if (got < wanted) break;
  }
  return lines;
}

std::uint64_t TextBlocks::count_lines(std::string_view text) const {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace treadle::text
