#pragma once

#include <functional>
#include <memory>

#include "treadle/run_options.h"

namespace treadle {

class Engine;
class Run;

/// How a job is run: engine, threads, memory.
struct ComputeOptions {
  /// Null: the process's threaded engine.
  std::shared_ptr<Engine> engine;
  RunOptions run;
  /// Whether the plan is optimised; results are the same.
  bool optimize = true;
  /// Called with the run as soon as it is under way: to watch its progress, cancel it, keep it for its
  /// statistics.
  std::function<void(const Run&)> on_start;
};

}  // namespace treadle
