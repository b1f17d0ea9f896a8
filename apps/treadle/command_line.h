#pragma once

#include <cstdint>
#include <string>

#include "treadle/job.h"

namespace treadle::app {

enum class Command : std::uint8_t { kNone, kRun, kSql, kHead, kSchema, kReport };
enum class Format : std::uint8_t { kAuto, kTable, kCsv, kJson, kParquet };
enum class ProgressStyle : std::uint8_t { kAuto, kBar, kJson, kNone };

/// What the user typed.
struct CommandLine {
  Command command = Command::kNone;
  /// The job's file ("-": standard input), the query, the files, or the event log.
  std::string subject;
  std::int64_t num_rows = 10;
  Format format = Format::kAuto;
  std::string output;
  bool overwrite = false;
  bool explain = false;
  bool errors_as_json = false;
  bool statistics = false;
  bool profile = false;
  /// Where Chrome's trace, the HTML page and the event log go; empty: nowhere.
  std::string trace;
  std::string report;
  std::string event_log;
  ProgressStyle progress = ProgressStyle::kAuto;
  RunSettings settings;

  /// The format that kAuto comes to: by the output's name, else a table for a terminal, JSON for anything
  /// else.
  Format resolved_format() const;
};

/// Reads the arguments. Prints help and version itself; `exit_code` is then set and nothing is left to do.
/// Throws InvalidArgument for what cannot be understood.
CommandLine read_command_line(int argc, char** argv, int& exit_code);

}  // namespace treadle::app
