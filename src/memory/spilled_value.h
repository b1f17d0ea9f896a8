#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "memory/spill_file.h"
#include "treadle/value.h"

namespace treadle {

/// A movable value that lies in a spill file instead of memory. Immutable, thread-safe; its disk space goes
/// with it, unless a child of the process that wrote it lets it go: the parent reads on.
class SpilledValue {
 public:
  /// Writes `value` to `file`. Throws IoError, TypeError for a pinned value, and what its codec throws.
  SpilledValue(std::shared_ptr<SpillFile> file, const Value& value);
  SpilledValue(const SpilledValue&) = delete;
  SpilledValue& operator=(const SpilledValue&) = delete;
  ~SpilledValue();

  /// The value, read back. Throws IoError.
  Value read() const;
  /// What the value held in memory, and will again.
  std::size_t nbytes() const noexcept { return nbytes_; }
  /// What it holds on disk.
  std::size_t stored_bytes() const noexcept;

 private:
  void discard() noexcept;

  std::shared_ptr<SpillFile> file_;
  int process_;
  std::string kind_;
  std::size_t nbytes_;
  std::vector<SpillBlock> blocks_;
};

}  // namespace treadle
