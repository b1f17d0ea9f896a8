#include "io/csv/date_guess.h"

#include <algorithm>

namespace treadle::csv {

DateGuess::DateGuess() {
  for (const char* date : {"%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%m-%d-%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y.%m.%d",
                           "%Y%m%d", "%d %b %Y", "%b %d, %Y"}) {
    for (const char* clock : {"", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p"}) {
      candidates_.emplace_back(std::string(date) + clock);
    }
  }
}

void DateGuess::see(std::string_view value) {
  if (!fits()) return;
  TimeText time;
  iso_ = iso_ && parse_time_text(value, time);
  std::erase_if(candidates_, [&](const DateFormat& format) { return !format.parse(value, time); });
  if (!fits()) odd_value_ = value;
}

}  // namespace treadle::csv
