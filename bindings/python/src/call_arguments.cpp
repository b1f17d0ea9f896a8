#include "src/call_arguments.h"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace treadle::python {
namespace {

using Kind = CallArgument::Kind;

/// Guards against containers that hold themselves.
class Nesting {
 public:
  Nesting() {
    if (Py_EnterRecursiveCall(" while looking for lazy values in an argument") != 0) throw nb::python_error();
  }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;
  ~Nesting() { Py_LeaveRecursiveCall(); }
};

CallArgument constant(nb::handle object) {
  CallArgument argument;
  argument.object = SharedObject(nb::borrow(object));
  return argument;
}

/// Whether any item is more than a constant.
bool holds_lazy(const std::vector<CallArgument>& items) {
  for (const CallArgument& item : items) {
    if (item.kind != Kind::kConstant) return true;
  }
  return false;
}

CallArgument container(Kind kind, nb::handle whole, std::vector<CallArgument> items) {
  if (!holds_lazy(items)) return constant(whole);
  CallArgument argument;
  argument.kind = kind;
  argument.items = std::move(items);
  return argument;
}

std::vector<CallArgument> read_items(nb::handle sequence, LazyFinder& finder) {
  const Nesting nesting;
  std::vector<CallArgument> items;
  for (const nb::handle item : nb::iter(sequence)) items.push_back(read_argument(item, finder));
  return items;
}

std::vector<CallArgument> read_dict(nb::handle dict, LazyFinder& finder) {
  const Nesting nesting;
  std::vector<CallArgument> items;
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(dict.ptr(), &position, &key, &value) != 0) {
    items.push_back(read_argument(key, finder));
    items.push_back(read_argument(value, finder));
  }
  return items;
}

std::vector<CallArgument> read_slice(nb::handle slice, LazyFinder& finder) {
  std::vector<CallArgument> items;
  for (const char* part : {"start", "stop", "step"}) items.push_back(read_argument(slice.attr(part), finder));
  return items;
}

CallArgument read_data_class(nb::handle object, nb::handle fields, LazyFinder& finder) {
  const Nesting nesting;
  std::vector<CallArgument> items;
  std::vector<SharedObject> names;
  for (const nb::handle name : nb::iter(fields)) {
    nb::object value = nb::steal(PyObject_GetAttr(object.ptr(), name.ptr()));
    if (!value) {
      PyErr_Clear();  // a field that was never set stays so
      continue;
    }
    items.push_back(read_argument(value, finder));
    names.emplace_back(nb::borrow(name));
  }
  CallArgument argument = container(Kind::kDataClass, object, std::move(items));
  if (argument.kind != Kind::kConstant) {
    argument.object = SharedObject(nb::borrow(object));
    argument.names = std::move(names);
  }
  return argument;
}

/// What an instance's class has by a name; empty if it has not.
nb::object class_attribute(nb::handle object, const char* name) {
  nb::object found =
      nb::steal(PyObject_GetAttrString(reinterpret_cast<PyObject*>(Py_TYPE(object.ptr())), name));
  if (!found) PyErr_Clear();
  return found;
}

CallArgument read_instance(nb::handle object, LazyFinder& finder) {
  if (PyType_Check(object.ptr()) || PyCallable_Check(object.ptr())) return constant(object);
  if (PyTuple_Check(object.ptr())) {
    if (!class_attribute(object, "_fields")) return constant(object);
    CallArgument argument = container(Kind::kNamedTuple, object, read_items(object, finder));
    if (argument.kind != Kind::kConstant) argument.object = SharedObject(nb::borrow(object.type()));
    return argument;
  }
  const nb::object fields = class_attribute(object, "__dataclass_fields__");
  return fields ? read_data_class(object, fields, finder) : constant(object);
}

/// The type of the containers that an iterator goes over; null for iterators that may have no end, or make
/// their items as they go.
PyTypeObject* iterated_type(PyObject* object) {
  if (Py_IS_TYPE(object, &PyListIter_Type)) return &PyList_Type;
  if (Py_IS_TYPE(object, &PyTupleIter_Type)) return &PyTuple_Type;
  if (Py_IS_TYPE(object, &PySetIter_Type)) return &PySet_Type;
  return nullptr;
}

/// What is left of a container's iterator stands for it: a call may be made later, twice, or elsewhere.
CallArgument read_iterator(nb::handle iterator, PyTypeObject* type, LazyFinder& finder) {
  return read_argument(nb::steal(PyObject_CallOneArg(reinterpret_cast<PyObject*>(type), iterator.ptr())),
                       finder);
}

