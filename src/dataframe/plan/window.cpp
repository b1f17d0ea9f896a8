#include "dataframe/plan/window.h"

#include <array>
#include <memory>
#include <utility>

#include "dataframe/operators/window_state.h"

namespace treadle::dataframe {
namespace {

std::string_view name_of(WindowKind kind) {
  static constexpr std::array<std::string_view, 13> kNames = {
      "sum",    "product", "min",        "max",   "count", "first",    "last",
      "number", "rank",    "dense_rank", "shift", "fill",  "fill_back"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string text_of(const WindowFrame& frame) {
  const auto end = [](const std::optional<std::int64_t>& rows) { return rows ? std::to_string(*rows) : ""; };
  if (!frame.first && !frame.last) return "";
  return " rows " + end(frame.first) + ".." + (frame.with_peers ? "peers" : end(frame.last));
}

std::string text_of(const WindowColumn& column) {
  std::string text = std::string(name_of(column.kind)) + "(" + column.column;
  if (column.kind >= WindowKind::kShift) text += ", " + std::to_string(column.distance);
  text += ")";
  if (column.kind <= WindowKind::kLast) text += text_of(column.frame);
  return text + " as " + column.name;
}

void add_list(std::string& text, std::string_view word, const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) text += (i == 0 ? std::string(word) : ", ") + names[i];
}

}  // namespace

Window::Window(const PlanPtr& input, WindowSpec spec)
    : PlanNode({input}, std::make_shared<const Schema>(window_schema(*input->schema(), spec))),
      spec_(std::move(spec)) {}

std::string Window::parameters() const {
  std::string text;
  for (const WindowColumn& column : spec_.columns) text += (text.empty() ? "" : ", ") + text_of(column);
  add_list(text, " partition by ", spec_.partition_by);
  add_list(text, " order by ", spec_.order_by);
  return spec_.only ? text + spec_.only->to_string() : text;
}

lazy::NodePtr Window::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const Window>(as_plan(inputs[0]), spec_);
}

}  // namespace treadle::dataframe
