#include <set>
#include <utility>

#include "dataframe/plan/node.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

columnar::SchemaPtr select(const Schema& schema, const std::vector<std::string>& columns) {
  std::vector<Field> fields;
  for (const std::string& name : columns) fields.push_back(schema.field(schema.index_of(name)));
  return std::make_shared<const Schema>(std::move(fields));
}

std::string_view symbol(io::PrunePredicate::Op op) {
  using Op = io::PrunePredicate::Op;
  switch (op) {
    case Op::kEqual:
      return "==";
    case Op::kNotEqual:
      return "!=";
    case Op::kLess:
      return "<";
    case Op::kLessEqual:
      return "<=";
    case Op::kGreater:
      return ">";
    case Op::kGreaterEqual:
      return ">=";
    case Op::kIsNull:
      return "is null";
    case Op::kIsNotNull:
      return "is not null";
  }
  throw InternalError("a prune predicate without an operator");
}

std::string to_string(const io::PrunePredicate& predicate) {
  std::string text = predicate.column + " " + std::string(symbol(predicate.op));
  const bool unary =
      predicate.op == io::PrunePredicate::Op::kIsNull || predicate.op == io::PrunePredicate::Op::kIsNotNull;
  if (!unary) text += " " + predicate.value.to_string();
  for (const io::PrunePredicate& other : predicate.or_else) text += " or " + to_string(other);
  return predicate.or_else.empty() ? text : '(' + text + ')';
}

void add_to(KeyBuilder& key, const std::vector<io::PrunePredicate>& predicates) {
  key.add(static_cast<std::uint64_t>(predicates.size()));
  for (const io::PrunePredicate& predicate : predicates) {
    key.add(predicate.column).add(static_cast<int>(predicate.op));
    predicate.value.add_to(key);
    add_to(key, predicate.or_else);
  }
}

}  // namespace

Scan::Scan(std::shared_ptr<const io::Source> source) : Scan(source, source->schema()->names(), {}) {}

Scan::Scan(std::shared_ptr<const io::Source> source, std::vector<std::string> columns,
           std::vector<io::PrunePredicate> prune)
    : PlanNode({}, select(*source->schema(), columns)), source_(std::move(source)) {
  request_.columns = std::move(columns);
  request_.prune = std::move(prune);
}

std::string Scan::parameters() const {
  std::string text = source_->to_string();
  const std::size_t total = source_->schema()->num_fields();
  if (request_.columns.size() < total) {
    text += ", " + std::to_string(request_.columns.size()) + " of " + std::to_string(total) + " columns:";
    for (const std::string& name : request_.columns) text += " " + name;
  }
  for (std::size_t i = 0; i < request_.prune.size(); ++i) {
    text += (i == 0 ? ", skips unless " : " and ") + to_string(request_.prune[i]);
  }
  return text;
}

lazy::NodePtr Scan::with_inputs(std::vector<lazy::NodePtr>) const { return shared_from_this(); }

void Scan::add_to(KeyBuilder& key) const {
  source_->add_to(key);
  for (const std::string& name : request_.columns) key.add(name);
  dataframe::add_to(key, request_.prune);
}

}  // namespace treadle::dataframe
