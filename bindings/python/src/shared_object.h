#pragma once

#include <nanobind/nanobind.h>

namespace treadle::python {

/// Whether the interpreter goes. A thread that asks it for the GIL would never wake up.
bool interpreter_is_ending();

/// A reference that any thread may drop. Once the interpreter goes, it is left where it is.
class SharedObject {
 public:
  explicit SharedObject(nanobind::object object) : object_(std::move(object)) {}
  SharedObject(const SharedObject&) = delete;
  SharedObject& operator=(const SharedObject&) = delete;
  ~SharedObject();
  nanobind::handle get() const { return object_; }
  /// Drops the reference now. Under the GIL.
  void reset() { object_.reset(); }

 private:
  nanobind::object object_;
};

}  // namespace treadle::python
