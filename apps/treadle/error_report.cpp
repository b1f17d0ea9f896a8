#include "error_report.h"

#include <algorithm>
#include <array>
#include <new>
#include <string_view>

#include "jobs/json_rows.h"
#include "treadle/error.h"
#include "treadle/job.h"

namespace treadle::app {
namespace {

struct ExitCode {
  std::string_view kind;
  int code;
};
constexpr std::array<ExitCode, 10> kExitCodes = {{
    {"InvalidArgument", 2},
    {"TypeError", 2},
    {"NotFound", 2},
    {"ParseError", 2},
    {"IoError", 3},
    {"OutOfMemory", 4},
    {"TaskFailed", 5},
    {"EngineLost", 6},
    {"InternalError", 70},
    {"Cancelled", 130},
}};

int exit_code_of(std::string_view kind) {
  const auto found =
      std::find_if(kExitCodes.begin(), kExitCodes.end(), [&](const ExitCode& c) { return c.kind == kind; });
  return found == kExitCodes.end() ? 70 : found->code;
}

ErrorReport report_of(const Error& error) {
  ErrorReport report;
  report.kind = error.kind();
  report.message = error.what();
  report.exit_code = exit_code_of(report.kind);
  if (const auto* place = dynamic_cast<const JobPlace*>(&error)) report.pointer = place->pointer();
  if (const auto* parse = dynamic_cast<const ParseError*>(&error)) {
    report.file = parse->position().file;
    report.line = parse->position().line;
    report.column = parse->position().column;
  }
  return report;
}

void append_member(std::string& out, const char* key, const std::string& value) {
  out += std::string(",\"") + key + "\":";
  jobs::append_json_text(out, value);
}

}  // namespace

ErrorReport report_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& known) {
    return report_of(known);
  } catch (const std::bad_alloc&) {
    return report_of(OutOfMemory("the system has no more memory; lower --memory-limit"));
  } catch (const std::exception& unknown) {
    return report_of(InternalError(unknown.what()));
  } catch (...) {
    return report_of(InternalError("an exception of unknown type"));
  }
}

std::string ErrorReport::to_json() const {
  std::string out = "{\"status\":\"error\",\"error\":{\"kind\":";
  jobs::append_json_text(out, kind);
  append_member(out, "message", message);
  if (!pointer.empty()) append_member(out, "pointer", pointer);
  if (line > 0) {
    out += ",\"position\":{\"line\":" + std::to_string(line) + ",\"column\":" + std::to_string(column);
    if (!file.empty()) append_member(out, "file", file);
    out += '}';
  }
  return out + ",\"exit_code\":" + std::to_string(exit_code) + "}}\n";
}

std::string ErrorReport::text() const { return "treadle: " + kind + ": " + message + "\n"; }

}  // namespace treadle::app
