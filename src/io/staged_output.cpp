#include "io/staged_output.h"

#include <cstddef>

namespace treadle::io {

void publish_together(std::span<StagedOutput* const> outputs) {
  for (StagedOutput* output : outputs) output->prepare();
  std::size_t published = 0;
  try {
    for (; published < outputs.size(); ++published) outputs[published]->publish();
  } catch (...) {
    // The last first: one may lie in another's directory.
    while (published > 0) outputs[--published]->take_back();
    throw;
  }
  for (StagedOutput* output : outputs) output->settle();
}

}  // namespace treadle::io
