#include "array/rules/rules.h"

namespace treadle::array {

std::span<const lazy::Rule> rules() {
  static constexpr lazy::Rule kRules[] = {{"FuseElementwise", fuse_elementwise}};
  return kRules;
}

}  // namespace treadle::array
