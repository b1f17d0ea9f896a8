#include "array/optimize.h"

#include <utility>

#include "array/rules/rules.h"
#include "lazy/rewrite.h"

namespace treadle::array {

std::vector<lazy::NodePtr> optimize(std::vector<lazy::NodePtr> roots) {
  static constexpr lazy::Rule kRules[] = {{"FuseElementwise", fuse_elementwise}};
  return lazy::rewrite(lazy::share_equal(roots), kRules);
}

}  // namespace treadle::array
