#pragma once

#include <nanobind/nanobind.h>

// The GIL and the end of the interpreter. Python ends threads that ask a finalizing interpreter for the GIL
// by unwinding their stacks, which C++ code does not survive: it has destructors. So threads of ours that
// would get there stay where they are, for ever; the process goes without them.
namespace treadle::python {

/// Whether the interpreter goes. A thread that asks it for the GIL would never wake up.
bool interpreter_is_ending();

/// The interpreter is about to go, in this thread: no other of ours takes the GIL from now on.
void begin_to_leave();
/// Whether another thread has begun to leave.
bool others_leave();

/// PyEval_RestoreThread() and PyGILState_Ensure(), but a thread that the interpreter would unwind in there,
/// as it began to go while the thread waited, stays there.
void restore_thread(PyThreadState* state);
PyGILState_STATE ensure_gil();

/// Holds the GIL while it lives.
class GilAcquired {
 public:
  GilAcquired() : held_(ensure_gil()) {}
  GilAcquired(const GilAcquired&) = delete;
  GilAcquired& operator=(const GilAcquired&) = delete;
  ~GilAcquired() { PyGILState_Release(held_); }

 private:
  PyGILState_STATE held_;
};

/// Without the GIL while it lives. Used by any thread that has it.
class GilReleased {
 public:
  GilReleased() : state_(PyEval_SaveThread()) {}
  GilReleased(const GilReleased&) = delete;
  GilReleased& operator=(const GilReleased&) = delete;
  ~GilReleased();

 private:
  PyThreadState* state_;
};

/// Innermost around a call of Python in a thread of the engine: holds the thread back, without the GIL, once
/// another one has begun to leave, be it that the call returned or that Python unwinds the thread.
class StayIfLeaving {
 public:
  StayIfLeaving() = default;
  StayIfLeaving(const StayIfLeaving&) = delete;
  StayIfLeaving& operator=(const StayIfLeaving&) = delete;
  ~StayIfLeaving();
};

}  // namespace treadle::python
