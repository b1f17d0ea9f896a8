#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "command_line.h"
#include "jobs/output_file.h"
#include "treadle/events.h"

namespace treadle::app {

/// The files that a recording is drawn into. Made empty at once, so that what cannot be written ends the
/// command before it does anything; they appear under their names when they are written.
class ReportFiles {
 public:
  /// Those that `line` names. Throws IoError if one exists (unless the line says --overwrite) or cannot be
  /// made.
  explicit ReportFiles(const CommandLine& line);
  bool any() const noexcept { return trace_ || page_; }
  void write(const Recording& recording);

 private:
  std::optional<jobs::OutputFile> trace_;
  std::optional<jobs::OutputFile> page_;
};

/// What the user asked to know of a run beside its result: --profile, --trace, --report, --event-log.
/// Destroyed before it was written (the run failed, or was cancelled): written then.
class RunReports {
 public:
  /// Makes the files. Throws IoError.
  RunReports(const CommandLine& line, std::string_view title);
  RunReports(const RunReports&) = delete;
  RunReports& operator=(const RunReports&) = delete;
  ~RunReports();

  /// The line's settings, with whoever listens.
  const RunSettings& settings() const noexcept { return settings_; }
  /// Once the run has ended.
  void write();

 private:
  ReportFiles files_;
  bool profile_;
  RunSettings settings_;
  std::shared_ptr<RecordingListener> recording_;  // null unless something is drawn
};

/// The event log that `path` means: the newest one in it if it is a folder. Throws NotFound.
std::string find_event_log(const std::string& path);

}  // namespace treadle::app
