#include "array/rules/rules.h"

namespace treadle::array {

std::span<const lazy::Rule> rules() {
  static constexpr lazy::Rule kRules[] = {{"PushPartBelowElementwise", push_part_below_elementwise},
                                          {"PushPartBelowTranspose", push_part_below_transpose},
                                          {"PushPartBelowRechunk", push_part_below_rechunk},
                                          {"PushPartIntoSource", push_part_into_source},
                                          {"FuseElementwise", fuse_elementwise}};
  return kRules;
}

}  // namespace treadle::array
