#include "engine/spill_folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

#include "memory/spill_account.h"
#include "treadle/error.h"

namespace treadle::engine {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "treadle-spill-";
constexpr const char* kLockFile = "/lock";
// A folder without a lock file is one that is being made, unless it is older than this.
constexpr std::time_t kSecondsToMake = 60;

std::string default_parents() {
  for (const char* name : {"TREADLE_SPILL_DIRECTORY", "TMPDIR"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "/tmp";
}

// Whether the process that made `folder`, one of this user's, is gone. Its lock is ours then.
bool is_leftover(const std::string& folder, int& lock) {
  struct stat found{};
  if (::lstat(folder.c_str(), &found) != 0 || !S_ISDIR(found.st_mode) || found.st_uid != ::geteuid())
    return false;
  lock = ::open((folder + kLockFile).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (lock < 0) return errno == ENOENT && std::time(nullptr) - found.st_mtime > kSecondsToMake;
  return ::flock(lock, LOCK_EX | LOCK_NB) == 0;
}

// Whether an open file is still in its folder: who removes leftovers may have been there before our lock was.
bool is_there(int file) {
  struct stat found{};
  return file < 0 || ::fstat(file, &found) != 0 || found.st_nlink != 0;
}

}  // namespace

void remove_leftover_folders(const std::string& parent) noexcept {
  try {
    for (const auto& entry : fs::directory_iterator(parent)) {
      if (!entry.path().filename().string().starts_with(kPrefix)) continue;
      int lock = -1;
      std::error_code ignored;
      if (is_leftover(entry.path().string(), lock)) fs::remove_all(entry.path(), ignored);
      if (lock >= 0) ::close(lock);
    }
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): who removes comes by again
  }
}

SpillFolder::Made SpillFolder::make(const std::string& parent) {
  std::error_code ignored;  // mkdtemp() reports what matters
  fs::create_directories(parent, ignored);
  for (;;) {
    std::string path = parent + "/" + kPrefix + std::to_string(::getpid()) + "-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) {
      throw IoError::from_errno("cannot make a folder for spill files (set spill_directory)", parent, errno);
    }
    const int lock = ::open((path + kLockFile).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    // Where a file system knows no locks, nobody else gets one either.
    const bool taken = lock >= 0 && ::flock(lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (!taken && is_there(lock)) return {std::move(path), lock};
    if (lock >= 0) ::close(lock);  // somebody took it for a leftover in the moment in between
  }
}

void SpillFolder::find_places() {
  const std::string list = parents_.empty() ? default_parents() : parents_;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(':', begin), list.size());
    if (end != begin) places_.push_back({list.substr(begin, end - begin), {}});
    begin = end + 1;
  }
  if (places_.empty()) throw InvalidArgument("spill_directory must name a folder, found \"" + list + "\"");
}

const std::string& SpillFolder::path() {
  const std::lock_guard lock(mutex_);
  if (places_.empty()) find_places();
  for (Place& place : places_) {
    // Who cleans up in /tmp may have taken it away.
    if (!place.made.empty() && ::access(place.made.back().path.c_str(), F_OK) == 0) continue;
    if (place.made.empty()) remove_leftover_folders(place.parent);
    place.made.push_back(make(place.parent));
  }
  if (places_.size() == 1) return places_[0].made.back().path;
  const auto free = [](const Place& place) {
    return disk_space(place.made.back().path).value_or(DiskSpace{}).free;
  };
  return std::ranges::max_element(places_, {}, free)->made.back().path;
}

void SpillFolder::remove() noexcept {
  const std::lock_guard lock(mutex_);
  std::error_code ignored;  // what cannot be removed now is removed at the next start
  for (Place& place : places_) {
    for (Made& made : place.made) {
      fs::remove_all(made.path, ignored);
      if (made.lock >= 0) ::close(std::exchange(made.lock, -1));
    }
  }
}

}  // namespace treadle::engine
