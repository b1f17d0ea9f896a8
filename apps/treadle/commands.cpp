#include "commands.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>

#include "interrupt.h"
#include "jobs/input_bytes.h"
#include "jobs/json_rows.h"
#include "progress_display.h"
#include "result_output.h"
#include "run_reports.h"
#include "sql/table_reference.h"
#include "statistics_report.h"
#include "treadle/events.h"
#include "treadle/sql.h"
#include "treadle/views.h"

namespace treadle::app {
namespace {

// A file's text, or standard input's for "-".
std::string read_text(const std::string& name) {
  std::ifstream file;
  if (name != "-") {
    file.open(name, std::ios::binary);
    if (!file) throw NotFound("no job file: " + name);
  }
  std::istream& input = name == "-" ? std::cin : file;
  std::string text{std::istreambuf_iterator<char>(input), {}};
  if (input.bad()) throw IoError("cannot read " + (name == "-" ? "standard input" : name));
  return text;
}

// The options of a run that is shown, can be interrupted, and is remembered for its statistics.
class WatchedRun {
 public:
  WatchedRun(const CommandLine& line, std::string_view title, std::uint64_t total_bytes)
      : line_(line), reports_(line, title), display_(std::in_place, line.progress, total_bytes) {}

  std::function<void(const Run&)> on_start() {
    return [this](const Run& run) {
      run_ = run;
      set_interrupted_run(run);
      display_->watch(run);
    };
  }
  const RunSettings& settings() const { return reports_.settings(); }
  ComputeOptions options() {
    ComputeOptions options = settings().to_compute_options();
    options.on_start = on_start();
    return options;
  }
  // A result on the terminal takes the place of the bar.
  void make_way() {
    if (::isatty(STDOUT_FILENO) == 1) display_.reset();
  }
  // Once the result is out: ends the display, then writes warnings, statistics and reports.
  void report() {
    display_.reset();
    if (!run_) return;
    const Statistics statistics = run_->statistics();
    report_warnings(statistics);
    if (line_.statistics) report_statistics(statistics);
    reports_.write();
  }

 private:
  const CommandLine& line_;
  RunReports reports_;
  std::optional<ProgressDisplay> display_;
  std::optional<Run> run_;
};

void deliver_frame(const DataFrame& frame, const CommandLine& line, const std::string& title) {
  if (line.explain) return deliver_text(frame.explain(line.settings.to_compute_options()), line);
  WatchedRun run(line, title, jobs::input_bytes(frame));
  deliver(frame, line, run.options(), [&run] { run.make_way(); });
  run.report();
}

std::string boxes_of(const JobResult& result) {
  std::string text;
  for (const SinkResult& sink : result.sinks) {
    text += sink.name + ": ";
    if (sink.kind == SinkResult::Kind::kTable) {
      text += readable_count(static_cast<std::uint64_t>(sink.num_rows)) +
              (sink.truncated ? " rows and more\n" : " rows\n");
      text += sink.table.to_string(kTableRows);
    } else {
      text += readable_count(static_cast<std::uint64_t>(sink.num_rows)) + " rows in " +
              readable_count(sink.num_files) + (sink.num_files == 1 ? " file, " : " files, ") +
              readable_bytes(static_cast<double>(sink.num_bytes)) + "\n";
    }
  }
  return text;
}

}  // namespace

void run_job(const CommandLine& line) {
  const Format format = line.resolved_format();
  if (format != Format::kTable && format != Format::kJson) {
    throw InvalidArgument("treadle run prints --format table or json; other formats are the job's sinks");
  }
  const Job job = Job::parse(read_text(line.subject), line.subject == "-" ? "standard input" : line.subject);
  if (line.explain) return deliver_text(job.explain(line.settings), line);
  WatchedRun run(line, line.subject == "-" ? "treadle run" : line.subject, job.input_bytes());
  const JobResult result = job.run(run.settings(), run.on_start());
  run.make_way();
  deliver_text(format == Format::kTable ? boxes_of(result) : result.to_json(), line);
  run.report();
}

void run_sql(const CommandLine& line) {
  const std::string text = line.subject == "-" ? read_text("-") : line.subject;
  deliver_frame(query(text), line, text);
}

void show_head(const CommandLine& line) {
  deliver_frame(sql::read_files(line.subject).head(line.num_rows), line, "treadle head " + line.subject);
}

void show_schema(const CommandLine& line) {
  const Schema schema = sql::read_files(line.subject).schema();
  std::string text;
  switch (line.resolved_format()) {
    case Format::kTable:
      text = schema.to_string();
      break;
    case Format::kJson:
      jobs::append_json_columns(text, schema);
      break;
    default:
      throw InvalidArgument("treadle schema prints --format table or json");
  }
  if (!text.ends_with('\n')) text += '\n';
  deliver_text(text, line);
}

void show_report(const CommandLine& line) {
  const Format format = line.resolved_format();
  if (format != Format::kTable && format != Format::kJson) {
    throw InvalidArgument("treadle report prints --format table or json");
  }
  ReportFiles files(line);
  const Recording recording = read_event_log(find_event_log(line.subject));
  files.write(recording);
  deliver_text(format == Format::kTable ? recording_summary(recording) + profile_table(recording)
                                        : profile_json(recording),
               line);
}

}  // namespace treadle::app
