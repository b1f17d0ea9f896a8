#pragma once

#include <memory>

#include "treadle/engine.h"

namespace treadle::session {

/// The engine of the process: the threaded one, made at first use. Thread-safe.
std::shared_ptr<Engine> default_engine();

}  // namespace treadle::session
