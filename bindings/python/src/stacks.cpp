#include <cstdint>
#include <utility>

#include "src/binding.h"

// Where other threads are in Python: for profiles and call stacks.
namespace treadle::python {
namespace {

/// No collection runs while it lives: it would run finalizers, which may let other threads go on.
class NoCollection {
 public:
  NoCollection() : was_enabled_(PyGC_Disable() != 0) {}
  NoCollection(const NoCollection&) = delete;
  NoCollection& operator=(const NoCollection&) = delete;
  ~NoCollection() {
    if (was_enabled_) PyGC_Enable();
  }

 private:
  bool was_enabled_;
};

template <class T>
nb::object owned(T* object) {
  return nb::steal(reinterpret_cast<PyObject*>(object));
}

/// (code, line) of what the innermost frame of `border` called, the outermost first; none if there is no such
/// frame.
nb::object stack_above(PyThreadState* thread, nb::handle border) {
  nb::list stack;
  nb::object frame = owned(PyThreadState_GetFrame(thread));
  while (frame.is_valid()) {
    auto* raw = reinterpret_cast<PyFrameObject*>(frame.ptr());
    nb::object code = owned(PyFrame_GetCode(raw));
    if (code.is(border)) {
      stack.attr("reverse")();
      return stack;
    }
    stack.append(nb::make_tuple(code, PyFrame_GetLineNumber(raw)));
    frame = owned(PyFrame_GetBack(raw));
  }
  return nb::none();
}

/// This thread as stacks_above() takes it. It lives as long as the thread calls Python.
std::uintptr_t this_thread() { return reinterpret_cast<std::uintptr_t>(PyThreadState_Get()); }

/// Stacks of `threads`, numbers to what this_thread() answered there, by their numbers; each of them is
/// within a call now. The interpreter's own list of threads is not gone through: without the GIL others add
/// to it, and a thread is in it before it has a stack. The GIL is held throughout, and no frame is kept: a
/// frame that ends while another thread holds it is what sys._current_frames() risks.
nb::dict stacks_above(nb::handle border, const nb::dict& threads) {
  const NoCollection calm;
  nb::dict found;
  for (const auto [number, address] : threads) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): Python keeps it as a number.
    auto* thread = reinterpret_cast<PyThreadState*>(nb::cast<std::uintptr_t>(address));
    if (thread == PyThreadState_Get()) continue;
    nb::object stack = stack_above(thread, border);
    if (!stack.is_none()) found[number] = std::move(stack);
  }
  return found;
}

}  // namespace

void bind_stacks(nb::module_& module) {
  module.def("this_thread", this_thread);
  module.def("stacks_above", stacks_above, nb::arg("border"), nb::arg("threads"));
}

}  // namespace treadle::python
