#include "engine/progress_watch.h"

#include <algorithm>
#include <utility>

namespace treadle::engine {

bool ProgressWatch::stuck(TimePoint now, const SignsOfLife& signs) {
  if (patience_.count() == 0) return false;
  // The sum falls when a thread leaves.
  spent_ += std::max(signs.cpu - std::exchange(seen_cpu_, signs.cpu), std::chrono::nanoseconds(0));
  const bool marked = std::exchange(marks_, signs.marks) != signs.marks;
  if (marked || spent_ * 10 >= patience_ || !since_) {
    since_ = now;
    spent_ = {};
    return false;
  }
  return now - *since_ >= patience_;
}

}  // namespace treadle::engine
