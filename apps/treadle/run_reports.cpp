#include "run_reports.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <utility>
#include <vector>

#include "treadle/error.h"
#include "treadle/views.h"

namespace treadle::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLogEnding = ".events";

// Hands everything on to several.
class EachListener final : public EventListener {
 public:
  explicit EachListener(std::vector<std::shared_ptr<EventListener>> listeners)
      : listeners_(std::move(listeners)) {}
  void on_begin(const RecordingInfo& info) override {
    for (const auto& listener : listeners_) listener->on_begin(info);
  }
  void on_kind(std::string_view name) override {
    for (const auto& listener : listeners_) listener->on_kind(name);
  }
  void on_graph(std::uint32_t number, const TaskGraph& graph) override {
    for (const auto& listener : listeners_) listener->on_graph(number, graph);
  }
  void on_tasks(std::span<const TaskEvent> tasks) override {
    for (const auto& listener : listeners_) listener->on_tasks(tasks);
  }
  void on_sample(const ResourceSample& sample) override {
    for (const auto& listener : listeners_) listener->on_sample(sample);
  }
  void on_end(std::string_view outcome) override {
    for (const auto& listener : listeners_) listener->on_end(outcome);
  }

 private:
  std::vector<std::shared_ptr<EventListener>> listeners_;
};

// In a folder, logs of different runs have different names, which sort by time.
std::string log_path(const std::string& path) {
  if (!path.ends_with('/') && !fs::is_directory(path)) return path;
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw IoError::from_errno("cannot make the folder of the event log", path, error.value());
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char name[64];
  std::strftime(name, sizeof name, "treadle-%Y%m%d-%H%M%S-", &parts);
  return (fs::path(path) / (name + std::to_string(::getpid()))).string().append(kLogEnding);
}

std::shared_ptr<EventListener> open_log(const CommandLine& line) {
  const std::string path = log_path(line.event_log);
  if (!line.overwrite && fs::exists(path)) {
    throw IoError("the event log exists already: " + path + "; --overwrite replaces it");
  }
  return make_event_log(path);
}

void open(std::optional<jobs::OutputFile>& file, const std::string& path, const CommandLine& line) {
  if (!path.empty()) file.emplace(path, line.overwrite ? WriteMode::kOverwrite : WriteMode::kError);
}

}  // namespace

ReportFiles::ReportFiles(const CommandLine& line) {
  open(trace_, line.trace, line);
  open(page_, line.report, line);
}

void ReportFiles::write(const Recording& recording) {
  if (trace_) {
    trace_->write(chrome_trace(recording));
    trace_->commit();
  }
  if (page_) {
    page_->write(html_report(recording));
    page_->commit();
  }
}

RunReports::RunReports(const CommandLine& line, std::string_view title)
    : files_(line), profile_(line.profile), settings_(line.settings) {
  settings_.title = title;
  std::ranges::replace(settings_.title, '\n', ' ');
  std::vector<std::shared_ptr<EventListener>> listeners;
  if (!line.event_log.empty()) listeners.push_back(open_log(line));
  if (files_.any() || profile_) listeners.push_back(recording_ = std::make_shared<RecordingListener>());
  if (listeners.size() == 1) settings_.listener = listeners.front();
  if (listeners.size() > 1) settings_.listener = std::make_shared<EachListener>(std::move(listeners));
}

RunReports::~RunReports() {
  try {
    write();
  } catch (const Error& error) {
    // The run's own error is on its way and says more.
    std::fprintf(stderr, "treadle: warning: %s\n", error.what());
  }
}

void RunReports::write() {
  const auto listener = std::exchange(recording_, nullptr);
  if (!listener || listener->recording().outcome.empty()) return;  // nothing ran
  if (profile_) std::fputs(profile_table(listener->recording()).c_str(), stderr);
  files_.write(listener->recording());
}

std::string find_event_log(const std::string& path) {
  if (!fs::is_directory(path)) return path;
  fs::path newest;
  fs::file_time_type latest;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (!entry.path().native().ends_with(kLogEnding)) continue;
    const auto time = entry.last_write_time();
    if (newest.empty() || std::pair(time, entry.path()) > std::pair(latest, newest)) {
      newest = entry.path();
      latest = time;
    }
  }
  if (newest.empty()) throw NotFound("no event log (*" + std::string(kLogEnding) + ") in " + path);
  return newest.string();
}

}  // namespace treadle::app