bool is_plain(PyObject* object) {
  return object == Py_None || PyLong_CheckExact(object) || PyFloat_CheckExact(object) ||
         PyUnicode_CheckExact(object) || PyBool_Check(object) || PyBytes_CheckExact(object) ||
         PyFunction_Check(object);
}

nb::object make_list(const CallArgument& argument, std::span<const Value> inputs) {
  nb::object list = nb::steal(PyList_New(static_cast<Py_ssize_t>(argument.items.size())));
  for (std::size_t i = 0; i < argument.items.size(); ++i) {
    PyList_SET_ITEM(list.ptr(), static_cast<Py_ssize_t>(i),
                    make_argument(argument.items[i], inputs).release().ptr());
  }
  return list;
}

nb::object make_dict(const CallArgument& argument, std::span<const Value> inputs) {
  nb::dict dict;
  for (std::size_t i = 0; i < argument.items.size(); i += 2) {
    dict[make_argument(argument.items[i], inputs)] = make_argument(argument.items[i + 1], inputs);
  }
  return dict;
}

nb::object make_data_class(const CallArgument& argument, std::span<const Value> inputs) {
  nb::object copy = nb::module_::import_("copy").attr("copy")(argument.object.get());
  const nb::object set = nb::module_::import_("builtins").attr("object").attr("__setattr__");
  for (std::size_t i = 0; i < argument.items.size(); ++i) {
    set(copy, argument.names[i].get(), make_argument(argument.items[i], inputs));
  }
  return copy;
}

nb::object checked(PyObject* made) {
  if (made == nullptr) throw nb::python_error();
  return nb::steal(made);
}

}  // namespace

CallArgument CallArgument::share() const {
  CallArgument copy;
  copy.kind = kind;
  copy.input = input;
  if (object) copy.object = object.share();
  for (const CallArgument& item : items) copy.items.push_back(item.share());
  for (const SharedObject& name : names) copy.names.push_back(name.share());
  return copy;
}

CallArgument read_argument(nb::handle object, LazyFinder& finder) {
  PyObject* const raw = object.ptr();
  if (is_plain(raw)) return constant(object);
  if (PyList_CheckExact(raw)) return container(Kind::kList, object, read_items(object, finder));
  if (PyTuple_CheckExact(raw)) return container(Kind::kTuple, object, read_items(object, finder));
  if (PyDict_CheckExact(raw)) return container(Kind::kDict, object, read_dict(object, finder));
  if (PySet_CheckExact(raw)) return container(Kind::kSet, object, read_items(object, finder));
  if (PyFrozenSet_CheckExact(raw)) return container(Kind::kFrozenSet, object, read_items(object, finder));
  if (PyTypeObject* const type = iterated_type(raw); type != nullptr)
    return read_iterator(object, type, finder);
  if (PySlice_Check(raw)) return container(Kind::kSlice, object, read_slice(object, finder));
  const std::uint32_t input = finder.input_of(object);
  if (input == LazyFinder::kNotLazy) return read_instance(object, finder);
  CallArgument argument;
  argument.kind = Kind::kInput;
  argument.input = input;
  return argument;
}

nb::object make_argument(const CallArgument& argument, std::span<const Value> inputs) {
  switch (argument.kind) {
    case Kind::kConstant:
      return nb::borrow(argument.object.get());
    case Kind::kInput:
      return to_python(inputs[argument.input]);
    case Kind::kDict:
      return make_dict(argument, inputs);
    case Kind::kDataClass:
      return make_data_class(argument, inputs);
    default:
      break;
  }
  nb::object list = make_list(argument, inputs);
  if (argument.kind == Kind::kList) return list;
  if (argument.kind == Kind::kSet) return checked(PySet_New(list.ptr()));
  if (argument.kind == Kind::kFrozenSet) return checked(PyFrozenSet_New(list.ptr()));
  if (argument.kind == Kind::kSlice) {
    return checked(
        PySlice_New(nb::object(list[0]).ptr(), nb::object(list[1]).ptr(), nb::object(list[2]).ptr()));
  }
  nb::object tuple = checked(PyList_AsTuple(list.ptr()));
  if (argument.kind == Kind::kTuple) return tuple;
  return checked(PyObject_CallObject(argument.object.get().ptr(), tuple.ptr()));
}

}  // namespace treadle::python
