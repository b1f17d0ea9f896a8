#include "src/python_object.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "src/python_raised.h"
#include "treadle/error.h"

namespace treadle::python {
namespace {

constexpr int kMostSampled = 10;

std::size_t size_of(nb::handle object, int depth);

/// What the items of a container hold, by a sample of them.
std::size_t size_of_items(nb::handle container, int depth) {
  const Py_ssize_t count = PyObject_Length(container.ptr());
  if (count <= 0) return 0;
  std::size_t sampled = 0;
  int seen = 0;
  const bool dict = PyDict_CheckExact(container.ptr()) != 0;
  for (const nb::handle item : nb::iter(container)) {
    sampled += size_of(item, depth - 1);
    if (dict) sampled += size_of(nb::steal(PyObject_GetItem(container.ptr(), item.ptr())), depth - 1);
    if (++seen == kMostSampled) break;
  }
  return sampled * static_cast<std::size_t>(count) / static_cast<std::size_t>(seen);
}

bool is_container(nb::handle object) {
  return PyList_CheckExact(object.ptr()) || PyTuple_CheckExact(object.ptr()) ||
         PyDict_CheckExact(object.ptr()) || PyAnySet_CheckExact(object.ptr());
}

/// What an attribute or a method without arguments says; nothing if there is none or it is no size.
std::size_t asked_size(nb::handle object, const char* name, bool call) {
  nb::object answer = nb::steal(PyObject_GetAttrString(object.ptr(), name));
  if (answer && call) answer = nb::steal(PyObject_CallNoArgs(answer.ptr()));
  const Py_ssize_t size = answer && PyLong_Check(answer.ptr()) ? PyLong_AsSsize_t(answer.ptr()) : 0;
  PyErr_Clear();
  return static_cast<std::size_t>(std::max<Py_ssize_t>(size, 0));
}

std::size_t size_of(nb::handle object, int depth) {
  constexpr std::size_t kSmall = 32;
  PyObject* const raw = object.ptr();
  if (raw == Py_None || PyLong_CheckExact(raw) || PyFloat_CheckExact(raw) || PyBool_Check(raw)) return kSmall;
  const std::size_t own = asked_size(object, "__sizeof__", true);
  if (is_container(object)) return own + (depth > 0 ? size_of_items(object, depth) : 0);
  if (PyUnicode_CheckExact(raw) || PyBytes_CheckExact(raw) || PyType_Check(raw) || PyCallable_Check(raw))
    return own;
  return std::max(own, asked_size(object, "nbytes", false));
}

std::vector<Conversion>& conversions() {
  static std::vector<Conversion>& all =
      *new std::vector<Conversion>;  // NOLINT(cppcoreguidelines-owning-memory): outlives all threads
  return all;
}

template <class T>
Conversion of_number_or_text() {
  return {
      [](const Value& value) { return value.holds<T>(); },
      [](const Value& value) -> nb::object {
        if constexpr (std::is_same_v<T, std::string>) {
          const std::string& text = value.get<T>();
          return nb::steal(PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
        } else if constexpr (std::is_same_v<T, double>) {
          return nb::float_(value.get<T>());
        } else {
          return nb::int_(value.get<T>());
        }
      }};
}

}  // namespace

PythonObject::PythonObject(nb::object object) : object_(nb::borrow(object)), nbytes_(size_of(object, 3)) {}

nb::bytes pickled(nb::handle object) {
  try {
    return nb::borrow<nb::bytes>(nb::module_::import_("pickle").attr("dumps")(object, 5));
  } catch (nb::python_error&) {
    return nb::borrow<nb::bytes>(nb::module_::import_("cloudpickle").attr("dumps")(object, 5));
  }
}

nb::object unpickled(nb::handle bytes) { return nb::module_::import_("pickle").attr("loads")(bytes); }

void add_conversion(const Conversion& conversion) { conversions().push_back(conversion); }

nb::object to_python(const Value& value) {
  if (value.holds<PythonObject>()) return nb::borrow(value.get<PythonObject>().get());
  for (const Conversion& conversion : conversions()) {
    if (conversion.holds(value)) return conversion.to_python(value);
  }
  throw InternalError("no Python object stands for a value of kind " + std::string(value.kind()));
}

Value from_python(nb::handle object) {
  for (const Conversion& conversion : conversions()) {
    if (conversion.takes != nullptr && conversion.takes(object)) return conversion.from_python(object);
  }
  return Value::of(PythonObject(nb::borrow(object)));
}

void bind_python_object(nb::module_&) {
  add_conversion(of_number_or_text<std::int64_t>());
  add_conversion(of_number_or_text<double>());
  add_conversion(of_number_or_text<std::string>());
}

}  // namespace treadle::python

namespace treadle {

void Codec<python::PythonObject>::write(const python::PythonObject& object, ByteSink& sink) {
  python::with_gil_in_task([&] {
    const nanobind::bytes bytes = python::pickled(object.get());
    const std::uint64_t size = bytes.size();
    const python::GilReleased release;
    sink.write(&size, sizeof size);
    sink.write(bytes.c_str(), size);
  });
}

python::PythonObject Codec<python::PythonObject>::read(ByteSource& source) {
  std::uint64_t size = 0;
  source.read(&size, sizeof size);
  std::string text;
  // In steps: a corrupt length ends at the source's end instead of allocating what it claims.
  constexpr std::uint64_t kStep = std::uint64_t{64} << 20;
  while (text.size() < size) {
    const std::size_t before = text.size();
    text.resize(before + static_cast<std::size_t>(std::min(size - before, kStep)));
    source.read(text.data() + before, text.size() - before);
  }
  return python::with_gil_in_task(
      [&] { return python::PythonObject(python::unpickled(nanobind::bytes(text.data(), text.size()))); });
}

}  // namespace treadle
