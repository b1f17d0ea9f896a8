#pragma once

#include <nanobind/nanobind.h>

#include <utility>

#include "src/gil.h"

// References and the GIL, for threads that Python did not start.
namespace treadle::python {

/// A reference that any thread may drop. A thread without the GIL does not wait for it: the reference is
/// queued for one that has it. Once the interpreter goes, it is left where it is.
class SharedObject {
 public:
  SharedObject() = default;
  explicit SharedObject(nanobind::object object) : object_(object.release().ptr()) {}
  SharedObject(SharedObject&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  SharedObject& operator=(SharedObject&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~SharedObject() { reset(); }
  nanobind::handle get() const noexcept { return object_; }
  /// Another reference to the same. Under the GIL.
  SharedObject share() const { return SharedObject(nanobind::borrow(object_)); }
  /// Drops the reference now.
  void reset() noexcept {
    if (object_ != nullptr) drop(std::exchange(object_, nullptr));
  }
  explicit operator bool() const noexcept { return object_ != nullptr; }

 private:
  static void drop(PyObject* object) noexcept;
  PyObject* object_ = nullptr;
};

/// Drops now what threads without the GIL have queued, and waits for other threads that are doing so. Under
/// the GIL, with no exception set. Whoever waited for a run calls it before going on: objects that do
/// something when they are dropped with their run have done it. Throws nb::python_error for an interrupt
/// meanwhile.
void settle_dropped_references();

/// Holds the GIL while it lives; throws Cancelled once the interpreter goes. A thread of the engine keeps its
/// Python state from one task to the next, which makes holding the GIL again cheap, and drops the references
/// that other threads left behind.
class GilForTask {
 public:
  GilForTask();
  GilForTask(const GilForTask&) = delete;
  GilForTask& operator=(const GilForTask&) = delete;
  ~GilForTask() = default;

 private:
  struct Ready {
    Ready();
  };
  Ready ready_;
  GilAcquired acquired_;
  StayIfLeaving stay_;
};

}  // namespace treadle::python
