#pragma once

#include <string>
#include <string_view>

#include "io/csv/parse_time.h"

namespace treadle::csv {

/// A strptime-like format: %Y %y %m %d %e %j %b %B %a %A %H %I %M %S %f %p %z %T %D %F %R %n %t %%; other
/// characters stand for themselves, a space for any number of spaces. Immutable.
class DateFormat {
 public:
  /// Throws InvalidArgument naming a directive that is not known.
  explicit DateFormat(std::string format);

  const std::string& text() const noexcept { return format_; }
  bool has_clock() const noexcept { return has_clock_; }
  bool has_zone() const noexcept { return has_zone_; }
  /// Whether `text` is so written; if so, what it says.
  bool parse(std::string_view text, TimeText& out) const;

 private:
  std::string format_;  // as given
  std::string simple_;  // with %T, %D, %F, %R written out
  bool has_clock_ = false;
  bool has_zone_ = false;
};

}  // namespace treadle::csv
