#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "src/blocks.h"
#include "src/python_call.h"
#include "src/python_form.h"
#include "treadle/error.h"

// How calls of Python functions are written down: `_core.call_one`, `_core.call_each`.
namespace treadle::python {
namespace {

/// The class of treadle.delayed's values, which are looked into without a call of Python.
PyObject*& delayed_type() {
  static PyObject* type = nullptr;
  return type;
}

/// Interned, so that looking it up is comparing pointers.
PyObject* interned(const char* text) {
  PyObject* name = PyUnicode_InternFromString(text);
  if (name == nullptr) throw nb::python_error();
  return name;
}

nb::object attribute(nb::handle object, PyObject* name) {
  return nb::steal(PyObject_GetAttr(object.ptr(), name));
}

Blocks make_call(PythonCall::Parts parts, std::vector<session::BlockChoice> choices,
                 std::vector<lazy::NodePtr> inputs, std::uint16_t retries = 0) {
  auto call = std::make_shared<const PythonCall>(std::move(parts));
  return {
      std::make_shared<const PythonCallNode>(std::move(call), std::move(choices), std::move(inputs), retries),
      1};
}

/// One value of a row of blocks: what `finish` makes of the list of all.
Blocks finished(const Blocks& row, const nb::object& finish) {
  PythonCall::Parts parts;
  parts.function = SharedObject(finish);
  parts.name = SharedObject(nb::str("finish"));
  parts.identity = unique_key();
  parts.stays_here = true;
  parts.if_inputs_do_not_fit = kInsteadOfResults;
  CallArgument& list = parts.positional.emplace_back();
  list.kind = CallArgument::Kind::kList;
  std::vector<session::BlockChoice> choices;
  for (std::uint32_t block = 0; block < row.num_blocks(); ++block) {
    CallArgument& item = list.items.emplace_back();
    item.kind = CallArgument::Kind::kInput;
    item.input = block;
    choices.push_back({0, block});
  }
  return make_call(std::move(parts), std::move(choices), {row.node()});
}

/// By a token of the caller's; "key ..." is an identity that was told before (describe_blocks).
Key identity_of(const std::optional<std::string>& token) {
  if (!token) return unique_key();
  if (token->starts_with("key ")) return Key::from_string(token->substr(4));
  KeyBuilder key("python.call");
  return key.add(*token).finish();
}

}  // namespace

std::optional<Blocks> lazy_value(nb::handle object) {
  static PyObject* const blocks_name = interned("_blocks");
  static PyObject* const protocol_name = interned("__treadle_blocks__");
  PyTypeObject* const type = Py_TYPE(object.ptr());
  if (reinterpret_cast<PyObject*>(type) == delayed_type()) {
    return *nb::inst_ptr<Blocks>(attribute(object, blocks_name));
  }
  if (PyType_Check(object.ptr())) return std::nullopt;
  const Blocks* row = nullptr;
  if (nb::try_cast(object, row)) {
    return row->num_blocks() == 1 ? *row
                                  : finished(*row, nb::borrow(reinterpret_cast<PyObject*>(&PyList_Type)));
  }
  const nb::object method = attribute(reinterpret_cast<PyObject*>(type), protocol_name);
  if (!method) {
    PyErr_Clear();
    return std::nullopt;
  }
  const nb::tuple answer = nb::borrow<nb::tuple>(method(object));
  const auto& found = nb::cast<const Blocks&>(answer[0]);
  if (answer[1].is_none() && found.num_blocks() == 1) return found;
  return finished(found, nb::borrow(answer[1]));
}

PythonCall::Parts read_call(nb::handle function, const nb::tuple& arguments, const nb::dict& by_name,
                            nb::handle name, const std::optional<std::string>& token, LazyFinder& finder) {
  PythonCall::Parts parts;
  parts.function = SharedObject(nb::borrow(function));
  parts.name = SharedObject(nb::borrow(name));
  parts.identity = identity_of(token);
  parts.positional.reserve(arguments.size());
  for (const nb::handle argument : arguments) parts.positional.push_back(read_argument(argument, finder));
  if (by_name.empty()) return parts;
  nb::list names;
  for (const auto [key, argument] : by_name) {
    parts.by_name.push_back(read_argument(argument, finder));
    names.append(key);
  }
  parts.names = SharedObject(nb::steal(PyList_AsTuple(names.ptr())));
  return parts;
}

namespace {

/// Gathers the inputs of a call.
class Inputs final : public LazyFinder {
 public:
  std::uint32_t input_of(nb::handle object) override {
    std::optional<Blocks> found = lazy_value(object);
    if (!found) return kNotLazy;
    const auto number = static_cast<std::uint32_t>(nodes.size());
    choices.push_back({number, 0});
    nodes.push_back(found->node());
    return number;
  }
  std::vector<lazy::NodePtr> nodes;
  std::vector<session::BlockChoice> choices;
};

Blocks call_one(nb::handle function, const nb::tuple& arguments, const nb::dict& by_name, const nb::str& name,
                const std::optional<std::string>& token, std::uint16_t retries, bool stays_here,
                const std::string& together) {
  Inputs inputs;
  PythonCall::Parts parts = read_call(function, arguments, by_name, name, token, inputs);
  parts.stays_here = stays_here;
  parts.if_inputs_do_not_fit = together;
  return make_call(std::move(parts), std::move(inputs.choices), std::move(inputs.nodes), retries);
}

/// Finds rows of blocks, too: those stand for one block of theirs, whose number is the call's.
class RowInputs final : public LazyFinder {
 public:
  RowInputs(Inputs& others, std::size_t num_blocks) : others_(others), num_blocks_(num_blocks) {}
  std::uint32_t input_of(nb::handle object) override {
    const Blocks* row = nullptr;
    if (!nb::try_cast(object, row)) return others_.input_of(object);
    if (row->num_blocks() != num_blocks_ && row->num_blocks() != 1) {
      throw InvalidArgument("call_each: expected rows of " + std::to_string(num_blocks_) +
                            " blocks or of one, found " + std::to_string(row->num_blocks()));
    }
    const auto number = static_cast<std::uint32_t>(others_.nodes.size());
    others_.choices.push_back({number, row->num_blocks() == 1 ? 0 : kEach});
    others_.nodes.push_back(row->node());
    return number;
  }
  static constexpr std::uint32_t kEach = PythonCallsNode::kEach;

