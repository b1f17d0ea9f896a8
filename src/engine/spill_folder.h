#pragma once

#include <mutex>
#include <string>

namespace treadle::engine {

/// A run's folder for spill files: made at first use, removed with everything in it at the end. Thread-safe.
class SpillFolder {
 public:
  /// Below `parent`; if that is empty, below $TREADLE_SPILL_DIRECTORY, else $TMPDIR, else /tmp.
  explicit SpillFolder(std::string parent) : parent_(std::move(parent)) {}
  SpillFolder(const SpillFolder&) = delete;
  SpillFolder& operator=(const SpillFolder&) = delete;
  ~SpillFolder() { remove(); }

  /// The folder's path. Throws IoError if it cannot be made.
  const std::string& path();
  /// Removes the folder, if it was made. It is made again by the next path().
  void remove() noexcept;

 private:
  std::mutex mutex_;
  std::string parent_;
  std::string path_;
};

}  // namespace treadle::engine
