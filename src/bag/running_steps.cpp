#include "bag/running_steps.h"

#include <algorithm>

namespace treadle::bag {

RunningSteps::RunningSteps(const Steps& steps, TaskContext& context)
    : collector_(make_collector(steps.output, steps.num_parts)) {
  head_ = collector_.get();
  for (auto step = steps.steps.rbegin(); step != steps.steps.rend(); ++step) {
    receivers_.push_back((*step)->start(*head_, context));
    head_ = receivers_.back().get();
  }
  using Known = Step::Known;
  const std::vector<StepPtr>& all = steps.steps;
  lower_ = !all.empty() && all[0]->known() == Known::kLower;
  const std::size_t split = lower_ ? 1 : 0;
  if (all.size() == split + 2 && all[split]->known() == Known::kSplitAtSpace &&
      all[split + 1]->known() == Known::kFlatten) {
    words_ = collector_->words();
  }
}

bool RunningSteps::take_block(std::string_view block) {
  if (words_ == nullptr) return false;
  while (!block.empty()) {
    const std::size_t plain = ascii_lines(block);
    // The caller owns the bytes and lets them be overwritten.
    words_->take_words(const_cast<char*>(block.data()), plain, lower_);
    block.remove_prefix(plain);
    const std::size_t other = std::min(block.size(), block.find('\n') + 1);
    const std::size_t size = other == 0 ? block.size() : other;
    if (size != 0) take(block.substr(0, size));
    block.remove_prefix(size);
  }
  return true;
}

void RunningSteps::reserve(TaskContext& context) {
  const std::size_t needed = collector_->nbytes();
  if (memory_.bytes() >= needed) return;
  // A quarter ahead, so that the budget is not asked for every block.
  if (memory_.bytes() == 0) memory_ = context.reserve("bag: a partition's items", 0);
  if (memory_.try_grow(needed + needed / 4 - memory_.bytes())) return;
  if (collector_->spill(context)) {
    memory_.shrink(memory_.bytes());
  } else {
    memory_.resize(needed);
  }
}

void RunningSteps::absorb(RunningSteps& next, TaskContext& context) {
  if (memory_.bytes() == 0) memory_ = context.reserve("bag: a partition's items", 0);
  if (!memory_.try_grow(next.collector_->nbytes()) && next.collector_->spill(context)) {
    next.memory_.shrink(next.memory_.bytes());
  }
  collector_->absorb(*next.collector_);
}

std::vector<Value> RunningSteps::finish(TaskContext& context) {
  if (memory_.bytes() == 0) memory_ = context.reserve("bag: a partition's items", 0);
  if (Words* words = collector_->words()) return words->finish_parts(context, memory_);
  return {collector_->finish()};
}

}  // namespace treadle::bag
