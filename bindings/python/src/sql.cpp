#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dataframe/expressions/bind.h"
#include "dataframe/expressions/node.h"
#include "src/binding.h"
#include "src/gil.h"
#include "treadle/error.h"
#include "treadle/sql.h"

// Queries, statements that do something with one, and the parameters of both.
namespace treadle::python {
namespace {

const char* kind_of(SqlStatement::Kind kind) {
  constexpr std::array<const char*, 6> kNames = {"query", "copy", "table", "view", "drop", "show"};
  return kNames.at(static_cast<std::size_t>(kind));
}

Scalar value_of(const Expression& literal) {
  const auto* node = literal.node()->as<dataframe::Literal>();
  if (node != nullptr) return node->value;
  // A decimal is a text and a cast.
  const dataframe::BoundExpressions bound({&literal.node(), 1}, Schema());
  if (auto folded = bound.constant(0)) return std::move(*folded);
  throw InternalError("a parameter is a literal");
}

}  // namespace

void bind_sql(nb::module_& module) {
  nb::class_<SqlStatement>(module, "SqlStatement")
      .def_prop_ro("kind", [](const SqlStatement& statement) { return kind_of(statement.kind); })
      .def_ro("query", &SqlStatement::query)
      .def_ro("name", &SqlStatement::name)
      .def_ro("path", &SqlStatement::path)
      .def_ro("replace", &SqlStatement::replace)
      .def_ro("lenient", &SqlStatement::lenient)
      .def_ro("options", &SqlStatement::options);
  module.def("sql_statement", [](const std::string& text) { return parse_statement(text); });
  module.def("sql_with_parameters", [](const std::string& text, const std::vector<Expression>& values,
                                       const std::map<std::string, Expression>& named) {
    std::vector<Scalar> by_place;
    for (const Expression& value : values) by_place.push_back(value_of(value));
    std::map<std::string, Scalar> by_name;
    for (const auto& [name, value] : named) by_name.emplace(name, value_of(value));
    return with_parameters(text, by_place, by_name);
  });
  module.def("sql", [](const std::string& text, const std::map<std::string, DataFrame>& tables) {
    const GilReleased release;
    return query(text, tables);
  });
}

}  // namespace treadle::python
