#include "io/csv/line_walk.h"

#include <algorithm>
#include <utility>

namespace treadle::csv {
namespace {

const std::uint8_t* bytes_of(const std::string& text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

std::string_view without_return(std::string_view text) {
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  return text;
}

}  // namespace

LineWalk::LineWalk(const Dialect& dialect, Read read, std::size_t piece)
    : dialect_(dialect), read_(std::move(read)), piece_(piece) {}

bool LineWalk::read_more() {
  if (at_end_ || gave_up()) return false;
  text_.erase(0, begin_);
  dropped_ += begin_;
  begin_ = 0;
  const std::size_t before = text_.size(), more = std::max(piece_, before);
  text_.resize(before + more);
  const std::size_t got = read_(reinterpret_cast<std::uint8_t*>(text_.data()) + before, more);
  text_.resize(before + got);
  num_read_ += got;
  at_end_ = got < more;
  scanned_ = false;
  return got != 0;
}

void LineWalk::skip_byte_order_mark() {
  if (text_.empty()) read_more();
  if (text_.starts_with("\xEF\xBB\xBF")) begin_ = 3;
}

void LineWalk::skip_raw_lines(std::uint64_t count) {
  while (count != 0) {
    const std::size_t newline = text_.find('\n', begin_);
    begin_ = newline == std::string::npos ? text_.size() : newline + 1;
    count -= newline != std::string::npos;
    if (newline == std::string::npos && !read_more()) return;
  }
}

void LineWalk::skip_to(std::uint64_t offset) {
  while (dropped_ + text_.size() < offset) {
    begin_ = text_.size();
    if (!read_more()) return;
  }
  begin_ = static_cast<std::size_t>(offset - dropped_);
}

void LineWalk::scan() {
  const auto begin = static_cast<std::uint32_t>(begin_), end = static_cast<std::uint32_t>(text_.size());
  scan_structure(dialect_, bytes_of(text_), begin, end, false, structure_);
  scanned_ = true;
  edge_ = 0;
}

bool LineWalk::next(Line& line) {
  for (;;) {
    if (!scanned_) scan();
    const std::uint32_t* edges = structure_.edges() + edge_;
    const std::size_t left = structure_.num_separators - edge_;
    for (std::size_t fields = 1; fields <= left; ++fields) {
      if (text_[edges[fields]] != '\n') continue;
      line = {offset(), without_return(std::string_view(text_).substr(begin_, edges[fields] - begin_)), edges,
              fields};
      edge_ += fields;
      begin_ = edges[fields] + std::size_t{1};
      return true;
    }
    if (read_more()) continue;
    if (!at_end_ || begin_ == text_.size() || ended_in_quotes_) return false;
    ended_in_quotes_ = structure_.ends_in_quotes;
    if (ended_in_quotes_) return false;
    text_ += '\n';
    scan();
    if (structure_.num_newlines == 0) return false;  // the newline is escaped
  }
}

bool LineWalk::is_comment(const Line& line) const {
  return dialect_.comment != 0 && !line.text.empty() && line.text[0] == static_cast<char>(dialect_.comment);
}

bool LineWalk::next_record(Line& line) {
  while (next(line)) {
    if (!is_blank(line) && !is_comment(line)) return true;
  }
  return false;
}

std::string_view LineWalk::field(const Line& line, std::size_t index) const {
  const std::uint32_t begin = line.edges[index] + 1;
  std::string_view field = std::string_view(text_).substr(begin, line.edges[index + 1] - begin);
  return index + 1 == line.num_fields ? without_return(field) : field;
}

}  // namespace treadle::csv
