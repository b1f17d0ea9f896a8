#include <exception>

#include "src/binding.h"
#include "treadle/error.h"

// Exceptions of the core become classes of treadle.errors, which also derive from the built-in that says the
// same.
namespace treadle::python {
namespace {

void raise(const char* name, const char* message) {
  const nb::object type = nb::module_::import_("treadle.errors").attr(name);
  PyErr_SetString(type.ptr(), message);
}

void translate(const std::exception_ptr& error, void*) {
  try {
    std::rethrow_exception(error);
  } catch (const TaskFailed& failed) {
    // What the user's own function raised is what they want to see, with its type and its line.
    if (failed.cause()) {
      try {
        std::rethrow_exception(failed.cause());
      } catch (nb::python_error& cause) {
        cause.restore();
        return;
      } catch (const Error&) {
        translate(std::current_exception(), nullptr);
        return;
      } catch (...) {
      }
    }
    raise("TaskFailed", failed.what());
  } catch (const Error& known) {
    raise(std::string(known.kind()).c_str(), known.what());
  }
}

}  // namespace

void bind_errors(nb::module_&) { nb::register_exception_translator(translate, nullptr); }

}  // namespace treadle::python
