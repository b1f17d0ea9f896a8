#include "io/csv/parse_time.h"

#include <cstring>

namespace treadle::csv {
namespace {

/// Takes text off the front of a view, piece by piece.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  bool take(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// Exactly two digits, below `limit`.
  bool take_two(std::int64_t limit, std::int64_t& out) {
    if (text_.size() < 2 || !is_digit(0) || !is_digit(1)) return false;
    out = (text_[0] - '0') * 10 + (text_[1] - '0');
    text_.remove_prefix(2);
    return out < limit;
  }
  /// One to nine digits behind a point, as nanoseconds.
  bool take_fraction(std::uint32_t& nanoseconds) {
    std::size_t count = 0;
    nanoseconds = 0;
    for (; count < 9 && count < text_.size() && is_digit(count); ++count) {
      nanoseconds = nanoseconds * 10 + static_cast<std::uint32_t>(text_[count] - '0');
    }
    text_.remove_prefix(count);
    nanoseconds *= static_cast<std::uint32_t>(kPowersOfTen[9 - count]);
    return count != 0;
  }

 private:
  bool is_digit(std::size_t i) const { return text_[i] >= '0' && text_[i] <= '9'; }
  std::string_view text_;
};

/// Hours and minutes, perhaps seconds, perhaps a fraction.
bool take_clock(Cursor& cursor, std::int64_t& seconds, std::uint32_t& nanoseconds) {
  std::int64_t hour = 0, minute = 0, second = 0;
  if (!cursor.take_two(24, hour) || !cursor.take(':') || !cursor.take_two(60, minute)) return false;
  if (cursor.take(':')) {
    if (!cursor.take_two(60, second)) return false;
    if ((cursor.take('.') || cursor.take(',')) && !cursor.take_fraction(nanoseconds)) return false;
  }
  seconds = hour * 3600 + minute * 60 + second;
  return true;
}

/// Z, +01, +0100 or +01:00; nothing is fine, too.
bool take_zone(Cursor& cursor, TimeText& out) {
  if (cursor.at_end()) return true;
  out.has_zone = true;
  if (cursor.take('Z') || cursor.take('z')) return true;
  const bool east = cursor.take('+');
  if (!east && !cursor.take('-')) return false;
  std::int64_t hours = 0, minutes = 0;
  if (!cursor.take_two(24, hours)) return false;
  if (!cursor.at_end()) {
    cursor.take(':');
    if (!cursor.take_two(60, minutes)) return false;
  }
  const std::int64_t offset = hours * 3600 + minutes * 60;
  out.seconds -= east ? offset : -offset;
  return true;
}

}  // namespace

bool parse_time_text(std::string_view text, TimeText& out) {
  out = {};
  if (text.size() < 10 || text.size() > 40) return false;
  std::uint8_t padded[16] = {};
  std::memcpy(padded, text.data(), 10);
  std::int32_t days = 0;
  if (!parse_date_fast(padded, days)) return false;
  out.seconds = std::int64_t{days} * 86400;
  Cursor cursor(text.substr(10));
  if (cursor.at_end()) return true;
  if (!cursor.take('T') && !cursor.take(' ')) return false;
  std::int64_t clock = 0;
  if (!take_clock(cursor, clock, out.nanoseconds)) return false;
  out.has_clock = true;
  out.seconds += clock;
  cursor.take(' ');
  return take_zone(cursor, out) && cursor.at_end();
}

bool parse_clock(std::string_view text, std::int64_t& nanoseconds) {
  Cursor cursor(text);
  std::int64_t seconds = 0;
  std::uint32_t fraction = 0;
  if (!take_clock(cursor, seconds, fraction) || !cursor.at_end()) return false;
  nanoseconds = seconds * 1'000'000'000 + fraction;
  return true;
}

}  // namespace treadle::csv
