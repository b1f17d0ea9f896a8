#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dataframe/expressions/literal_types.h"
#include "dataframe/expressions/substitute.h"
#include "dataframe/rules/rules.h"

namespace treadle::dataframe {
namespace {

using Op = io::PrunePredicate::Op;

struct Comparison {
  std::string_view function;
  Op op;
  Op mirrored;  // for "literal OP column"
};
constexpr Comparison kComparisons[] = {
    {"equal", Op::kEqual, Op::kEqual},    {"not_equal", Op::kNotEqual, Op::kNotEqual},
    {"less", Op::kLess, Op::kGreater},    {"less_equal", Op::kLessEqual, Op::kGreaterEqual},
    {"greater", Op::kGreater, Op::kLess}, {"greater_equal", Op::kGreaterEqual, Op::kLessEqual},
};

// An OR of long ANDs has as many clauses as they have pairs: the first ones will do.
constexpr std::size_t kMostAlternatives = 16;

/// A literal, bare or with its type spelled out by the folding of constants.
const Scalar* literal_value(const ExpressionNode& node) {
  if (const auto* literal = node.as<Literal>()) return &literal->value;
  const auto* cast = node.as<Cast>();
  if (cast == nullptr) return nullptr;
  const auto* literal = node.arguments()[0]->as<Literal>();
  return literal != nullptr && literal->value.type() == cast->type ? &literal->value : nullptr;
}

/// The literal as one that a source compares with its statistics as they are.
std::optional<Scalar> comparable(const Scalar& literal, const DataType& type) {
  if (literal.is_null()) return std::nullopt;
  if (literal.type() == type) return literal;
  // A decimal is compared with whole numbers and decimals of any scale by their digits.
  const bool is_exact = literal.type().is_integer() || literal.type().id() == TypeId::kDecimal128;
  if (type.id() == TypeId::kDecimal128) return is_exact ? std::optional(literal) : std::nullopt;
  const auto is_instant = [](const DataType& one) {
    return one.id() == TypeId::kDate || (one.id() == TypeId::kTimestamp && one.zone().empty());
  };
  if (is_instant(literal.type()) && is_instant(type)) return literal;
  return literal_as(literal, type);
}

/// Takes apart the conditions that a filter's rows fulfil, as far as a source understands them.
class Conditions {
 public:
  explicit Conditions(const Schema& schema) : schema_(schema) {}

  void add(const ExpressionNode& part) {
    if (!part.as<Call>() || part.as<Call>()->function != "or") {
      std::set<std::string> references;
      add_references(part, references);
      const auto is_known = [&](const std::string& name) { return schema_.find(name).has_value(); };
      if (!std::ranges::all_of(references, is_known)) return;
    }
    if (const auto* column = part.as<ColumnReference>()) return add_truth(*column, true);
    const auto* call = part.as<Call>();
    if (call == nullptr || part.arguments().empty()) return;
    const std::string_view function = call->function;
    const auto* first = part.arguments()[0]->as<ColumnReference>();
    if (function == "or") return add_alternatives(part);
    if (function == "is_between" && first) return add_between(*first, part.arguments());
    if (function == "is_in" && first) return add_equal(*first, part.arguments());
    if (function == "str.starts_with" && first) return add_prefix(*first, *part.arguments()[1]);
    if (function == "not" && first) return add_truth(*first, false);
    if (function == "is_null" && first) found_.push_back({first->name, Op::kIsNull, {}});
    if (function == "is_not_null" && first) found_.push_back({first->name, Op::kIsNotNull, {}});
    add_comparison(part, function);
  }
  std::vector<io::PrunePredicate> take() { return std::move(found_); }

 private:
  void add_comparison(const ExpressionNode& part, std::string_view function) {
    for (const Comparison& comparison : kComparisons) {
      if (comparison.function != function || part.arguments().size() != 2) continue;
      const auto* first = part.arguments()[0]->as<ColumnReference>();
      const auto* second = part.arguments()[1]->as<ColumnReference>();
      const Scalar* right = literal_value(*part.arguments()[1]);
      const Scalar* left = literal_value(*part.arguments()[0]);
      if (first && right) return add_bound(*first, comparison.op, *right);
      if (second && left) return add_bound(*second, comparison.mirrored, *left);
    }
  }

  void add_bound(const ColumnReference& column, Op op, const Scalar& literal) {
    if (auto value = comparable(literal, type_of(column)))
      found_.push_back({column.name, op, std::move(*value)});
  }

