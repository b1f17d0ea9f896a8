#include "session/default_engine.h"

namespace treadle::session {

std::shared_ptr<Engine> default_engine() {
  static const std::shared_ptr<Engine> engine = make_threaded_engine();
  return engine;
}

}  // namespace treadle::session
