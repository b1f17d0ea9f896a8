#include "dataframe/expressions/substitute.h"
#include "dataframe/rules/rules.h"

namespace treadle::dataframe {

lazy::NodePtr merge_filters(const lazy::NodePtr& node, const lazy::Consumers& consumers) {
  const auto* upper = node_as<Filter>(node);
  if (upper == nullptr) return nullptr;
  const auto* lower = node_as<Filter>(upper->inputs()[0]);
  if (lower == nullptr || consumers.shared(*lower)) return nullptr;
  // The lower filter may be what keeps the upper one from failing: it stays ahead of it.
  if (may_fail(*upper->predicate())) return nullptr;
  return std::make_shared<const Filter>(lower->input(),
                                        conjunction({lower->predicate(), upper->predicate()}));
}

}  // namespace treadle::dataframe
