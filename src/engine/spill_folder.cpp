#include "engine/spill_folder.h"

#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "treadle/error.h"

namespace treadle::engine {
namespace {

std::string default_parent() {
  for (const char* name : {"TREADLE_SPILL_DIRECTORY", "TMPDIR"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "/tmp";
}

}  // namespace

const std::string& SpillFolder::path() {
  const std::lock_guard lock(mutex_);
  if (!path_.empty()) return path_;
  if (parent_.empty()) parent_ = default_parent();
  std::error_code ignored;  // mkdtemp() reports what matters
  std::filesystem::create_directories(parent_, ignored);
  std::string pattern = parent_ + "/treadle-" + std::to_string(::getpid()) + "-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw IoError::from_errno("cannot make a folder for spill files (set spill_directory)", parent_, errno);
  }
  path_ = pattern;
  return path_;
}

void SpillFolder::remove() noexcept {
  const std::lock_guard lock(mutex_);
  if (path_.empty()) return;
  std::error_code ignored;  // what cannot be removed now is removed at the next start
  std::filesystem::remove_all(path_, ignored);
  path_.clear();
}

}  // namespace treadle::engine
