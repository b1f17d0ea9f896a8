#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "dataframe/plan/integer_division.h"
#include "dataframe/plan/node.h"
#include "dataframe/plan/with_values.h"
#include "src/binding.h"
#include "src/gil.h"
#include "src/immutable.h"
#include "src/python_function.h"
#include "src/table.h"
#include "treadle/data_frame.h"
#include "treadle/error.h"
#include "treadle/window.h"

// The lazy DataFrame: methods that build plans.
namespace treadle::python {
namespace {

/// Name, descending, nulls first.
using SortKey = std::tuple<std::string, bool, bool>;

std::vector<SortColumn> sort_columns(const std::vector<SortKey>& keys) {
  std::vector<SortColumn> columns;
  for (const auto& [name, descending, nulls_first] : keys) {
    columns.emplace_back(name, descending);
    columns.back().nulls_first = nulls_first;
  }
  return columns;
}

DataFrame sort(const DataFrame& frame, const std::vector<SortKey>& keys) {
  return frame.sort(sort_columns(keys));
}

JoinKind kind_of(const std::string& how) {
  static const std::map<std::string, JoinKind> kinds = {
      {"inner", JoinKind::kInner}, {"left", JoinKind::kLeft},  {"right", JoinKind::kRight},
      {"outer", JoinKind::kFull},  {"full", JoinKind::kFull},  {"semi", JoinKind::kSemi},
      {"anti", JoinKind::kAnti},   {"cross", JoinKind::kCross}};
  const auto found = kinds.find(how);
  if (found != kinds.end()) return found->second;
  throw InvalidArgument(
      "how: expected \"inner\", \"left\", \"right\", \"outer\", \"semi\", \"anti\" or \"cross\", found \"" +
      how + '"');
}

DataFrame join(const DataFrame& left, const DataFrame& right, const std::string& how,
               std::vector<Expression> left_on, std::vector<Expression> right_on, bool nulls_equal,
               std::optional<bool> coalesce, const std::string& left_suffix,
               const std::string& right_suffix) {
  JoinOptions options;
  options.how = kind_of(how);
  options.left_on = std::move(left_on);
  options.right_on = std::move(right_on);
  options.nulls_equal = nulls_equal;
  options.coalesce = coalesce;
  options.left_suffix = left_suffix;
  options.right_suffix = right_suffix;
  return left.join(right, options);
}

/// Kind, column, name, distance.
using RunningRequest = std::tuple<std::string, std::string, std::string, std::int64_t>;

RunningKind running_kind(const std::string& name) {
  static const std::map<std::string, RunningKind> kinds = {
      {"sum", RunningKind::kSum},       {"product", RunningKind::kProduct},
      {"min", RunningKind::kMin},       {"max", RunningKind::kMax},
      {"number", RunningKind::kNumber}, {"partition", RunningKind::kPartition},
      {"shift", RunningKind::kShift},   {"fill", RunningKind::kFill}};
  const auto found = kinds.find(name);
  if (found != kinds.end()) return found->second;
  throw InvalidArgument("expected a kind of running column, found \"" + name + '"');
}

DataFrame with_running(const DataFrame& frame, const std::vector<RunningRequest>& requests,
                       std::vector<std::string> keys, bool backward) {
  std::vector<RunningColumn> columns;
  for (const auto& [kind, column, name, distance] : requests) {
    columns.push_back({running_kind(kind), column, name, distance});
  }
  return frame.with_running(std::move(columns), {std::move(keys), backward});
}

/// Kind, column, name, first row, last row, with peers, distance, nulls stay.
using WindowRequest = std::tuple<std::string, std::string, std::string, std::optional<std::int64_t>,
                                 std::optional<std::int64_t>, bool, std::int64_t, bool>;

WindowKind window_kind(const std::string& name) {
  static const std::map<std::string, WindowKind> kinds = {
      {"sum", WindowKind::kSum},           {"product", WindowKind::kProduct},
      {"min", WindowKind::kMin},           {"max", WindowKind::kMax},
      {"count", WindowKind::kCount},       {"first", WindowKind::kFirst},
      {"last", WindowKind::kLast},         {"number", WindowKind::kNumber},
      {"rank", WindowKind::kRank},         {"dense_rank", WindowKind::kDenseRank},
      {"shift", WindowKind::kShift},       {"fill", WindowKind::kFill},
      {"fill_back", WindowKind::kFillBack}};
  const auto found = kinds.find(name);
  if (found != kinds.end()) return found->second;
  throw InvalidArgument("expected a kind of window column, found \"" + name + '"');
}

DataFrame windows(const DataFrame& frame, const std::vector<WindowRequest>& requests,
                  std::vector<std::string> partition_by, const std::vector<SortKey>& order_by,
                  bool keep_order) {
  std::vector<WindowColumn> columns;
  for (const auto& [kind, column, name, first, last, with_peers, distance, keep_nulls] : requests) {
    columns.push_back({window_kind(kind), column, name, {first, last, with_peers}, distance, keep_nulls});
  }
  return with_windows(frame, std::move(columns),
                      {std::move(partition_by), sort_columns(order_by), keep_order});
}

DataFrame concat_frames(const std::vector<DataFrame>& frames, const std::string& match) {
  ConcatOptions options;
  if (match == "common") options.match = ConcatOptions::Match::kCommonNames;
  if (match == "positions") options.match = ConcatOptions::Match::kPositions;
  return concat(frames, options);
}

}  // namespace

void bind_frame(nb::module_& module) {
  nb::class_<DataFrame> type(module, "DataFrame", nb::dynamic_attr());
  bind_copies(type);
  type.def("filter", &DataFrame::filter)
      .def("select", &DataFrame::select)
      .def("with_columns", &DataFrame::with_columns)
      .def("group_by",
           [](const DataFrame& frame, std::vector<Expression> keys, std::vector<Expression> aggregates) {
             return frame.group_by(std::move(keys)).agg(std::move(aggregates));
           })
      .def("sort", sort)
      .def("head", &DataFrame::head)
      .def("slice", &DataFrame::slice, nb::arg("offset"), nb::arg("length").none() = nb::none())
      .def("unique", &DataFrame::unique)
      .def("join", join, nb::arg("other"), nb::arg("how"), nb::arg("left_on"), nb::arg("right_on"),
           nb::arg("nulls_equal") = false, nb::arg("coalesce").none() = nb::none(),
           nb::arg("left_suffix") = "", nb::arg("right_suffix") = "_right")
      .def("map_partitions",
           [](const DataFrame& frame, nb::object function, std::string name, nb::handle schema, bool whole) {
             auto call = make_python_function(std::move(function), std::move(name),
                                              table_from_arrow(schema).schema());
             return frame.map_partitions(std::move(call), whole);
           })
      .def("map_beside",
           [](const DataFrame& frame, nb::object function, std::string name, nb::handle schema,
              std::vector<std::string> arguments, bool whole) {
             auto call = make_python_function(std::move(function), std::move(name),
                                              table_from_arrow(schema).schema());
             return frame.map_beside(std::move(call), std::move(arguments), whole);
           })
      .def("with_row_numbers", &DataFrame::with_row_numbers)
      .def_prop_ro("num_partitions", &DataFrame::num_partitions)
      .def("partitions", &DataFrame::partitions)
      .def("repartition", &DataFrame::repartition)
      .def("repartition_together", &DataFrame::repartition_together)
      .def("repartition_at", &DataFrame::repartition_at)
      .def("with_running", with_running, nb::arg("columns"), nb::arg("keys") = std::vector<std::string>{},
           nb::arg("backward") = false)
      .def_prop_ro("schema", &DataFrame::schema)
      // Equal plans over equal files have equal keys.
      .def_prop_ro("key", [](const DataFrame& frame) { return frame.plan()->key().to_string(); })
      .def(
          "__reduce__",
          [](nb::handle self) { return nb::module_::import_("treadle.pickling").attr("reduce_frame")(self); })
      .def("explain", &DataFrame::explain);
  module.def("with_values", [](const DataFrame& frame, const DataFrame& values) {
    return DataFrame(std::make_shared<const dataframe::WithValues>(frame.plan(), values.plan()));
  });
  module.def("with_integer_division", [](const DataFrame& frame, bool remainder, const Expression& dividend,
                                         const Expression& divisor, std::string name) {
    using Division = dataframe::IntegerDivision;
    const auto result = remainder ? Division::Result::kRemainder : Division::Result::kFloor;
    return DataFrame(std::make_shared<const Division>(frame.plan(), result, dividend.node(), divisor.node(),
                                                      std::move(name)));
  });
  module.def("with_windows", windows, nb::arg("frame"), nb::arg("columns"),
             nb::arg("partition_by") = std::vector<std::string>{},
             nb::arg("order_by") = std::vector<SortKey>{}, nb::arg("keep_order") = true);
  module.def("concat", concat_frames, nb::arg("frames"), nb::arg("match") = "all");
}

}  // namespace treadle::python
