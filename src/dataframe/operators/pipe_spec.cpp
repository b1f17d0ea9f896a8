#include "dataframe/operators/pipe.h"

#include <algorithm>

namespace treadle::dataframe {
namespace {

void add_sinks(const PipeSpec& spec, std::vector<const SinkSpec*>& sinks) {
  if (spec.sink) sinks.push_back(spec.sink.get());
  for (const PipeSpec& branch : spec.branches) add_sinks(branch, sinks);
}

/// The left columns that a join looks at when `wanted` of its own are.
std::set<std::string> left_columns(JoinSpec spec, const std::set<std::string>& wanted) {
  std::erase_if(spec.columns, [&](const JoinColumn& column) { return !wanted.contains(column.name); });
  const std::vector<std::string> names = spec.columns_of(JoinSide::kLeft);
  return {names.begin(), names.end()};
}

}  // namespace

void PipeSpec::add_to(KeyBuilder& key) const {
  key.add(static_cast<std::uint64_t>(steps.size()));
  for (const PipeStep& step : steps) {
    key.add(static_cast<int>(step.kind)).add(static_cast<std::uint64_t>(step.expressions.size()));
    for (const ExpressionPtr& expression : step.expressions) key.add(expression->key());
    if (step.keys) key.add(step.keys->column).add(step.keys->identity);
    if (!step.join) continue;
    step.join->spec.add_to(key);
    key.add(step.join->identity);
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

std::size_t PipeSpec::bytes_per_strip(std::uint64_t input_bytes) const {
  // An empty table, and the state of a group for every byte or two of text.
  constexpr std::uint64_t kAnyway = 128U << 10, kPerByte = 64;
  const std::uint64_t most = kAnyway + kPerByte * std::min(input_bytes, std::uint64_t{1} << 40);
  std::uint64_t bytes = 0;
  for (const SinkSpec* one : sinks()) bytes += std::min<std::uint64_t>(one->bytes_per_strip(), most);
  return static_cast<std::size_t>(bytes);
}

std::set<std::string> PipeSpec::needed_columns() const {
  std::set<std::string> needed(columns.begin(), columns.end());
  for (const PipeSpec& branch : branches) needed.merge(branch.needed_columns());
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if (step->join) {
      needed = left_columns(step->join->spec, needed);
      continue;
    }
    if (step->keys) {
      needed.insert(step->keys->column);
      continue;
    }
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
