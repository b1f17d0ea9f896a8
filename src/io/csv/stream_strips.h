#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "io/csv/text_stream.h"
#include "treadle/task_context.h"

namespace treadle::csv {

/// The strips of a stream for several threads. Whoever comes before a strip's turn takes the texts before it
/// along; texts are unpacked one after the other, and read while others are unpacked. Thread-safe.
class StreamStrips {
 public:
  /// `open`: the stream from its start. `spare`: bytes to leave behind each text.
  StreamStrips(std::function<std::unique_ptr<TextStream>()> open, std::size_t spare)
      : open_(std::move(open)), spare_(spare) {}

  /// A strip's text; nothing behind the last one. One that was given before is unpacked from the start again.
  std::optional<StreamStrip> take(std::size_t strip, TaskContext& context);

 private:
  /// A stream and the strips that it has given but nobody has asked for yet.
  struct Reel {
    std::unique_ptr<TextStream> stream;
    std::size_t next = 0;
    std::map<std::size_t, StreamStrip> waiting;
    bool ended = false;
  };

  const std::function<std::unique_ptr<TextStream>()> open_;
  const std::size_t spare_;
  std::mutex mutex_;
  Reel forward_,
      again_;  // guarded by mutex_; `again_`: from the start once more, for strips that are read again
};

}  // namespace treadle::csv
