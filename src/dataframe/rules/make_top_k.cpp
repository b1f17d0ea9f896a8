#include <algorithm>

#include "dataframe/rules/rules.h"

namespace treadle::dataframe {

lazy::NodePtr make_top_k(const lazy::NodePtr& node, const lazy::Consumers& consumers) {
  const auto* head = node_as<Head>(node);
  if (head == nullptr || head->end() == Head::kAll) return nullptr;
  const auto* sort = node_as<Sort>(head->inputs()[0]);
  if (sort == nullptr || consumers.shared(*sort)) return nullptr;
  const std::int64_t limit = std::min(head->end(), sort->limit().value_or(head->end()));
  if (head->offset() > 0 && sort->limit() == limit) return nullptr;
  const auto top = std::make_shared<const Sort>(sort->input(), sort->columns(), limit);
  return head->offset() == 0 ? top : head->with_inputs({top});
}

}  // namespace treadle::dataframe
