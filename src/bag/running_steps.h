#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "bag/collector.h"
#include "bag/pipeline.h"
#include "bag/words.h"

namespace treadle::bag {

/// Steps at work, and what they have collected. One thread at a time.
class RunningSteps {
 public:
  /// `steps` and `context` outlive it.
  RunningSteps(const Steps& steps, TaskContext& context);

  Collector& collector() noexcept { return *collector_; }
  void begin_strip(std::size_t strip) { collector_->begin_strip(strip); }
  /// Items go in one by one.
  void take(std::string_view text) { head_->take(text); }
  /// Lines go in as the block they lie in, whose bytes may be overwritten, each line ending with "\n": where
  /// the steps are known as one, they run over the block as a whole. Answers false where they are not, having
  /// done nothing.
  bool take_block(std::string_view block);
  /// Answers for what is collected in the run's budget, or puts it on disk. Throws OutOfMemory.
  void reserve(TaskContext& context);
  /// Takes over what `next` has collected, on whichever of memory and disk there is room.
  void absorb(RunningSteps& next, TaskContext& context);
  /// The partition's values.
  std::vector<Value> finish(TaskContext& context);

 private:
  std::unique_ptr<Collector> collector_;
  std::vector<std::unique_ptr<Receiver>> receivers_;  // from the last step to the first
  Receiver* head_;
  Words* words_ = nullptr;  // of [lower] -> split -> flatten -> frequencies
  bool lower_ = false;
  Reservation memory_;
};

}  // namespace treadle::bag
