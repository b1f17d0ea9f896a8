#include "command_line.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "base/byte_size.h"
#include "base/nearest_name.h"
#include "base/version.h"
#include "treadle/error.h"

namespace treadle::app {
namespace {

const std::map<std::string, Format> kFormats = {
    {"table", Format::kTable}, {"csv", Format::kCsv}, {"json", Format::kJson}, {"parquet", Format::kParquet}};
const std::map<std::string, ProgressStyle> kProgressStyles = {{"auto", ProgressStyle::kAuto},
                                                              {"bar", ProgressStyle::kBar},
                                                              {"json", ProgressStyle::kJson},
                                                              {"none", ProgressStyle::kNone}};

const std::map<std::string, bool> kEngines = {{"synchronous", true}, {"threads", false}};
const std::map<std::string, bool> kErrorStyles = {{"text", false}, {"json", true}};

constexpr const char* kFooter = R"(
Exit codes: 0 done; 2 the request is wrong (usage, job, SQL, names, types, input text); 3 input or output failed;
4 it does not fit into memory; 5 a task failed; 6 the engine was lost; 70 a fault of Treadle's own; 130 cancelled.
Results go to standard output; progress, statistics, warnings and errors go to standard error.)";

// CLI11's own words name neither the choices nor the option in full.
template <class T>
CLI::Option* add_choice(CLI::App& app, const std::string& name, T& value,
                        const std::map<std::string, T>& choices, const std::string& description) {
  std::string all;
  for (const auto& [word, unused] : choices) all += (all.empty() ? "" : "|") + word;
  const auto read = [&value, &choices, name, all](const std::string& word) {
    const auto found = choices.find(word);
    if (found == choices.end()) throw CLI::ValidationError(name, all + " is expected, found " + word);
    value = found->second;
  };
  return app.add_option_function<std::string>(name, read, description)->type_name(all);
}

void add_bytes(CLI::App& app, const std::string& name, std::optional<std::size_t>& value,
               const std::string& description) {
  const auto read = [&value, name](const std::string& text) {
    try {
      value = parse_byte_size(text);
    } catch (const Error& error) {
      throw CLI::ValidationError(name, error.what());
    }
  };
  app.add_option_function<std::string>(name, read, description)->type_name("BYTES");
}

void add_report_files(CLI::App& app, CommandLine& line) {
  app.add_option("--trace", line.trace, "Write a trace for chrome://tracing or Perfetto here")
      ->type_name("FILE.json");
  app.add_option("--report", line.report,
                 "Write a page that shows tasks, memory and processors over time here")
      ->type_name("FILE.html");
}

void add_run_options(CLI::App& app, CommandLine& line) {
  app.add_option_function<unsigned>(
         "--threads", [&line](unsigned threads) { line.settings.threads = threads; },
         "Threads that work on it; 0: all there are")
      ->check(CLI::Range(0U, 4096U))
      ->type_name("N");
  add_bytes(app, "--memory-limit", line.settings.memory_limit,
            "What the process may have resident, such as 2GiB; 70 % of the machine or container unless said");
  add_bytes(app, "--working-memory", line.settings.working_memory,
            "What operators and values may hold of that");
  app.add_option("--spill-directory", line.settings.spill_directory,
                 "Where to put what does not fit into memory")
      ->type_name("DIR");
  add_choice(app, "--engine", line.settings.synchronous, kEngines,
             "synchronous: everything in one thread, task after task");
  app.add_flag("!--no-optimize", line.settings.optimize,
               "Run the plan as it was written; results are the same");
  app.add_flag("--explain", line.explain, "Print the plan instead of running it");
  add_choice(app, "--progress", line.progress, kProgressStyles,
             "A bar on a terminal, lines of JSON for programs");
  app.add_flag("--stats", line.statistics, "Print rows, bytes, seconds and peak memory at the end");
  app.add_flag("--profile", line.profile, "Print what each kind of task took at the end");
  add_report_files(app, line);
  app.add_option("--event-log", line.event_log,
                 "Append what happens to this file, or to a new one in this folder; treadle report reads it")
      ->type_name("PATH");
}

void add_output_options(CLI::App& app, CommandLine& line) {
  add_choice(app, "--format", line.format, kFormats, "table on a terminal, json elsewhere, unless said");
  app.add_option("-o,--output", line.output,
                 "Write the result here; .csv, .json and .parquet tell the format")
      ->type_name("PATH");
  app.add_flag("--overwrite", line.overwrite, "Replace an output that exists");
}

void add_errors(CLI::App& app, CommandLine& line) {
  add_choice(app, "--errors", line.errors_as_json, kErrorStyles, "How errors are written to standard error");
}

void add_commands(CLI::App& app, CommandLine& line) {
  CLI::App* run =
      app.add_subcommand("run", "Run a job described in JSON (docs/job-schema.json); prints one JSON object");
  run->add_option("JOB", line.subject, "The job's file; - reads standard input")->required();
  CLI::App* sql = app.add_subcommand(
      "sql", "Run a SELECT over files: treadle sql \"SELECT * FROM 'flights/*.csv' LIMIT 5\"");
  sql->add_option("QUERY", line.subject, "The statement; - reads standard input")->required();
  CLI::App* head = app.add_subcommand("head", "Show the first rows of files");
  head->add_option("FILE", line.subject, "A file, a pattern or a folder; CSV or Parquet")->required();
  head->add_option("-n,--rows", line.num_rows, "How many rows")
      ->check(CLI::Range(INT64_C(0), INT64_MAX))
      ->type_name("N");
  CLI::App* schema = app.add_subcommand("schema", "Show names and types of the columns of files");
  schema->add_option("FILE", line.subject, "A file, a pattern or a folder; CSV or Parquet")->required();
  CLI::App* report = app.add_subcommand("report", "Show a run from its event log, also one that was killed");
  report->add_option("LOG", line.subject, "The log, or a folder: the newest log in it")->required();
  add_report_files(*report, line);
  for (CLI::App* command : {run, sql, head}) add_run_options(*command, line);
  for (CLI::App* command : {run, sql, head, schema, report}) {
    add_output_options(*command, line);
    add_errors(*command, line);
  }
  run->callback([&line] { line.command = Command::kRun; });
  sql->callback([&line] { line.command = Command::kSql; });
  head->callback([&line] { line.command = Command::kHead; });
  schema->callback([&line] { line.command = Command::kSchema; });
  report->callback([&line] { line.command = Command::kReport; });
}

/// Throws InvalidArgument naming the nearest command if the first word is none.
void check_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || *argv[1] == '-') return;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  const std::string wanted = argv[1];
  if (std::find(names.begin(), names.end(), wanted) != names.end()) return;
  throw InvalidArgument("no command is named \"" + wanted + "\"" + nearest_hint(wanted, names) +
                        "; see treadle --help");
}

}  // namespace

Format CommandLine::resolved_format() const {
  if (format != Format::kAuto) return format;
  for (const auto& [name, known] : kFormats) {
    if (output.ends_with('.' + name)) return known;
  }
  return output.empty() && ::isatty(STDOUT_FILENO) == 1 ? Format::kTable : Format::kJson;
}

CommandLine read_command_line(int argc, char** argv, int& exit_code) {
  CommandLine line;
  CLI::App app("Treadle: dataframes larger than memory, on all cores.", "treadle");
  app.footer(kFooter);
  app.set_version_flag("--version", "treadle " + std::string(version()));
  app.require_subcommand(1);
  add_commands(app, line);
  check_command(app, argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    exit_code = app.exit(help, std::cout, std::cerr);
  } catch (const CLI::ParseError& error) {
    throw InvalidArgument(std::string(error.what()) + "; see treadle --help");
  }
  return line;
}

}  // namespace treadle::app
