#include <simdjson.h>

#include <cstring>
#include <string>

#include "src/binding.h"

// json.loads() by the core's parser. What only Python's own reads (NaN, integers of any size) or refuses is
// left to it, so that results and errors are the same.
namespace treadle::python {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

/// Null with no error set: Python's own reader is to do it.
PyObject* object_of(const element& value);

PyObject* list_of(const simdjson::dom::array& items) {
  PyObject* list = PyList_New(0);
  for (const element& item : items) {
    PyObject* object = object_of(item);
    if (object == nullptr || PyList_Append(list, object) != 0) {
      Py_XDECREF(object);
      Py_DECREF(list);
      return nullptr;
    }
    Py_DECREF(object);
  }
  return list;
}

PyObject* text_of(std::string_view text) {
  return PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "strict");
}

PyObject* dict_of(const simdjson::dom::object& fields) {
  PyObject* dict = PyDict_New();
  for (const auto& field : fields) {
    PyObject* name = text_of(field.key);
    PyObject* object = name == nullptr ? nullptr : object_of(field.value);
    const bool added = object != nullptr && PyDict_SetItem(dict, name, object) == 0;
    Py_XDECREF(name);
    Py_XDECREF(object);
    if (!added) {
      Py_DECREF(dict);
      return nullptr;
    }
  }
  return dict;
}

PyObject* object_of(const element& value) {
  switch (value.type()) {
    case element_type::INT64:
      return PyLong_FromLongLong(std::int64_t{value});
    case element_type::UINT64:
      return PyLong_FromUnsignedLongLong(std::uint64_t{value});
    case element_type::DOUBLE:
      return PyFloat_FromDouble(double{value});
    case element_type::BOOL:
      return PyBool_FromLong(bool{value} ? 1 : 0);
    case element_type::STRING:
      return text_of(std::string_view(value));
    case element_type::ARRAY:
      return list_of(simdjson::dom::array(value));
    case element_type::OBJECT:
      return dict_of(simdjson::dom::object(value));
    default:
      return Py_NewRef(Py_None);
  }
}

nb::object pythons_own(nb::handle text) { return nb::module_::import_("json").attr("loads")(text); }

nb::object json_loads(nb::handle text) {
  // A parser a thread: its memory serves one text after the other.
  thread_local simdjson::dom::parser parser;
  thread_local std::string padded;
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_Check(text.ptr()) ? PyUnicode_AsUTF8AndSize(text.ptr(), &size) : nullptr;
  if (bytes == nullptr) {
    PyErr_Clear();
    return pythons_own(text);
  }
  const auto length = static_cast<std::size_t>(size);
  if (padded.size() < length + simdjson::SIMDJSON_PADDING)
    padded.resize(2 * (length + simdjson::SIMDJSON_PADDING));
  std::memcpy(padded.data(), bytes, length);
  element value;
  if (parser.parse(padded.data(), length, false).get(value) != simdjson::SUCCESS) return pythons_own(text);
  PyObject* object = object_of(value);
  if (object == nullptr) {
    PyErr_Clear();
    return pythons_own(text);
  }
  return nb::steal(object);
}

}  // namespace

void bind_json_loads(nb::module_& module) { module.def("bag_json_loads", json_loads, nb::arg("text")); }

}  // namespace treadle::python
