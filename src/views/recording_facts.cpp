#include "views/recording_facts.h"

#include <algorithm>
#include <ctime>

namespace treadle::views {

std::int64_t last_time(const Recording& recording) {
  std::int64_t last = 1;
  for (const TaskEvent& task : recording.tasks) last = std::max(last, task.finish);
  for (const ResourceSample& sample : recording.samples) last = std::max(last, sample.time);
  return last;
}

std::string utc(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts);
  return text;
}

std::string outcome_of(const Recording& recording) {
  return recording.outcome.empty() ? "still running, or killed" : recording.outcome;
}

}  // namespace treadle::views
