#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

#include "command_line.h"
#include "commands.h"
#include "crash_report.h"
#include "error_report.h"
#include "interrupt.h"
#include "result_output.h"

// The command line: reads arguments, runs a job or a query, delivers the result, turns errors into exit
// codes. All work is done by the library; nothing here knows more than its public headers, jobs/ and sql/
// say.
namespace treadle::app {
namespace {

void dispatch(const CommandLine& line) {
  switch (line.command) {
    case Command::kRun:
      return run_job(line);
    case Command::kSql:
      return run_sql(line);
    case Command::kHead:
      return show_head(line);
    case Command::kSchema:
      return show_schema(line);
    case Command::kReport:
      return show_report(line);
    case Command::kNone:
      return;
  }
}

// A job's reader waits for one JSON object, whatever comes.
bool answers_in_json(const CommandLine& line) {
  return line.command == Command::kRun && line.output.empty() && line.resolved_format() == Format::kJson;
}

int report(const CommandLine& line) {
  const ErrorReport report = report_of(std::current_exception());
  const std::string json = report.to_json();
  if (answers_in_json(line)) {
    try {
      print(json);
    } catch (...) {
      // Whoever wanted the answer is gone; standard error and the exit code still tell.
    }
  }
  std::fputs((line.errors_as_json ? json : report.text()).c_str(), stderr);
  return report.exit_code;
}

int run(int argc, char** argv) {
  CommandLine line;
  int exit_code = 0;
  try {
    line = read_command_line(argc, argv, exit_code);
    if (line.command == Command::kNone) return exit_code;
    watch_interrupts();
    dispatch(line);
    return 0;
  } catch (const OutputClosed&) {
    return 0;
  } catch (...) {
    return report(line);
  }
}

}  // namespace
}  // namespace treadle::app

int main(int argc, char** argv) {
  treadle::app::report_crashes();
  const int exit_code = treadle::app::run(argc, argv);
  std::fflush(nullptr);
  // A task that did not stop in time still runs: it must not see the libraries' globals go.
  std::_Exit(exit_code);
}
