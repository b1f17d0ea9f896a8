#include "conformance/engine_under_test.h"

namespace treadle::conformance {

std::vector<EngineUnderTest> engines_under_test() {
  std::vector<EngineUnderTest> engines{{"synchronous", [] { return make_synchronous_engine(); }}};
  for (const unsigned threads : {1u, 2u, 8u}) {
    engines.push_back(
        {"threads" + std::to_string(threads), [] { return make_threaded_engine(); }, threads, true, threads});
  }
  return engines;
}

}  // namespace treadle::conformance
