#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "bag/receiver.h"
#include "treadle/task_context.h"

namespace treadle::bag {

/// What a pipeline does with each item. Immutable; shared between threads.
class Step {
 public:
  /// Steps that the pipeline knows how to do together.
  enum class Known : std::uint8_t { kOther, kLower, kSplitAtSpace, kFlatten };

  Step() = default;
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  virtual ~Step() = default;

  /// "lower", "split"; plans show it, and it is part of the key.
  virtual std::string_view name() const = 0;
  /// Everything else that determines what it does, as text.
  virtual std::string parameters() const { return {}; }
  virtual Known known() const { return Known::kOther; }
  /// The step at work for one thread; what it makes goes to `next`, which outlives it, as does `context`.
  virtual std::unique_ptr<Receiver> start(Receiver& next, TaskContext& context) const = 0;
};
using StepPtr = std::shared_ptr<const Step>;

}  // namespace treadle::bag
