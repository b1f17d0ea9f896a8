#pragma once

#include <span>

namespace treadle::io {

/// Something that was written under a temporary name and is yet to appear under its own. publish() and what
/// follows it are the steps of publish_together().
class StagedOutput {
 public:
  virtual ~StagedOutput() = default;
  /// Returns when all of it has reached the disk: what can fail for want of room fails here. Throws IoError.
  virtual void prepare() = 0;
  /// Puts it in the target's place; what was there is kept. Throws IoError, nothing having changed.
  virtual void publish() = 0;
  /// Undoes publish(): the target is what it was, and this is staged again. What cannot be undone is left.
  virtual void take_back() noexcept = 0;
  /// Forgets what was there before.
  virtual void settle() noexcept = 0;
};

/// Publishes all of them or none: each is prepared before the first appears, and if one cannot be put in
/// place, those that were are taken back. Throws IoError, InvalidArgument. Between the first and the last
/// there are a few renames; a process killed just then leaves some published and others not.
void publish_together(std::span<StagedOutput* const> outputs);

}  // namespace treadle::io
