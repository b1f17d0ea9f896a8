#include "src/shared_object.h"

namespace treadle::python {

namespace nb = nanobind;

bool interpreter_is_ending() {
#if PY_VERSION_HEX >= 0x030D0000
  return Py_IsInitialized() == 0 || Py_IsFinalizing() != 0;
#else
  return Py_IsInitialized() == 0 || _Py_IsFinalizing() != 0;
#endif
}

SharedObject::~SharedObject() {
  if (!object_.is_valid()) return;
  if (interpreter_is_ending()) {
    object_.release();
    return;
  }
  const nb::gil_scoped_acquire acquire;
  object_.reset();
}

}  // namespace treadle::python
