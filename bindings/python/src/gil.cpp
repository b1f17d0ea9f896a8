#include "src/gil.h"

#include <unistd.h>

#include <atomic>

namespace treadle::python {
namespace {

/// The process is about to go: never changes back.
std::atomic<bool> leaving{false};
thread_local bool leaves_here = false;

[[noreturn]] void stay() {
  for (;;) ::pause();
}

/// Around a call that Python may unwind instead of returning from it.
class StayUnlessReturned {
 public:
  StayUnlessReturned() = default;
  StayUnlessReturned(const StayUnlessReturned&) = delete;
  StayUnlessReturned& operator=(const StayUnlessReturned&) = delete;
  ~StayUnlessReturned() {
    if (!returned_) stay();
  }
  void returned() { returned_ = true; }

 private:
  bool returned_ = false;
};

}  // namespace

void restore_thread(PyThreadState* state) {
  StayUnlessReturned guard;
  PyEval_RestoreThread(state);
  guard.returned();
}

PyGILState_STATE ensure_gil() {
  StayUnlessReturned guard;
  const PyGILState_STATE held = PyGILState_Ensure();
  guard.returned();
  return held;
}

bool interpreter_is_ending() {
#if PY_VERSION_HEX >= 0x030D0000
  return Py_IsInitialized() == 0 || Py_IsFinalizing() != 0;
#else
  return Py_IsInitialized() == 0 || _Py_IsFinalizing() != 0;
#endif
}

void begin_to_leave() {
  leaves_here = true;
  leaving = true;
}

bool others_leave() { return (leaving || interpreter_is_ending()) && !leaves_here; }

GilReleased::~GilReleased() {
  if (others_leave()) stay();
  restore_thread(state_);
}

StayIfLeaving::~StayIfLeaving() {
  if (!others_leave()) return;
  if (!interpreter_is_ending() && PyGILState_Check() != 0) PyEval_SaveThread();
  stay();
}

}  // namespace treadle::python
