#pragma once

#include <list>
#include <mutex>
#include <string>
#include <vector>

namespace treadle::engine {

/// A run's folders for spill files: made at first use, and again if somebody took them away; removed with
/// everything in them at the end. What runs of processes that died have left beside them is removed, too.
/// Thread-safe.
///
/// Each folder holds a file that its process keeps locked: the system lets go of it however the process ends.
class SpillFolder {
 public:
  /// Below `parents`, separated by ':'; if that is empty, below $TREADLE_SPILL_DIRECTORY, else $TMPDIR, else
  /// /tmp.
  explicit SpillFolder(std::string parents) : parents_(std::move(parents)) {}
  SpillFolder(const SpillFolder&) = delete;
  SpillFolder& operator=(const SpillFolder&) = delete;
  ~SpillFolder() { remove(); }

  /// The folder on the disk that has the most room; stays valid. Throws IoError if it cannot be made.
  const std::string& path();
  /// Removes the folders, if any were made. They are made again by the next path().
  void remove() noexcept;

 private:
  // A folder that was made, and the descriptor that keeps its lock.
  struct Made {
    std::string path;
    int lock = -1;
  };
  struct Place {
    std::string parent;
    std::list<Made> made;  // the last one is in use; somebody may read the names of the others still
  };

  void find_places();
  static Made make(const std::string& parent);

  std::mutex mutex_;
  const std::string parents_;
  std::vector<Place> places_;
};

/// Removes the folders for spill files below `parent` whose processes are gone. Best effort.
void remove_leftover_folders(const std::string& parent) noexcept;

}  // namespace treadle::engine
