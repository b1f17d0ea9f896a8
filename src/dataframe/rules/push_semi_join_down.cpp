#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dataframe/plan/combine.h"
#include "dataframe/rules/rules.h"

namespace treadle::dataframe {
namespace {

const JoinColumn* find_column(const Join& join, const std::string& name) {
  const auto& columns = join.spec().columns;
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const JoinColumn& column) { return column.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

/// The right column of `join` that is called `name` behind it.
const std::string* right_column(const Join& join, const std::string& name) {
  const JoinColumn* found = find_column(join, name);
  return found != nullptr && found->side == JoinSide::kRight ? &found->column : nullptr;
}

/// `semi`, which looks at right columns of `join` only, as a join of those right rows.
std::optional<JoinSpec> of_right_rows(const Join& semi, const Join& join) {
  JoinSpec spec = semi.spec();
  for (std::string& key : spec.left_on) {
    const std::string* column = right_column(join, key);
    if (column == nullptr) return std::nullopt;
    key = *column;
  }
  for (JoinColumn& asked : spec.condition_columns) {
    if (asked.side == JoinSide::kRight) continue;
    const std::string* column = right_column(join, asked.column);
    if (column == nullptr) return std::nullopt;
    asked.column = *column;
  }
  spec.columns.clear();
  for (const std::string& name : join.spec().columns_of(JoinSide::kRight)) {
    spec.columns.push_back({JoinSide::kLeft, name, name});
  }
  return spec;
}

}  // namespace

lazy::NodePtr push_semi_join_down(const lazy::NodePtr& node, const lazy::Consumers& consumers) {
  const auto* semi = node_as<Join>(node);
  if (semi == nullptr || semi->spec().left_on.empty()) return nullptr;
  if (semi->spec().kind != JoinKind::kSemi && semi->spec().kind != JoinKind::kAnti) return nullptr;
  const auto* join = node_as<Join>(semi->inputs()[0]);
  if (join == nullptr || join->spec().kind != JoinKind::kInner || consumers.shared(*join)) return nullptr;
  auto below = of_right_rows(*semi, *join);
  if (!below) return nullptr;
  JoinSpec above = join->spec();
  above.columns.clear();
  for (const JoinColumn& column : semi->spec().columns) {
    JoinColumn moved = *find_column(*join, column.column);
    moved.name = column.name;
    above.columns.push_back(std::move(moved));
  }
  const PlanPtr right = std::make_shared<const Join>(join->right(), semi->right(), std::move(*below));
  return std::make_shared<const Join>(join->left(), right, std::move(above));
}

}  // namespace treadle::dataframe
