#include "dataframe/operators/mend_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

// Integers up to here are doubles, and so are their neighbours.
constexpr double kExactIntegers = 9007199254740991.0;
constexpr std::array<std::string_view, 6> kComparisons = {"equal", "greater",    "greater_equal",
                                                          "less",  "less_equal", "not_equal"};
constexpr std::array<std::string_view, 4> kLogic = {"and", "not", "or", "xor"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool converts(const DataType& narrower, const DataType& wider) {
  return (narrower.id() == TypeId::kInt64 && wider.id() == TypeId::kFloat64) ||
         (narrower.id() == TypeId::kDate && wider == DataType::timestamp(TimeUnit::kMicro));
}

/// The columns that widen, as they are called at a point of the pipeline; true: by a conversion.
using Widening = std::map<std::string, bool>;

bool refers_to(const ExpressionNode& node, const Widening& columns) {
  const std::set<std::string> names = references(node);
  return std::any_of(names.begin(), names.end(), [&](const auto& name) { return columns.contains(name); });
}

/// A number or date between whose neighbours converting puts no other value. Conversion keeps order, so a
/// comparison with it says the same before and after.
bool is_exact(const Scalar& literal) {
  switch (literal.type().id()) {
    case TypeId::kInt64:
      return std::abs(static_cast<double>(std::get<std::int64_t>(literal.storage()))) <= kExactIntegers;
    case TypeId::kFloat64:  // the column is compared as float64 as it is
    case TypeId::kDate:
    case TypeId::kTimestamp:
      return true;
    default:
      return false;
  }
}

/// A comparison of a column that is converted with a literal.
bool is_same_comparison(const ExpressionNode& call, const Widening& columns) {
  const ExpressionNode* column = call.arguments()[0].get();
  const ExpressionNode* literal = call.arguments()[1].get();
  if (column->as<Literal>() != nullptr) std::swap(column, literal);
  const auto* reference = column->as<ColumnReference>();
  const auto* value = literal->as<Literal>();
  if (reference == nullptr || value == nullptr) return false;
  return columns.at(reference->name) && is_exact(value->value);
}

/// Whether the condition lets the same rows pass before and after.
bool is_same_condition(const ExpressionNode& node, const Widening& columns) {
  if (!refers_to(node, columns)) return true;
  const auto* call = node.as<Call>();
  if (call == nullptr) return false;
  if (contains(kLogic, call->function)) {
    return std::all_of(node.arguments().begin(), node.arguments().end(),
                       [&](const ExpressionPtr& argument) { return is_same_condition(*argument, columns); });
  }
  if (call->function == "is_null" || call->function == "is_not_null") {
    const auto* reference = node.arguments()[0]->as<ColumnReference>();
    return reference != nullptr && columns.at(reference->name);
  }
  return contains(kComparisons, call->function) && is_same_comparison(node, columns);
}

/// Walks a pipeline from its source to its sinks.
class Walk {
 public:
  explicit Walk(std::vector<Mend>& mends) : mends_(mends) {}

  /// `columns`: those that widen; `tainted`: those computed from them; `same_rows`: every filter so far lets
  /// the same rows pass.
  void visit(const PipeSpec& pipe, Widening columns, std::set<std::string> tainted, bool same_rows) {
    for (const PipeStep& step : pipe.steps) {
      if (step.keys) continue;  // the join that asks drops the same rows
      if (step.join) {
        same_rows = same_rows && !looks_at_any(step.join->spec, columns, tainted);
        join(step.join->spec, columns, tainted);
      } else if (step.kind == PipeStep::Kind::kFilter) {
        const ExpressionNode& condition = *step.expressions[0];
        same_rows = same_rows && is_same_condition(condition, columns) && !refers_to_any(condition, tainted);
      } else {
        project(step, columns, tainted);
      }
    }
    if (pipe.sink) mends_.push_back(mend_of(pipe, columns, tainted, same_rows));
    for (const PipeSpec& branch : pipe.branches) visit(branch, columns, tainted, same_rows);
  }

 private:
  static bool refers_to_any(const ExpressionNode& node, const std::set<std::string>& columns) {
    const std::set<std::string> names = references(node);
    return std::any_of(names.begin(), names.end(), [&](const auto& name) { return columns.contains(name); });
  }

  /// Whether which pairs a join makes depends on columns that widen.
  static bool looks_at_any(const JoinSpec& spec, const Widening& columns,
                           const std::set<std::string>& tainted) {
    std::vector<std::string> names = spec.left_on;
    for (const JoinColumn& column : spec.condition_columns) {
      if (column.side == JoinSide::kLeft) names.push_back(column.column);
    }
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return columns.contains(name) || tainted.contains(name);
    });
  }

  static void join(const JoinSpec& spec, Widening& columns, std::set<std::string>& tainted) {
    Widening columns_behind;
    std::set<std::string> tainted_behind;
    for (const JoinColumn& column : spec.columns) {
      if (column.side != JoinSide::kLeft) continue;
      const auto widening = columns.find(column.column);
      if (widening != columns.end()) columns_behind.emplace(column.name, widening->second);
      if (tainted.contains(column.column)) tainted_behind.insert(column.name);
    }
    columns = std::move(columns_behind);
    tainted = std::move(tainted_behind);
  }

  static void project(const PipeStep& step, Widening& columns, std::set<std::string>& tainted) {
    Widening columns_behind;
    std::set<std::string> tainted_behind;
    for (const ExpressionPtr& expression : step.expressions) {
      const std::string name = output_name(*expression);
      const auto* reference = without_alias(expression)->as<ColumnReference>();
      if (reference != nullptr && columns.contains(reference->name)) {
        columns_behind.emplace(name, columns.at(reference->name));
      } else if (refers_to(*expression, columns) || refers_to_any(*expression, tainted)) {
        tainted_behind.insert(name);
      }
    }
    columns = std::move(columns_behind);
    tainted = std::move(tainted_behind);
  }

  static Mend mend_of(const PipeSpec& pipe, const Widening& columns, const std::set<std::string>& tainted,
                      bool same_rows) {
    Mend mend;
    bool converts = true;
    for (std::size_t i = 0; i < pipe.columns.size(); ++i) {
      same_rows = same_rows && !tainted.contains(pipe.columns[i]);
      const auto widening = columns.find(pipe.columns[i]);
      if (widening == columns.end()) continue;
      mend.columns.push_back(i);
      converts = converts && widening->second;
    }
    if (!same_rows) return {Mend::How::kRepeat, {}};
    if (mend.columns.empty()) return mend;
    mend.how = Mend::How::kConvert;
    return converts ? mend : without_conversion(std::move(mend), *pipe.sink);
  }

  std::vector<Mend>& mends_;
};

