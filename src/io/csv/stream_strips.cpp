#include "io/csv/stream_strips.h"

#include <utility>

namespace treadle::csv {

std::optional<StreamStrip> StreamStrips::take(std::size_t strip, TaskContext& context) {
  const std::lock_guard lock(mutex_);
  const bool gone = strip < forward_.next && !forward_.waiting.contains(strip);
  Reel& reel = gone ? again_ : forward_;
  const bool gone_again = strip < reel.next && !reel.waiting.contains(strip);
  if (reel.stream == nullptr || gone_again) reel = {open_(), 0, {}, false};
  while (reel.next <= strip && !reel.ended) {
    StreamStrip text = reel.stream->next(spare_, context);
    reel.ended = text.last;
    // Strips that are read again come in order: those before have been.
    if (!gone || reel.next == strip) reel.waiting.emplace(reel.next, std::move(text));
    ++reel.next;
  }
  const auto found = reel.waiting.find(strip);
  if (found == reel.waiting.end()) return std::nullopt;
  StreamStrip text = std::move(found->second);
  reel.waiting.erase(found);
  return text;
}

}  // namespace treadle::csv
