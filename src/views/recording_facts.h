#pragma once

#include <cstdint>
#include <string>

#include "treadle/events.h"

namespace treadle::views {

/// When the last thing that is known happened, in nanoseconds since the recording began; at least 1.
std::int64_t last_time(const Recording& recording);
/// "2026-03-14 22:03:52 UTC"
std::string utc(std::int64_t seconds);
/// How the run ended, or that it has not.
std::string outcome_of(const Recording& recording);

}  // namespace treadle::views
