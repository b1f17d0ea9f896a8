#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "src/binding.h"
#include "treadle/data_frame.h"
#include "treadle/sql.h"

// The lazy DataFrame: methods that build plans.
namespace treadle::python {
namespace {

/// Name, descending, nulls first.
using SortKey = std::tuple<std::string, bool, bool>;

DataFrame sort(const DataFrame& frame, const std::vector<SortKey>& keys) {
  std::vector<SortColumn> columns;
  for (const auto& [name, descending, nulls_first] : keys) {
    columns.emplace_back(name, descending);
    columns.back().nulls_first = nulls_first;
  }
  return frame.sort(std::move(columns));
}

}  // namespace

void bind_frame(nb::module_& module) {
  nb::class_<DataFrame>(module, "DataFrame")
      .def("filter", &DataFrame::filter)
      .def("select", &DataFrame::select)
      .def("with_columns", &DataFrame::with_columns)
      .def("group_by",
           [](const DataFrame& frame, std::vector<Expression> keys, std::vector<Expression> aggregates) {
             return frame.group_by(std::move(keys)).agg(std::move(aggregates));
           })
      .def("sort", sort)
      .def("head", &DataFrame::head)
      .def("unique", &DataFrame::unique)
      .def_prop_ro("schema", &DataFrame::schema)
      .def("explain", &DataFrame::explain);
  module.def("sql", [](const std::string& text, const std::map<std::string, DataFrame>& tables) {
    const nb::gil_scoped_release release;
    return query(text, tables);
  });
}

}  // namespace treadle::python
