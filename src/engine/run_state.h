#pragma once

#include <chrono>
#include <vector>

#include "treadle/engine.h"

namespace treadle {

/// What an engine answers a Run's questions with. Thread-safe; each method does what Run's of the same name
/// promises.
class Run::State {
 public:
  virtual ~State() = default;
  virtual void wait() = 0;
  virtual bool wait_for(std::chrono::milliseconds timeout) = 0;
  virtual void cancel() = 0;
  virtual Progress progress() const = 0;
  virtual std::vector<Value> outputs() = 0;
  virtual std::vector<Value> finished_outputs() = 0;
  virtual Statistics statistics() = 0;
};

}  // namespace treadle
