#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "treadle/data_type.h"

namespace treadle::columnar {

/// A time to be written: by its clock, with what a format may ask for.
struct ClockTime {
  std::int64_t days = 0;
  std::int64_t ticks = 0;  // since midnight
  TimeUnit unit = TimeUnit::kMicro;
  std::int64_t offset_seconds = 0;
};

/// Appends `time` by a strftime format: %a %A %b %B %C %d %D %e %f %.f %3f %6f %9f %F %g %G %h %H %I %j %k %l
/// %m %M %n %p %r %R %s %S %t %T %u %U %V %w %W %x %X %y %Y %z %:z %c %%. Names are English. False at a
/// directive that is none of these.
bool append_strftime(std::string& out, const ClockTime& time, std::string_view format);

}  // namespace treadle::columnar