  void add_between(const ColumnReference& column, const std::vector<ExpressionPtr>& arguments) {
    const Scalar *least = literal_value(*arguments[1]), *greatest = literal_value(*arguments[2]);
    if (least) add_bound(column, Op::kGreaterEqual, *least);
    if (greatest) add_bound(column, Op::kLessEqual, *greatest);
  }

  void add_truth(const ColumnReference& column, bool truth) {
    if (type_of(column).id() == TypeId::kBool) found_.push_back({column.name, Op::kEqual, Scalar(truth)});
  }

  /// "column IN (literals)": the first argument is the column. A null among them is equal to nothing.
  void add_equal(const ColumnReference& column, const std::vector<ExpressionPtr>& arguments) {
    std::vector<io::PrunePredicate> any;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
      const Scalar* literal = literal_value(*arguments[i]);
      if (literal == nullptr) return;
      if (literal->is_null()) continue;
      std::optional<Scalar> value = comparable(*literal, type_of(column));
      if (!value) return;
      any.push_back({column.name, Op::kEqual, std::move(*value)});
    }
    if (any.empty()) return;
    any.front().or_else.assign(std::make_move_iterator(any.begin() + 1), std::make_move_iterator(any.end()));
    found_.push_back(std::move(any.front()));
  }

  /// "(a AND b) OR c" is "(a OR c) AND (b OR c)", if something is known of each side.
  void add_alternatives(const ExpressionNode& either) {
    std::vector<io::PrunePredicate> all;
    for (const ExpressionPtr& argument : either.arguments()) {
      Conditions side(schema_);
      for (const ExpressionPtr& part : split_conjunction(argument)) side.add(*part);
      if (side.found_.empty()) return;
      all = all.empty() ? side.take() : alternatives(all, side.found_);
    }
    std::ranges::move(all, std::back_inserter(found_));
  }

  static std::vector<io::PrunePredicate> alternatives(const std::vector<io::PrunePredicate>& left,
                                                      const std::vector<io::PrunePredicate>& right) {
    std::vector<io::PrunePredicate> all;
    for (const io::PrunePredicate& one : left) {
      for (const io::PrunePredicate& other : right) {
        if (all.size() < kMostAlternatives) all.push_back(either_of(one, other));
      }
    }
    return all;
  }

  static io::PrunePredicate either_of(io::PrunePredicate one, io::PrunePredicate other) {
    std::vector<io::PrunePredicate> more = std::exchange(other.or_else, {});
    one.or_else.push_back(std::move(other));
    std::ranges::move(more, std::back_inserter(one.or_else));
    return one;
  }

  /// Text that begins with a prefix lies between it and the next text that does not, by bytes.
  void add_prefix(const ColumnReference& column, const ExpressionNode& argument) {
    const Scalar* literal = literal_value(argument);
    if (literal == nullptr || literal->type().id() != TypeId::kUtf8 || literal->is_null()) return;
    auto prefix = std::get<std::string>(literal->storage());
    if (prefix.empty()) return;
    found_.push_back({column.name, Op::kGreaterEqual, Scalar(prefix)});
    // Behind other bytes than these comes one that is no text.
    if (prefix.back() < 0 || prefix.back() > '}') return;
    ++prefix.back();
    found_.push_back({column.name, Op::kLess, Scalar(std::move(prefix))});
  }

  const DataType& type_of(const ColumnReference& column) const {
    return schema_.field(schema_.index_of(column.name)).type;
  }

  const Schema& schema_;
  std::vector<io::PrunePredicate> found_;
};

}  // namespace

std::vector<io::PrunePredicate> conditions_on(const ExpressionPtr& predicate, const Schema& columns) {
  Conditions conditions(columns);
  for (const ExpressionPtr& part : split_conjunction(predicate)) conditions.add(*part);
  return conditions.take();
}

lazy::NodePtr push_filter_into_scan(const lazy::NodePtr& node, const lazy::Consumers& consumers) {
  const auto* filter = node_as<Filter>(node);
  if (filter == nullptr) return nullptr;
  const auto* scan = node_as<Scan>(filter->inputs()[0]);
  // What one consumer does not need, another may.
  if (scan == nullptr || consumers.shared(*scan) || !scan->request().prune.empty()) return nullptr;
  std::vector<io::PrunePredicate> prune = conditions_on(filter->predicate(), *scan->schema());
  if (prune.empty()) return nullptr;
  const PlanPtr pruned =
      std::make_shared<const Scan>(scan->source(), scan->request().columns, std::move(prune));
  return filter->with_inputs({pruned});
}

}  // namespace treadle::dataframe
