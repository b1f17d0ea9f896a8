#pragma once

#include <exception>
#include <string>

namespace treadle::app {

/// An exception as users see it.
struct ErrorReport {
  int exit_code = 70;
  std::string kind;
  std::string message;
  /// {"error": {"kind", "message", "exit_code", position and pointer where known}}, with "status": "error"
  /// before it.
  std::string to_json() const;
  std::string text() const;

  std::string pointer;
  std::string file;
  unsigned long line = 0;
  unsigned long column = 0;
};

/// What `error` comes to.
ErrorReport report_of(const std::exception_ptr& error);

/// Thrown when the reader of standard output went away: nothing is wrong, and nothing is left to do.
struct OutputClosed {};

}  // namespace treadle::app
