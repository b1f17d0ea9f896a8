#include <set>

#include <nlohmann/json.hpp>

#include "treadle/views.h"

namespace treadle {
namespace {

using nlohmann::json;

double microseconds(std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) * 1e-3; }

json counter(const char* name, std::int64_t time, json values) {
  return {{"name", name}, {"ph", "C"}, {"pid", 1}, {"ts", microseconds(time)}, {"args", std::move(values)}};
}

json metadata(const char* what, unsigned thread, const std::string& name) {
  return {{"name", what}, {"ph", "M"}, {"pid", 1}, {"tid", thread}, {"args", {{"name", name}}}};
}

// Threads that were busy on average since the sample before.
double busy(const ResourceSample& before, const ResourceSample& now) {
  const std::int64_t time = now.time - before.time;
  return time <= 0
             ? 0
             : static_cast<double>(now.cpu_nanoseconds - before.cpu_nanoseconds) / static_cast<double>(time);
}

json complete_event(const Recording& recording, const TaskEvent& task) {
  const std::string kind = task.kind < recording.kinds.size() ? recording.kinds[task.kind] : "unknown";
  return {{"name", kind},
          {"cat", "task"},
          {"ph", "X"},
          {"pid", 1},
          {"tid", task.worker},
          {"ts", microseconds(task.begin)},
          {"dur", microseconds(task.finish - task.begin)},
          {"args",
           {{"task", task.task},
            {"bytes", task.bytes},
            {"waited_us", microseconds(task.begin - task.ready)},
            {"end", name_of(task.end)}}}};
}

// One event a line, appended as text: a document of a million events need not stand in memory twice.
void append(std::string& text, const json& event) {
  if (text.back() != '[') text += ",";
  text += '\n' + event.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

// The trace event format, "X" (complete) and "C" (counter) events, as chrome://tracing and Perfetto read it.
std::string chrome_trace(const Recording& recording) {
  std::string text = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[";
  append(text, metadata("process_name", 0, recording.info.title));
  std::set<unsigned> threads;
  for (const TaskEvent& task : recording.tasks) threads.insert(task.worker);
  for (const unsigned thread : threads) {
    append(text, metadata("thread_name", thread, "thread " + std::to_string(thread)));
  }
  for (const TaskEvent& task : recording.tasks) append(text, complete_event(recording, task));
  const ResourceSample* before = nullptr;
  for (const ResourceSample& sample : recording.samples) {
    if (before != nullptr)
      append(text, counter("processors", before->time, {{"busy", busy(*before, sample)}}));
    before = &sample;
    append(text, counter("memory", sample.time,
                         {{"resident", sample.resident_bytes}, {"working", sample.working_bytes}}));
    append(text, counter("bytes", sample.time,
                         {{"read", sample.bytes_read},
                          {"written", sample.bytes_written},
                          {"spilled", sample.bytes_spilled}}));
  }
  return text + "\n]}\n";
}

}  // namespace treadle
