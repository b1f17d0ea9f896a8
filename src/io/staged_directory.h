#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace treadle::io {

/// A directory being made: files are written beside the target under a temporary name and appear there all at
/// once.
///
/// Lifetime of a write: stage() once, any number of tasks write files under path(), commit() or abandon().
/// The temporary name is ".NAME.treadle-TOKEN". Whoever stages holds a lock on the directory, which ends with
/// the process: what a killed process left is found by name and lack of a lock, and removed by the next
/// stage() of the target.
class StagedDirectory {
 public:
  enum class Mode : std::uint8_t { kError, kOverwrite };
  /// Makes the directory, and the directories that lead to it.
  /// Throws IoError if the target exists and the mode is kError, or if its parent cannot be written;
  /// InvalidArgument for a target that kOverwrite does not replace: a file, the home or current directory or
  /// one above it, a directory that holds what is no part of a data set (see check_replaceable()).
  StagedDirectory(std::string target, Mode mode, std::string_view token);
  const std::string& path() const noexcept { return path_; }
  /// Puts the directory in the target's place: exchanged in one step where the file system can. All files
  /// have reached the disk before. Throws as the constructor does if the target has appeared meanwhile;
  /// nothing has changed then.
  void commit();
  /// Removes what was staged; also done by the destructor unless committed.
  void abandon() noexcept;
  ~StagedDirectory();
  StagedDirectory(const StagedDirectory&) = delete;
  StagedDirectory& operator=(const StagedDirectory&) = delete;

 private:
  void make_parents();
  void remove_leftovers() const;
  void make_locked();
  void put_in_place();
  void unlock() noexcept;
  void remove_made_parents() noexcept;

  std::string target_;
  std::string parent_;
  std::string path_;
  Mode mode_;
  bool done_ = false;
  int lock_ = -1;
  // Directories above the target that were made for it, the outermost first.
  std::vector<std::string> made_parents_;
};

}  // namespace treadle::io