 private:
  Inputs& others_;
  std::size_t num_blocks_;
};

Blocks call_each(nb::handle function, const nb::tuple& arguments, const nb::dict& by_name,
                 std::size_t num_blocks, const nb::str& name, const std::optional<std::string>& token,
                 bool numbered, bool stays_here) {
  Inputs inputs;
  RowInputs rows(inputs, num_blocks);
  PythonCall::Parts parts = read_call(function, arguments, by_name, name, token, rows);
  parts.stays_here = stays_here;
  auto calls = std::make_shared<const PythonCall>(std::move(parts));
  return {std::make_shared<const PythonCallsNode>(std::move(calls), num_blocks, numbered,
                                                  std::move(inputs.choices), std::move(inputs.nodes)),
          num_blocks};
}

}  // namespace

void bind_call(nb::module_& module) {
  module.def("set_delayed_type", [](nb::handle type) { delayed_type() = type.inc_ref().ptr(); });
  module.def("lazy_value", [](nb::handle object) { return lazy_value(object); });
  module.def("call_one", call_one, nb::arg("function"), nb::arg("args"), nb::arg("kwargs"), nb::arg("name"),
             nb::arg("token").none() = nb::none(), nb::arg("retries") = 0, nb::arg("stays_here") = false,
             nb::arg("if_inputs_do_not_fit") = "");
  module.def("call_each", call_each, nb::arg("function"), nb::arg("args"), nb::arg("kwargs"),
             nb::arg("num_blocks"), nb::arg("name"), nb::arg("token").none() = nb::none(),
             nb::arg("numbered") = false, nb::arg("stays_here") = false);
}

}  // namespace treadle::python
