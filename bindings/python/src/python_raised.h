#pragma once

#include <exception>
#include <memory>
#include <string>

#include "src/binding.h"
#include "src/shared_object.h"

namespace treadle::python {

/// What a function of Python raised in a task. Unlike nanobind's exception it may be held by several, who all
/// ask for it, and be dropped by any thread at any time: without the GIL, also while the interpreter goes.
class PythonRaised final : public std::exception {
 public:
  /// Takes over what is raised in this thread. Under the GIL.
  static PythonRaised take();
  /// Raises it in this thread. Under the GIL.
  void raise() const noexcept;
  /// The exception, with its traceback.
  nanobind::handle value() const noexcept { return value_->get(); }
  const char* what() const noexcept override { return text_->c_str(); }

 private:
  PythonRaised(nanobind::object value, std::string text);
  std::shared_ptr<const SharedObject> value_;
  std::shared_ptr<const std::string> text_;
};

/// Calls `function`, which calls Python, in a task. Throws PythonRaised for what Python raises there.
template <class Function>
auto with_gil_in_task(Function&& function) {
  const GilForTask gil;
  try {
    return function();
  } catch (nanobind::python_error& raised) {
    raised.restore();
    throw PythonRaised::take();
  }
}

}  // namespace treadle::python
