#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "treadle/views.h"
#include "views/recording_facts.h"
#include "views/report_page.h"

namespace treadle {
namespace {

using nlohmann::json;

// More rectangles than that neither show more nor scroll well.
constexpr std::size_t kMostTasks = 20'000;
// As many columns as a wide screen has pixels.
constexpr std::int64_t kColumns = 2000;

// [worker, kind, begin, duration, how it ended], times in microseconds.
json task_rows(const Recording& recording) {
  json rows = json::array();
  for (const TaskEvent& task : recording.tasks) {
    rows.push_back({task.worker, task.kind, task.begin / 1000, (task.finish - task.begin) / 1000, task.end});
  }
  return rows;
}

// The same form for too many tasks: for each worker and column of time the kind that filled most of it, as
// wide as its share of the column.
json column_rows(const Recording& recording, std::int64_t last) {
  const std::int64_t width = last / kColumns + 1;
  std::map<std::pair<std::uint16_t, std::int64_t>, std::map<std::uint32_t, std::int64_t>> busy;
  for (const TaskEvent& task : recording.tasks) {
    for (std::int64_t at = task.begin; at <= task.finish;) {
      const std::int64_t next = std::min((at / width + 1) * width, task.finish);
      busy[{task.worker, at / width}][task.kind] += next - at;
      at = next == task.finish ? task.finish + 1 : next;
    }
  }
  json rows = json::array();
  for (const auto& [place, kinds] : busy) {
    const auto most = std::ranges::max_element(kinds, {}, [](const auto& kind) { return kind.second; });
    std::int64_t total = 0;
    for (const auto& [kind, time] : kinds) total += time;
    rows.push_back({place.first, most->first, place.second * width / 1000, total / 1000, 0});
  }
  return rows;
}

json profile_rows(const Recording& recording) {
  json rows = json::array();
  for (const KindProfile& kind : profile(recording)) {
    rows.push_back({kind.kind, kind.count, kind.run, kind.longest, kind.wait, kind.bytes});
  }
  return rows;
}

// [time in microseconds, resident, working, processor nanoseconds, read, written, spilled]
json sample_rows(const Recording& recording) {
  json rows = json::array();
  for (const ResourceSample& s : recording.samples) {
    rows.push_back({s.time / 1000, s.resident_bytes, s.working_bytes, s.cpu_nanoseconds, s.bytes_read,
                    s.bytes_written, s.bytes_spilled});
  }
  return rows;
}

}  // namespace

std::string html_report(const Recording& recording) {
  const std::int64_t last = views::last_time(recording);
  const bool by_column = recording.tasks.size() > kMostTasks;
  const json data = {{"title", recording.info.title},
                     {"threads", recording.info.num_threads},
                     {"started", views::utc(recording.info.started_at)},
                     {"outcome", views::outcome_of(recording)},
                     {"truncated", recording.truncated},
                     {"num_tasks", recording.tasks.size()},
                     {"by_column", by_column},
                     {"length", last / 1000},
                     {"kinds", recording.kinds},
                     {"tasks", by_column ? column_rows(recording, last) : task_rows(recording)},
                     {"samples", sample_rows(recording)},
                     {"profile", profile_rows(recording)}};
  std::string text = data.dump(-1, ' ', false, json::error_handler_t::replace);
  // "</script>" in a name must not end the script.
  for (std::size_t at = text.find("</"); at != std::string::npos; at = text.find("</", at))
    text.replace(at, 2, "<\\/");
  std::string page(views::kReportPage);
  const std::string_view place = "/*DATA*/null";
  return page.replace(page.find(place), place.size(), text);
}

}  // namespace treadle
