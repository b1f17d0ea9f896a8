#include "src/json_steps.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bag/json_function.h"
#include "src/blocks.h"
#include "src/object_bytes.h"
#include "src/python_call.h"
#include "src/python_object.h"
#include "src/python_raised.h"
#include "treadle/error.h"
#include "treadle/item.h"

// Simple functions of Python over JSON, which treadle.bag.simple_functions has read, as the core's.
namespace treadle::python {
namespace {

using bag::JsonFunction;
using bag::JsonFunctionPtr;
using bag::JsonUse;

nb::object text_of(std::string_view text) {
  return nb::steal(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "strict"));
}

nb::object object_of(const Item& item);

nb::object object_of(const Item::List& items) {
  nb::object list = nb::steal(PyList_New(static_cast<Py_ssize_t>(items.size())));
  for (std::size_t i = 0; i < items.size(); ++i)
    PyList_SET_ITEM(list.ptr(), static_cast<Py_ssize_t>(i), object_of(items[i]).release().ptr());
  return list;
}

nb::object object_of(const Item::Object& fields) {
  nb::dict dict;
  for (const auto& [name, value] : fields) dict[text_of(name)] = object_of(value);
  return dict;
}

nb::object object_of(const Item& item) {
  struct Maker {
    nb::object operator()(std::monostate) const { return nb::none(); }
    nb::object operator()(bool value) const { return nb::steal(PyBool_FromLong(value ? 1 : 0)); }
    nb::object operator()(std::int64_t value) const { return nb::steal(PyLong_FromLongLong(value)); }
    nb::object operator()(double value) const { return nb::steal(PyFloat_FromDouble(value)); }
    nb::object operator()(const std::string& value) const { return text_of(value); }
    nb::object operator()(const Item::List& value) const { return object_of(value); }
    nb::object operator()(const Item::Object& value) const { return object_of(value); }
  };
  nb::object made = std::visit(Maker(), item.value());
  if (!made.is_valid()) nb::raise_python_error();
  return made;
}

std::size_t bytes_of(const Item& item);

std::size_t bytes_of(const Item::List& items) {
  std::size_t bytes = list_bytes(items.size());
  for (const Item& item : items) bytes += bytes_of(item);
  return bytes;
}

std::size_t bytes_of(const Item& item) {
  struct Counter {
    std::size_t operator()(std::monostate) const { return 0; }
    std::size_t operator()(bool) const { return 0; }
    std::size_t operator()(std::int64_t value) const { return int_bytes(value); }
    std::size_t operator()(double) const { return kFloatBytes; }
    std::size_t operator()(const std::string& value) const { return str_bytes(value); }
    std::size_t operator()(const Item::List& value) const { return bytes_of(value); }
    std::size_t operator()(const Item::Object& value) const {
      std::size_t bytes = dict_bytes(value.size());
      for (const auto& [name, field] : value) bytes += str_bytes(name) + bytes_of(field);
      return bytes;
    }
  };
  return std::visit(Counter(), item.value());
}

/// What both sides mean by the same. Throws bag::BadItem for anything else.
Item item_of(nb::handle object) {
  if (object.is_none()) return {};
  PyObject* const raw = object.ptr();
  if (PyBool_Check(raw)) return object.is(Py_True);
  if (PyLong_CheckExact(raw)) {
    int overflow = 0;
    const std::int64_t number = PyLong_AsLongLongAndOverflow(raw, &overflow);
    if (overflow == 0) return number;
  } else if (PyFloat_CheckExact(raw)) {
    if (const double number = PyFloat_AS_DOUBLE(raw); std::isfinite(number)) return number;
  } else if (PyUnicode_CheckExact(raw)) {
    Py_ssize_t size = 0;
    if (const char* text = PyUnicode_AsUTF8AndSize(raw, &size); text != nullptr)
      return std::string(text, static_cast<std::size_t>(size));
    PyErr_Clear();
  } else if (PyTuple_CheckExact(raw)) {
    Item::List items;
    for (const nb::handle one : nb::borrow<nb::tuple>(object)) items.push_back(item_of(one));
    return items;
  }
  throw bag::BadItem("a value that JSON has not");
}

JsonFunction::Kind kind_of(const std::string& name) {
  using Kind = JsonFunction::Kind;
  constexpr std::pair<const char*, Kind> kNames[] = {{"item", Kind::kItem},
                                                     {"constant", Kind::kConstant},
                                                     {"variable", Kind::kVariable},
                                                     {"part", Kind::kPart},
                                                     {"part or", Kind::kPartOr},
                                                     {"get", Kind::kGet},
                                                     {"==", Kind::kEqual},
                                                     {"!=", Kind::kNotEqual},
                                                     {"<", Kind::kLess},
                                                     {">", Kind::kGreater},
                                                     {"<=", Kind::kLessEqual},
                                                     {">=", Kind::kGreaterEqual},
                                                     {"has", Kind::kHas},
                                                     {"in", Kind::kIn},
                                                     {"in set", Kind::kInSet},
                                                     {"is none", Kind::kIsNone},
                                                     {"not", Kind::kNot},
                                                     {"if", Kind::kIf}};
  for (const auto& [known, kind] : kNames) {
    if (name == known) return kind;
  }
  throw InternalError("bag: no function is called " + name);
}

/// A variable is read under the GIL by whichever thread begins a partition.
std::function<Item()> variable_of(nb::handle read) {
  return [read = std::make_shared<SharedObject>(nb::borrow(read))] {
    return with_gil_in_task([&] { return item_of(read->get()()); });
  };
}

/// A tree of tuples: a kind, then the parts, which are trees, and the key or constant of its kind.
JsonFunctionPtr function_of(const nb::tuple& tree) {
  using Kind = JsonFunction::Kind;
  auto function = std::make_shared<JsonFunction>();
  function->kind = kind_of(nb::cast<std::string>(tree[0]));
  std::size_t end = tree.size();
  switch (function->kind) {
    case Kind::kVariable:
      function->variable = variable_of(tree[--end]);
      break;
    case Kind::kConstant:
    case Kind::kIn:
    case Kind::kInSet:
      function->constant = item_of(tree[--end]);
      break;
    case Kind::kPart:
    case Kind::kPartOr:
    case Kind::kGet:
    case Kind::kHas: {
      const Item key = item_of(tree[--end]);
      if (const auto* name = std::get_if<std::string>(&key.value())) {
        function->key = *name;
      } else {
        function->key = key.get<std::int64_t>();
      }
      break;
    }
    default:
      break;
  }
  for (std::size_t i = 1; i < end; ++i)
    function->parts.push_back(function_of(nb::cast<nb::tuple>(nb::object(tree[i]))));
  return function;
}

/// `otherwise(number, texts)`, a call like any other.
bag::BlockFunction call_of(const nb::object& otherwise) {
  PythonCall::Parts parts;
  parts.function = SharedObject(otherwise);
  parts.name = SharedObject(nb::str("python: json"));
  parts.identity = unique_key();
  CallArgument& texts = parts.positional.emplace_back();
  texts.kind = CallArgument::Kind::kInput;
  const auto call = std::make_shared<const PythonCall>(std::move(parts));
  return [call](std::span<const Value> inputs, std::size_t partition, TaskContext& context) {
    return call->answer(inputs, context.key(), partition);
  };
}

Key identity_of(const std::string& token) {
  KeyBuilder key("python.json");
  return key.add(token).finish();
}

Blocks json_texts(const Blocks& texts, const nb::tuple& keep, const nb::object& otherwise,
                  const std::string& token) {
  return {bag::texts_of_json(texts.node(), function_of(keep), identity_of(token), call_of(otherwise)),
          texts.num_blocks()};
}

/// `uses`: pairs of whether what the function is true of is kept, or else the part it picks; and the
/// function.
Blocks json_items(const Blocks& texts, const nb::list& uses, const nb::object& otherwise,
                  const std::string& token) {
  std::vector<JsonUse> read;
  for (const nb::handle use : uses) {
    const nb::tuple pair = nb::cast<nb::tuple>(use);
    read.push_back({nb::cast<bool>(pair[0]) ? JsonUse::Kind::kKeep : JsonUse::Kind::kPick,
                    function_of(nb::cast<nb::tuple>(nb::object(pair[1])))});
  }
  return {bag::items_of_json(texts.node(), read, identity_of(token), call_of(otherwise)), texts.num_blocks()};
}

using Items = std::vector<Item>;

}  // namespace

void bind_json_steps(nb::module_& module) {
  add_conversion({.holds = [](const Value& value) { return value.holds<Items>(); },
                  .to_python = [](const Value& value) { return object_of(value.get<Items>()); },
                  .python_bytes = [](const Value& value) { return bytes_of(value.get<Items>()); }});
  module.def("bag_json_texts", json_texts, nb::arg("texts"), nb::arg("keep"), nb::arg("otherwise"),
             nb::arg("token"));
  module.def("bag_json_items", json_items, nb::arg("texts"), nb::arg("uses"), nb::arg("otherwise"),
             nb::arg("token"));
}

}  // namespace treadle::python
