#include "src/python_raised.h"

#include <memory>
#include <string>
#include <utility>

namespace treadle::python {
namespace {

/// "ValueError: what it says". Leaves no exception behind.
std::string text_of(nanobind::handle value) {
  std::string text = Py_TYPE(value.ptr())->tp_name;
  const nanobind::object said = nanobind::steal(PyObject_Str(value.ptr()));
  const char* utf8 = said ? PyUnicode_AsUTF8(said.ptr()) : nullptr;
  if (utf8 != nullptr && *utf8 != '\0') text.append(": ").append(utf8);
  PyErr_Clear();
  return text;
}

/// The exception that is set in this thread, which is then no more.
nanobind::object raised_here() {
#if PY_VERSION_HEX >= 0x030C0000
  return nanobind::steal(PyErr_GetRaisedException());
#else
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  if (traceback != nullptr) PyException_SetTraceback(value, traceback);
  Py_XDECREF(type);
  Py_XDECREF(traceback);
  return nanobind::steal(value);
#endif
}

}  // namespace

PythonRaised::PythonRaised(nanobind::object value, std::string text)
    : value_(std::make_shared<const SharedObject>(std::move(value))),
      text_(std::make_shared<const std::string>(std::move(text))) {}

PythonRaised PythonRaised::take() {
  nanobind::object value = raised_here();
  std::string text = text_of(value);
  return {std::move(value), std::move(text)};
}

void PythonRaised::raise() const noexcept {
  const nanobind::object traceback = nanobind::steal(PyException_GetTraceback(value().ptr()));
  PyErr_Restore(value().type().inc_ref().ptr(), value().inc_ref().ptr(),
                traceback ? nanobind::object(traceback).release().ptr() : nullptr);
}

}  // namespace treadle::python
