#pragma once

#include <memory>
#include <utility>

#include "src/binding.h"
#include "src/gil.h"
#include "treadle/engine.h"

namespace treadle::python {

/// An engine whose end, in whichever thread its last holder lets go, does not keep the GIL from the engine's
/// threads: ending waits for them.
inline std::shared_ptr<Engine> end_without_gil(std::shared_ptr<Engine> engine) {
  Engine* const raw = engine.get();
  return {raw, [engine = std::move(engine)](Engine*) mutable {
            if (interpreter_is_ending() || PyGILState_Check() == 0) {
              engine.reset();
              return;
            }
            const GilReleased released;
            engine.reset();
          }};
}

/// `_core.Engine`: threads of one's own.
class EngineHandle {
 public:
  explicit EngineHandle(std::shared_ptr<Engine> engine) : engine_(end_without_gil(std::move(engine))) {}
  /// Null once it was closed.
  const std::shared_ptr<Engine>& engine() const noexcept { return engine_; }
  /// The engine ends with the last run, future or set of options that holds it.
  void close() { engine_.reset(); }

 private:
  std::shared_ptr<Engine> engine_;
};

}  // namespace treadle::python