std::optional<PipeSpec> sinks_again(const PipeSpec& pipe, const std::vector<Mend>& mends, std::size_t& next) {
  PipeSpec again;
  again.steps = pipe.steps;
  if (pipe.sink) {
    const Mend& mend = mends[next++];
    if (!sees_again(mend)) return std::nullopt;
    const bool whole = mend.how == Mend::How::kRepeat;
    again.sink = whole ? pipe.sink : pipe.sink->for_columns();
    if (whole) again.columns = pipe.columns;
    for (const std::size_t column : mend.columns) again.columns.push_back(pipe.columns[column]);
    return again;
  }
  for (const PipeSpec& branch : pipe.branches) {
    if (auto one = sinks_again(branch, mends, next)) again.branches.push_back(std::move(*one));
  }
  if (again.branches.empty()) return std::nullopt;
  return again;
}

}  // namespace

std::vector<Mend> plan_mends(const PipeSpec& pipe, const Schema& narrower, const Schema& wider,
                             const std::vector<std::size_t>& odd) {
  Widening columns;
  for (std::size_t i = 0; i < narrower.num_fields(); ++i) {
    const DataType &before = narrower.field(i).type, &now = wider.field(i).type;
    if (before == now) continue;
    const bool is_odd = std::find(odd.begin(), odd.end(), i) != odd.end();
    columns.emplace(narrower.field(i).name, !is_odd && converts(before, now));
  }
  std::vector<Mend> mends;
  Walk(mends).visit(pipe, std::move(columns), {}, true);
  return mends;
}

Mend without_conversion(Mend mend, const SinkSpec& sink) {
  if (sink.for_columns() == nullptr) return {Mend::How::kRepeat, {}};
  mend.how = Mend::How::kReplace;
  return mend;
}

std::optional<PipeSpec> pipe_again(const PipeSpec& pipe, const std::vector<Mend>& mends) {
  std::size_t next = 0;
  return sinks_again(pipe, mends, next);
}

bool sees_again(const Mend& mend) {
  return mend.how == Mend::How::kReplace || mend.how == Mend::How::kRepeat;
}

}  // namespace treadle::dataframe
