#include "treadle/expression.h"

#include <nanobind/operators.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <utility>

#include "dataframe/expressions/bind.h"
#include "dataframe/expressions/node.h"
#include "src/binding.h"
#include "src/immutable.h"
#include "src/literal.h"

// Expressions: few methods here, for the functions of the registry are called by name; the names that users
// see are made in Python.
namespace treadle::python {
namespace {

Expression call(const std::string& function, const std::vector<Expression>& arguments) {
  std::vector<dataframe::ExpressionPtr> nodes;
  for (const Expression& argument : arguments) nodes.push_back(argument.node());
  return Expression(dataframe::make_call(function, std::move(nodes)));
}

/// `yes` where `condition` is true, else `no`.
Expression choose(const Expression& condition, const Expression& yes, const Expression& no) {
  return call("if_else", {condition, yes, no});
}

template <class Class>
void bind_aggregates(Class& type) {
  type.def("sum", &Expression::sum)
      .def("mean", &Expression::mean)
      .def("min", &Expression::min)
      .def("max", &Expression::max)
      .def("count", &Expression::count)
      .def("size", &Expression::size)
      .def("first", &Expression::first)
      .def("last", &Expression::last)
      .def("std", &Expression::std, nb::arg("ddof") = 1)
      .def("var", &Expression::var, nb::arg("ddof") = 1)
      .def("nunique", &Expression::nunique)
      .def("median", &Expression::median)
      .def("quantile", &Expression::quantile)
      .def("product", &Expression::product)
      .def("first_valid", &Expression::first_valid)
      .def("last_valid", &Expression::last_valid);
}

template <class Class>
void bind_operators(Class& type) {
  const auto op = nb::is_operator();
  using E = Expression;
  type.def(
          "__add__", [](const E& a, const E& b) { return a + b; }, op)
      .def(
          "__sub__", [](const E& a, const E& b) { return a - b; }, op)
      .def(
          "__mul__", [](const E& a, const E& b) { return a * b; }, op)
      .def(
          "__truediv__", [](const E& a, const E& b) { return a / b; }, op)
      .def(
          "__floordiv__", [](const E& a, const E& b) { return a.floor_divide(b); }, op)
      .def(
          "__mod__", [](const E& a, const E& b) { return a % b; }, op)
      .def(
          "__pow__", [](const E& a, const E& b) { return a.pow(b); }, op)
      .def("__neg__", [](const E& a) { return -a; })
      .def("__invert__", [](const E& a) { return !a; })
      .def(
          "__and__", [](const E& a, const E& b) { return a & b; }, op)
      .def(
          "__or__", [](const E& a, const E& b) { return a | b; }, op)
      .def(
          "__xor__", [](const E& a, const E& b) { return a ^ b; }, op)
      .def(
          "__eq__", [](const E& a, const E& b) { return a == b; }, op)
      .def(
          "__ne__", [](const E& a, const E& b) { return a != b; }, op)
      .def(
          "__lt__", [](const E& a, const E& b) { return a < b; }, op)
      .def(
          "__le__", [](const E& a, const E& b) { return a <= b; }, op)
      .def(
          "__gt__", [](const E& a, const E& b) { return a > b; }, op)
      .def("__ge__", [](const E& a, const E& b) { return a >= b; }, op);
  // An object with == of its own has no hash unless it says so.
  type.attr("__hash__") = nb::none();
}

}  // namespace

Expression typed_literal(nb::handle value, const std::string& type) {
  const DataType data_type = DataType::from_string(type);
  if (value.is_none()) return Scalar(data_type, std::monostate{});
  if (nb::isinstance<nb::bool_>(value)) return Scalar(data_type, nb::cast<bool>(value));
  if (nb::isinstance<nb::bytes>(value)) {
    const auto bytes = nb::cast<nb::bytes>(value);
    return Scalar(data_type, std::string(bytes.c_str(), bytes.size()));
  }
  if (nb::isinstance<nb::str>(value)) return Scalar(data_type, nb::cast<std::string>(value));
  if (nb::isinstance<nb::float_>(value)) return Scalar(data_type, nb::cast<double>(value));
  if (data_type.id() == TypeId::kUInt64) return Scalar(data_type, nb::cast<std::uint64_t>(value));
  return Scalar(data_type, nb::cast<std::int64_t>(value));
}

void bind_expression(nb::module_& module) {
  nb::class_<Expression> type(module, "Expression");
  type.def("alias", &Expression::alias)
      .def("cast",
           [](const Expression& self, const std::string& to) { return self.cast(DataType::from_string(to)); })
      .def("try_cast", [](const Expression& self,
                          const std::string& to) { return self.try_cast(DataType::from_string(to)); })
      .def("is_null", &Expression::is_null)
      .def("is_not_null", &Expression::is_not_null)
      .def("is_nan", &Expression::is_nan)
      .def("fill_null", &Expression::fill_null)
      .def_prop_ro("output_name", [](const Expression& self) { return dataframe::output_name(*self.node()); })
      .def("references",
           [](const Expression& self) {
             const auto names = dataframe::references(*self.node());
             return std::vector<std::string>(names.begin(), names.end());
           })
      .def("type_in", [](const Expression& self,
                         const Schema& schema) { return dataframe::type_of(self.node(), schema); })
      .def("__reduce__",
           [](nb::handle self) {
             return nb::module_::import_("treadle.pickling").attr("reduce_expression")(self);
           })
      .def("__str__", &Expression::to_string)
      .def("__repr__", &Expression::to_string);
  bind_copies(type);
  bind_aggregates(type);
  bind_operators(type);
  module.def("col", [](std::string name) { return col(std::move(name)); });
  module.def("count", [] { return count(); });
  module.def("call", call);
  module.def("choose", choose);
  module.def("literal", typed_literal, nb::arg("value").none(), nb::arg("type"));
}

}  // namespace treadle::python
