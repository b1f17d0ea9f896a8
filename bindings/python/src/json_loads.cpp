#include <simdjson.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "bag/json_parser.h"
#include "src/binding.h"

// json.loads() by the core's parser. What only Python's own reads (NaN, integers of any size) or refuses is
// left to it, so that results and errors are the same.
namespace treadle::python {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

PyObject* text_of(std::string_view text) {
  return PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "strict");
}

/// Names of fields that were met: records have the same ones, and a text that is there needs neither be made
/// nor hashed again.
class KnownNames {
 public:
  /// A new reference; null with an error set.
  PyObject* get(std::string_view name) {
    if (name.empty() || name.size() > kLongest) return text_of(name);
    const auto first = static_cast<unsigned char>(name.front());
    const auto last = static_cast<unsigned char>(name.back());
    Known& known = known_[(name.size() * 31 + first * 7 + last) % kSlots];
    if (known.text != name || !known.object.is_valid()) {
      nb::object made = nb::steal(text_of(name));
      if (!made.is_valid()) return nullptr;
      known.object = std::move(made);
      known.text = name;
    }
    return Py_NewRef(known.object.ptr());
  }

 private:
  static constexpr std::size_t kSlots = 128, kLongest = 64;
  struct Known {
    std::string text;
    nb::object object;
  };
  std::array<Known, kSlots> known_;
};

/// Makes objects of what the parser holds.
class ObjectMaker {
 public:
  /// Null with no error set: Python's own reader is to do it.
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

 private:
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

  PyObject* dict_of(const simdjson::dom::object& fields) {
    PyObject* dict = PyDict_New();
    for (const auto& field : fields) {
      PyObject* name = names_.get(field.key);
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

  KnownNames names_;
};

nb::object pythons_own(nb::handle text) { return nb::module_::import_("json").attr("loads")(text); }

/// Reads one text after the other. By one thread at a time, as whoever has it does not share it.
class JsonReader {
 public:
  nb::object loads(nb::handle text) {
    Py_ssize_t size = 0;
    const char* bytes = PyUnicode_Check(text.ptr()) ? PyUnicode_AsUTF8AndSize(text.ptr(), &size) : nullptr;
    if (bytes == nullptr) {
      PyErr_Clear();
      return pythons_own(text);
    }
    const std::string_view whole(bytes, static_cast<std::size_t>(size));
    element value;
    // The parser passes over a mark of the byte order; Python does not.
    if (whole.starts_with("\xEF\xBB\xBF") || parser_.parse(whole, value) != simdjson::SUCCESS)
      return pythons_own(text);
    PyObject* object = maker_.object_of(value);
    if (object == nullptr) {
      PyErr_Clear();
      return pythons_own(text);
    }
    return nb::steal(object);
  }

 private:
  bag::JsonParser parser_;
  ObjectMaker maker_;
};

}  // namespace

void bind_json_loads(nb::module_& module) {
  nb::class_<JsonReader>(module, "JsonReader")
      .def(nb::init<>())
      .def("loads", &JsonReader::loads, nb::arg("text"));
}

}  // namespace treadle::python
