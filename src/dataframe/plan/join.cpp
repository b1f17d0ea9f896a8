#include <algorithm>
#include <utility>

#include "dataframe/expressions/bind.h"
#include "dataframe/plan/combine.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

std::string_view name_of(JoinKind kind) {
  switch (kind) {
    case JoinKind::kInner:
      return "inner";
    case JoinKind::kLeft:
      return "left";
    case JoinKind::kSemi:
      return "semi";
    case JoinKind::kAnti:
      return "anti";
    default:
      throw InternalError("a join node is inner, left, semi or anti");
  }
}

columnar::SchemaPtr checked_schema(const Schema& left, const Schema& right, const JoinSpec& spec) {
  name_of(spec.kind);
  if (spec.left_on.size() != spec.right_on.size()) {
    throw InvalidArgument("join: expected as many keys on the right as on the left, " +
                          std::to_string(spec.left_on.size()) + ", found " +
                          std::to_string(spec.right_on.size()));
  }
  for (std::size_t i = 0; i < spec.left_on.size(); ++i) {
    check_key_types(left.field(left.index_of(spec.left_on[i])),
                    right.field(right.index_of(spec.right_on[i])));
  }
  if (spec.condition) {
    JoinSpec pairs;
    pairs.columns = spec.condition_columns;
    const DataType type = type_of(spec.condition, *join_schema(pairs, left, right));
    if (type.id() != TypeId::kBool && type.id() != TypeId::kNull) {
      throw TypeError("join: expected a condition of type bool, found " + to_string(*spec.condition) +
                      " of type " + type.to_string());
    }
  }
  return join_schema(spec, left, right);
}

void exchange_sides(std::vector<JoinColumn>& columns) {
  for (JoinColumn& column : columns) {
    column.side = column.side == JoinSide::kLeft ? JoinSide::kRight : JoinSide::kLeft;
  }
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The sides exchanged; a coalesced key is the one of what is now the left side.
JoinSpec exchanged(JoinSpec spec, const std::vector<std::string>& coalesced) {
  for (JoinColumn& column : spec.columns) {
    if (column.side != JoinSide::kLeft || !contains(coalesced, column.name)) continue;
    const auto key = std::find(spec.left_on.begin(), spec.left_on.end(), column.column);
    if (key == spec.left_on.end()) throw InternalError("a column that is no key is to be coalesced");
    column = {JoinSide::kRight, spec.right_on[static_cast<std::size_t>(key - spec.left_on.begin())],
              column.name};
  }
  std::swap(spec.left_on, spec.right_on);
  exchange_sides(spec.columns);
  exchange_sides(spec.condition_columns);
  return spec;
}

/// The right rows that have no partner, with nulls for the columns of the left side.
PlanPtr without_partner(const PlanPtr& left, const PlanPtr& right, const JoinSpec& spec,
                        const std::vector<std::string>& coalesced) {
  JoinSpec anti = exchanged(spec, coalesced);
  anti.kind = JoinKind::kAnti;
  const std::vector<JoinColumn> wanted = std::move(anti.columns);
  anti.columns.clear();
  std::vector<ExpressionPtr> expressions;
  for (const JoinColumn& column : wanted) {
    if (column.side == JoinSide::kRight) {
      expressions.push_back(make_alias(make_literal(Scalar()), column.name));
    } else {
      anti.columns.push_back(column);
      expressions.push_back(make_column(column.name));
    }
  }
  // A projection of literals alone would not know how many rows there are.
  if (anti.columns.empty() && right->schema()->num_fields() != 0) {
    anti.columns.push_back({JoinSide::kLeft, right->schema()->field(0).name, "row"});
  }
  return std::make_shared<const Project>(std::make_shared<const Join>(right, left, std::move(anti)),
                                         std::move(expressions));
}

}  // namespace

Join::Join(PlanPtr left, PlanPtr right, JoinSpec spec)
    : PlanNode({left, right}, checked_schema(*left->schema(), *right->schema(), spec)),
      spec_(std::move(spec)) {}

std::string Join::parameters() const {
  std::string text(name_of(spec_.kind));
  for (std::size_t i = 0; i < spec_.left_on.size(); ++i) {
    text += (i == 0 ? " on " : ", ") + spec_.left_on[i];
    if (spec_.left_on[i] != spec_.right_on[i]) text += " == " + spec_.right_on[i];
  }
  if (spec_.nulls_equal) text += ", null == null";
  if (spec_.condition) text += ", where " + to_string(*spec_.condition);
  return text;
}

lazy::NodePtr Join::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const Join>(as_plan(inputs[0]), as_plan(inputs[1]), spec_);
}

PlanPtr make_join(const PlanPtr& left, const PlanPtr& right, JoinSpec spec,
                  const std::vector<std::string>& coalesced) {
  if (spec.kind == JoinKind::kRight) {
    JoinSpec other = exchanged(std::move(spec), coalesced);
    other.kind = JoinKind::kLeft;
    return std::make_shared<const Join>(right, left, std::move(other));
  }
  if (spec.kind == JoinKind::kFull) {
    PlanPtr rest = without_partner(left, right, spec, coalesced);
    spec.kind = JoinKind::kLeft;
    PlanPtr first = std::make_shared<const Join>(left, right, std::move(spec));
    return std::make_shared<const Union>(std::vector<PlanPtr>{std::move(first), std::move(rest)});
  }
  if (spec.kind == JoinKind::kCross) {
    if (!spec.left_on.empty()) throw InvalidArgument("join: a cross join takes no keys");
    spec.kind = JoinKind::kInner;
  }
  return std::make_shared<const Join>(left, right, std::move(spec));
}

}  // namespace treadle::dataframe
