// Pictures of a recording, made of its events alone: the same for a run that just ended, one that is under
// way and one replayed from its log.
#include <algorithm>
#include <cstdio>
#include <functional>

#include "base/byte_size.h"
#include "treadle/views.h"
#include "views/recording_facts.h"

namespace treadle {
namespace {

// "1.234 s", "56.700 ms": three digits tell small kinds apart, too.
std::string duration(std::int64_t nanoseconds) {
  const auto time = static_cast<double>(nanoseconds);
  char text[32];
  if (time < 1e6)
    std::snprintf(text, sizeof text, "%.3f us", time * 1e-3);
  else if (time < 1e9)
    std::snprintf(text, sizeof text, "%.3f ms", time * 1e-6);
  else
    std::snprintf(text, sizeof text, "%.3f s", time * 1e-9);
  return text;
}

void append_row(std::string& table, const std::vector<std::string>& cells, std::size_t first_width) {
  constexpr std::size_t kWidth = 12;
  table += cells[0] + std::string(first_width - cells[0].size(), ' ');
  for (std::size_t i = 1; i < cells.size(); ++i) {
    table += std::string(kWidth > cells[i].size() ? kWidth - cells[i].size() : 1, ' ') + cells[i];
  }
  table += '\n';
}

}  // namespace

std::vector<KindProfile> profile(const Recording& recording) {
  std::vector<KindProfile> kinds(recording.kinds.size());
  for (std::size_t i = 0; i < kinds.size(); ++i) kinds[i].kind = recording.kinds[i];
  for (const TaskEvent& task : recording.tasks) {
    if (task.kind >= kinds.size()) continue;  // a damaged log
    KindProfile& kind = kinds[task.kind];
    const std::int64_t run = task.finish - task.begin;
    ++kind.count;
    kind.run += run;
    kind.longest = std::max(kind.longest, run);
    kind.wait += task.begin - task.ready;
    kind.bytes += task.bytes;
  }
  std::erase_if(kinds, [](const KindProfile& kind) { return kind.count == 0; });
  std::ranges::stable_sort(kinds, std::greater(), &KindProfile::run);
  return kinds;
}

std::string profile_table(const Recording& recording) {
  const std::vector<KindProfile> kinds = profile(recording);
  std::size_t width = 4;
  for (const KindProfile& kind : kinds) width = std::max(width, kind.kind.size());
  std::string table;
  append_row(table, {"kind", "tasks", "time", "longest", "waited", "bytes"}, width);
  for (const KindProfile& kind : kinds) {
    append_row(table,
               {kind.kind, std::to_string(kind.count), duration(kind.run), duration(kind.longest),
                duration(kind.wait), format_byte_size(kind.bytes)},
               width);
  }
  return table;
}

std::string_view name_of(TaskEnd end) noexcept {
  switch (end) {
    case TaskEnd::kFinished:
      return "finished";
    case TaskEnd::kExpanded:
      return "expanded";
    case TaskEnd::kFailed:
      return "failed";
    case TaskEnd::kDropped:
      return "dropped";
  }
  return "unknown";
}

std::string recording_summary(const Recording& recording) {
  const RecordingInfo& info = recording.info;
  std::string text = info.title.empty() ? "a run" : info.title;
  text += ": " + std::to_string(recording.tasks.size()) + " tasks on " + std::to_string(info.num_threads) +
          " threads in " + duration(views::last_time(recording)) + ", started " +
          views::utc(info.started_at) + ": " + views::outcome_of(recording);
  if (recording.truncated) text += " (the log ends in the middle of a record)";
  return text + "\n";
}

}  // namespace treadle
