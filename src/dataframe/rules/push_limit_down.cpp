#include <algorithm>

#include "dataframe/rules/rules.h"

namespace treadle::dataframe {

lazy::NodePtr push_limit_down(const lazy::NodePtr& node, const lazy::Consumers& consumers) {
  const auto* head = node_as<Head>(node);
  if (head == nullptr) return nullptr;
  const lazy::NodePtr& below = head->inputs()[0];
  if (const auto* lower = node_as<Head>(below)) {
    const std::int64_t left = lower->num_rows() == Head::kAll
                                  ? Head::kAll
                                  : std::max<std::int64_t>(0, lower->num_rows() - head->offset());
    const std::int64_t offset =
        head->offset() > Head::kAll - lower->offset() ? Head::kAll : lower->offset() + head->offset();
    return std::make_shared<const Head>(lower->input(), std::min(head->num_rows(), left), offset);
  }
  if (node_as<Project>(below) == nullptr || consumers.shared(*below)) return nullptr;
  return below->with_inputs({head->with_inputs({below->inputs()[0]})});
}

}  // namespace treadle::dataframe
