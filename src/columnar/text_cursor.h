#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace treadle::columnar {

/// Reads from the front of a text. Every take_ answers whether it found what it looks for and moves on only
/// then.
class TextCursor {
 public:
  explicit TextCursor(std::string_view text) noexcept : text_(text) {}

  bool at_end() const noexcept { return text_.empty(); }
  bool take(char wanted) noexcept {
    if (text_.empty() || text_[0] != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool take_any_of(std::string_view wanted) noexcept {
    if (text_.empty() || wanted.find(text_[0]) == std::string_view::npos) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// Between `least` and `most` digits.
  bool take_number(int least, int most, std::int64_t& value) noexcept {
    int digits = 0;
    std::int64_t read = 0;
    while (digits < most && digits < static_cast<int>(text_.size()) &&
           is_digit(text_[static_cast<std::size_t>(digits)])) {
      read = read * 10 + (text_[static_cast<std::size_t>(digits++)] - '0');
    }
    if (digits < least) return false;
    text_.remove_prefix(static_cast<std::size_t>(digits));
    value = read;
    return true;
  }
  /// Digits behind a point as nanoseconds; those beyond the ninth are cut off.
  bool take_fraction(int most, std::int64_t& nanoseconds) noexcept {
    int digits = 0;
    std::int64_t read = 0;
    for (; digits < most && !text_.empty() && is_digit(text_[0]); ++digits, text_.remove_prefix(1)) {
      if (digits < 9) read = read * 10 + (text_[0] - '0');
    }
    if (digits == 0) return false;
    for (int i = digits; i < 9; ++i) read *= 10;
    nanoseconds = read;
    return true;
  }
  /// One of some names, by at least its first three letters in any case; the longest form that is there.
  bool take_name(const std::string_view* names, int count, std::int64_t& index) noexcept {
    for (int i = 0; i < count; ++i) {
      const std::size_t full = names[i].size();
      const std::size_t size = starts_with(names[i]) ? full : starts_with(names[i].substr(0, 3)) ? 3 : 0;
      if (size == 0) continue;
      text_.remove_prefix(size);
      index = i;
      return true;
    }
    return false;
  }
  void skip_spaces() noexcept {
    while (!text_.empty() && (text_[0] == ' ' || (text_[0] >= '\t' && text_[0] <= '\r')))
      text_.remove_prefix(1);
  }
  void skip_letters() noexcept {
    while (!text_.empty() && ((text_[0] | 32) >= 'a' && (text_[0] | 32) <= 'z')) text_.remove_prefix(1);
  }
  /// "Z", "+01:00", "+0100", "+01", "+01:00:30".
  bool take_offset(std::int64_t& seconds) noexcept {
    if (take('Z') || take('z')) {
      seconds = 0;
      return true;
    }
    const bool minus = !text_.empty() && text_[0] == '-';
    if (!take_any_of("+-")) return false;
    std::int64_t hours = 0, minutes = 0, rest = 0;
    if (!take_number(2, 2, hours)) return false;
    if (take(':')) {
      if (!take_number(2, 2, minutes) || (take(':') && !take_number(2, 2, rest))) return false;
    } else {
      take_number(2, 2, minutes);
    }
    if (hours > 23 || minutes > 59 || rest > 59) return false;
    seconds = (hours * 3600 + minutes * 60 + rest) * (minus ? -1 : 1);
    return true;
  }

 private:
  static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
  bool starts_with(std::string_view name) const noexcept {
    return text_.size() >= name.size() && std::equal(name.begin(), name.end(), text_.begin(),
                                                     [](char a, char b) { return (a | 32) == (b | 32); });
  }

  std::string_view text_;
};

}  // namespace treadle::columnar
