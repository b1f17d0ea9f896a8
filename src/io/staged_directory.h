#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/staged_output.h"

namespace treadle::io {

/// A directory being made: files are written beside the target under a temporary name and appear there all at
/// once.
///
/// Lifetime of a write: stage() once, any number of tasks write files under path(), publish_together(),
/// commit() or abandon().
/// The temporary name is ".NAME.treadle-TOKEN". Whoever stages holds a lock on the directory, which ends with
/// the process: what a killed process left is found by name and lack of a lock, and removed by the next
/// stage() of the target.
class StagedDirectory final : public StagedOutput {
 public:
  /// kAppend: the files join those of the target, which is made if it does not exist.
  enum class Mode : std::uint8_t { kError, kOverwrite, kAppend };
  /// Makes the directory, and the directories that lead to it.
  /// Throws IoError if the target exists and the mode is kError, if another run appends to it, or if its
  /// parent cannot be written; InvalidArgument for a target that kOverwrite does not replace: a file, the
  /// home or current directory or one above it, a directory that holds what is no part of a data set (see
  /// check_replaceable()).
  StagedDirectory(std::string target, Mode mode, std::string_view token);
  const std::string& path() const noexcept { return path_; }
  /// Whether there is a target whose files stay.
  bool appends() const noexcept { return appends_; }
  /// Links the files that stay into the staged directory, so that both appear together.
  void prepare() override;
  /// Exchanged in one step where the file system can. Throws as the constructor does if the target has
  /// appeared meanwhile.
  void publish() override;
  void take_back() noexcept override;
  void settle() noexcept override;
  /// All three steps of a data set that is published alone.
  void commit();
  /// Removes what was staged; also done by the destructor unless published.
  void abandon() noexcept;
  ~StagedDirectory() override;
  StagedDirectory(const StagedDirectory&) = delete;
  StagedDirectory& operator=(const StagedDirectory&) = delete;

 private:
  /// Where the former data set lies once this is published.
  enum class Former : std::uint8_t { kNone, kExchanged, kAside };

  void begin_to_append();
  void make_parents();
  void remove_leftovers() const;
  void make_locked();
  std::string old_name() const;
  void move_aside();
  void unlock() noexcept;
  void unlock_former() noexcept;
  void remove_made_parents() noexcept;

  std::string target_;
  std::string parent_;
  std::string path_;
  Mode mode_;
  bool appends_ = false;
  bool linked_ = false;  // the files that stay are in the staged directory
  bool published_ = false;
  bool done_ = false;
  Former former_ = Former::kNone;
  int lock_ = -1;
  int former_lock_ = -1;  // so that a stage() does not take it for a leftover, and nobody else appends
  // Directories above the target that were made for it, the outermost first.
  std::vector<std::string> made_parents_;
};

}  // namespace treadle::io
