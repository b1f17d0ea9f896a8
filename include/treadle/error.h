#pragma once

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

namespace treadle {

/// The base of every exception that Treadle throws.
///
/// The subclasses are split by who can act: the caller (InvalidArgument, TypeError, NotFound, ParseError),
/// the world (IoError, OutOfMemory, Cancelled, EngineLost), the user's own task (TaskFailed), us
/// (InternalError). A message says what was expected, then what was found, values last.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  /// The class's name as users see it: in JSON errors, exit codes and the Python exceptions.
  virtual std::string_view kind() const noexcept { return "Error"; }
};

/// An argument, option or setting has a value that the call cannot take.
class InvalidArgument : public Error {
 public:
  using Error::Error;
  std::string_view kind() const noexcept override { return "InvalidArgument"; }
};

/// An operation was asked to work on types that it does not work on.
class TypeError : public Error {
 public:
  using Error::Error;
  std::string_view kind() const noexcept override { return "TypeError"; }
};

/// A name (column, function, file, key) that does not exist. The message suggests the nearest one there is.
class NotFound : public Error {
 public:
  using Error::Error;
  std::string_view kind() const noexcept override { return "NotFound"; }
};

/// Where in a text a ParseError is. Lines and columns count from 1; 0 means "not known".
struct TextPosition {
  std::string file;
  std::uint64_t line = 0;
  std::uint64_t column = 0;
};

/// Text (CSV, JSON, SQL, an expression) that is not of the form it should be.
class ParseError : public Error {
 public:
  /// The message becomes "FILE:LINE:COLUMN: message" with the parts that are known.
  ParseError(TextPosition position, const std::string& message);
  std::string_view kind() const noexcept override { return "ParseError"; }
  const TextPosition& position() const noexcept { return position_; }

 private:
  TextPosition position_;
};

/// The operating system or a store refused: a file is missing, unreadable, changed, the disk is full.
class IoError : public Error {
 public:
  using Error::Error;
  /// "MESSAGE: PATH: text of errno".
  static IoError from_errno(std::string_view message, std::string_view path, int error_number);
  std::string_view kind() const noexcept override { return "IoError"; }
};

/// The work does not fit its memory budget. The message names the operator, the bytes wanted and the setting.
class OutOfMemory : public Error {
 public:
  using Error::Error;
  std::string_view kind() const noexcept override { return "OutOfMemory"; }
};

/// The run was cancelled before it finished.
class Cancelled : public Error {
 public:
  Cancelled() : Error("the run was cancelled") {}
  using Error::Error;
  std::string_view kind() const noexcept override { return "Cancelled"; }
};

/// The engine (a pool, a cluster) went away while work was under way, or the work does not get on.
class EngineLost : public Error {
 public:
  using Error::Error;
  std::string_view kind() const noexcept override { return "EngineLost"; }
};

/// A task threw. Holds the key of the task, the chain of tasks that led to it, and the original exception.
class TaskFailed : public Error {
 public:
  TaskFailed(const std::string& task, const std::string& message, std::exception_ptr cause)
      : Error(message), task_(task), cause_(std::move(cause)) {}
  std::string_view kind() const noexcept override { return "TaskFailed"; }
  /// The readable name of the failed task.
  const std::string& task() const noexcept { return task_; }
  /// What the task threw; rethrow it to learn its type.
  const std::exception_ptr& cause() const noexcept { return cause_; }

 private:
  std::string task_;
  std::exception_ptr cause_;
};

/// A fault of Treadle's own. Asks for a report.
class InternalError : public Error {
 public:
  explicit InternalError(const std::string& message)
      : Error("internal error: " + message + " (please report this)") {}
  std::string_view kind() const noexcept override { return "InternalError"; }
};

}  // namespace treadle
