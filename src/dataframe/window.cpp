#include "treadle/window.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "dataframe/plan/window.h"
#include "treadle/error.h"

namespace treadle {
namespace {

/// A name that no column has.
std::string hidden_name(const Schema& schema) {
  std::string name = "row number";
  while (schema.find(name)) name += "'";
  return name;
}

/// Those of `names` that are there, once each.
std::vector<std::string> distinct(const std::vector<std::string>& names) {
  std::vector<std::string> once;
  for (const std::string& name : names) {
    if (std::find(once.begin(), once.end(), name) == once.end()) once.push_back(name);
  }
  return once;
}

}  // namespace

DataFrame with_windows(const DataFrame& frame, std::vector<WindowColumn> columns, WindowOptions options) {
  const WindowOptions by = std::move(options);
  if (columns.empty()) throw InvalidArgument("with_windows: expected at least one column, found none");
  dataframe::WindowSpec spec{std::move(columns), distinct(by.partition_by), {}};
  std::vector<SortColumn> order;
  for (const std::string& name : spec.partition_by) order.emplace_back(name);
  for (const SortColumn& column : by.order_by) {
    spec.order_by.push_back(column.name);
    const bool decided = std::any_of(order.begin(), order.end(),
                                     [&](const SortColumn& before) { return before.name == column.name; });
    if (!decided) order.push_back(column);
  }
  // Wrong names and types are said of this step, not of the sort before it.
  dataframe::window_schema(frame.schema(), spec);
  const auto windowed = [&](const DataFrame& rows) {
    return DataFrame(std::make_shared<const dataframe::Window>(rows.plan(), spec));
  };
  if (order.empty()) return windowed(frame);
  if (!by.keep_order) return windowed(frame.sort(std::move(order)));
  std::vector<Expression> visible;
  const Schema schema = frame.schema();
  for (const Field& field : schema.fields()) visible.push_back(col(field.name));
  for (const WindowColumn& column : spec.columns) visible.push_back(col(column.name));
  const std::string number = hidden_name(schema);
  const DataFrame numbered = frame.with_running({{RunningKind::kNumber, "", number}});
  return windowed(numbered.sort(std::move(order))).sort({number}).select(std::move(visible));
}

}  // namespace treadle
