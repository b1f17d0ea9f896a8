#include "src/errors.h"

#include <cerrno>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>

#include "src/binding.h"
#include "src/python_raised.h"

// Exceptions of the core become classes of treadle.errors, which also derive from the built-in that says the
// same.
namespace treadle::python {
namespace {

void raise(const std::string& name, const char* message) {
  const nb::object type = nb::module_::import_("treadle.errors").attr(name.c_str());
  PyErr_SetString(type.ptr(), message);
}

bool says_not_found(std::string_view message) {
  return message.find("no file matches") != std::string_view::npos ||
         message.find(std::generic_category().message(ENOENT)) != std::string_view::npos;
}

void translate(const std::exception_ptr& error, void*);

/// What the user's own function raised is what they want to see, with its type and its line. Whether it could
/// be shown so.
bool raise_cause(const std::exception_ptr& cause) {
  if (!cause) return false;
  try {
    std::rethrow_exception(cause);
  } catch (const PythonRaised& raised) {
    raised.raise();
    return true;
  } catch (const Error&) {
    translate(std::current_exception(), nullptr);
    return true;
  } catch (...) {
    return false;
  }
}

void translate(const std::exception_ptr& error, void*) {
  try {
    std::rethrow_exception(error);
  } catch (const PythonRaised& raised) {
    raised.raise();
  } catch (const TaskFailed& failed) {
    if (!raise_cause(failed.cause())) raise("TaskFailed", failed.what());
  } catch (const Error& known) {
    raise(error_class(known), known.what());
  }
}

}  // namespace

std::string error_class(const Error& error) {
  const std::string kind(error.kind());
  // A file that is not there is a FileNotFoundError, as Python's own functions have it.
  return kind == "IoError" && says_not_found(error.what()) ? "FileNotFound" : kind;
}

void bind_errors(nb::module_&) { nb::register_exception_translator(translate, nullptr); }

}  // namespace treadle::python
