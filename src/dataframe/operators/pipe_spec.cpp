#include "dataframe/operators/pipe.h"

namespace treadle::dataframe {
namespace {

void add_sinks(const PipeSpec& spec, std::vector<const SinkSpec*>& sinks) {
  if (spec.sink) sinks.push_back(spec.sink.get());
  for (const PipeSpec& branch : spec.branches) add_sinks(branch, sinks);
}

}  // namespace

void PipeSpec::add_to(KeyBuilder& key) const {
  key.add(static_cast<std::uint64_t>(steps.size()));
  for (const PipeStep& step : steps) {
    key.add(static_cast<int>(step.kind)).add(static_cast<std::uint64_t>(step.expressions.size()));
    for (const ExpressionPtr& expression : step.expressions) key.add(expression->key());
  }
  key.add(static_cast<std::uint64_t>(branches.size()));
  for (const PipeSpec& branch : branches) branch.add_to(key);
  if (!sink) return;
  key.add(sink->name());
  sink->add_to(key);
  for (const std::string& column : columns) key.add(column);
}

std::vector<const SinkSpec*> PipeSpec::sinks() const {
  std::vector<const SinkSpec*> all;
  add_sinks(*this, all);
  return all;
}

std::set<std::string> PipeSpec::needed_columns() const {
  std::set<std::string> needed(columns.begin(), columns.end());
  for (const PipeSpec& branch : branches) needed.merge(branch.needed_columns());
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    std::set<std::string> before;
    if (step->kind == PipeStep::Kind::kFilter) before = needed;
    for (const ExpressionPtr& expression : step->expressions) {
      const bool wanted = step->kind == PipeStep::Kind::kFilter || needed.contains(output_name(*expression));
      if (wanted) add_references(*expression, before);
    }
    needed = std::move(before);
  }
  return needed;
}

}  // namespace treadle::dataframe
