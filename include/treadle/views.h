#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/events.h"

namespace treadle {

/// What the tasks of one kind came to. Times in nanoseconds, added up over tasks unless said otherwise.
struct KindProfile {
  std::string kind;
  std::uint64_t count = 0;
  std::int64_t run = 0;      ///< from begin to finish
  std::int64_t longest = 0;  ///< of one task
  std::int64_t wait = 0;     ///< from the last input to the begin
  std::uint64_t bytes = 0;
};

/// One entry a kind, the one that took most time first.
std::vector<KindProfile> profile(const Recording& recording);
/// The profile as a table of text, a line a kind.
std::string profile_table(const Recording& recording);
/// "finished", "expanded", "failed" or "dropped"; "unknown" of a log that a later version wrote.
std::string_view name_of(TaskEnd end) noexcept;
/// What ran, on how many threads, for how long, and how it ended: a line of text.
std::string recording_summary(const Recording& recording);
/// Both as one JSON object: {"title", "started", "threads", "seconds", "outcome", "truncated", "kinds":
/// [{"kind", "tasks", "seconds", "longest", "waited", "bytes"}, ...]}.
std::string profile_json(const Recording& recording);
/// Chrome's trace format (chrome://tracing, Perfetto): a row a worker, counters of memory and input and
/// output.
std::string chrome_trace(const Recording& recording);
/// One HTML file without links to elsewhere: task stream, memory, processors, profile. Recordings of more
/// than some 20,000 tasks are drawn by their share of time per pixel instead of task by task.
std::string html_report(const Recording& recording);

}  // namespace treadle
