#include "io/staged_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <ranges>
#include <system_error>
#include <utility>

#include "io/replace_directory.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

namespace fs = std::filesystem;

// The former data set while a file system that cannot exchange directories moves the new one in.
constexpr std::string_view kOld = ".old";

std::string staged_prefix(const std::string& target) {
  std::string prefix = ".";
  prefix += fs::path(target).filename().string();
  return prefix + ".treadle-";
}

/// The target without trailing slashes; where a link points.
std::string normalize(const std::string& target) {
  fs::path path = fs::path(target).lexically_normal();
  if (path.filename().empty()) path = path.parent_path();
  const fs::path name = path.filename();
  if (name.empty() || name == "." || name == ".." || path == path.root_path()) {
    throw InvalidArgument("a data set needs a directory of its own to be written to, not \"" + target + '"');
  }
  std::error_code error;
  if (fs::is_symlink(path, error)) path = fs::weakly_canonical(path, error);
  return path.string();
}

std::string parent_of(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? std::string(1, '.') : parent.string();
}

bool exists(const std::string& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() != fs::file_type::not_found;
}

/// A locked descriptor of the directory; -1 if it is not there or another process holds the lock.
int lock_directory(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return -1;
  struct stat opened = {};
  struct stat named = {};
  // Between opening and locking the directory may have been removed by someone who took it for a leftover.
  const bool ours = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0 && ::fstat(descriptor, &opened) == 0 &&
                    ::lstat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
                    opened.st_dev == named.st_dev;
  if (ours) return descriptor;
  ::close(descriptor);
  return -1;
}

class Lock {
 public:
  explicit Lock(const std::string& path) : descriptor_(lock_directory(path)) {}
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  bool held() const noexcept { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

void remove_tree(const std::string& path) noexcept {
  std::error_code error;
  fs::remove_all(path, error);
}

[[noreturn]] void throw_exists(const std::string& target) {
  throw IoError("the target exists; remove it or write with mode \"overwrite\": " + target);
}

}  // namespace

StagedDirectory::StagedDirectory(std::string target, Mode mode, std::string_view token)
    : target_(normalize(target)), parent_(parent_of(target_)), mode_(mode) {
  path_ = (fs::path(parent_) / (staged_prefix(target_) + std::string(token))).string();
  remove_leftovers();
  if (exists(target_)) {
    if (mode_ == Mode::kError) throw_exists(target_);
    check_replaceable(target_);
    if (mode_ == Mode::kAppend) begin_to_append();
  }
  try {
    make_parents();
    make_locked();
  } catch (...) {
    unlock_former();
    remove_made_parents();
    throw;
  }
}

StagedDirectory::~StagedDirectory() { abandon(); }

// Held until the files are in place: what is linked must be all that there is then.
void StagedDirectory::begin_to_append() {
  former_lock_ = lock_directory(target_);
  if (former_lock_ < 0) throw IoError("another run is writing to " + target_ + " at the moment");
  appends_ = true;
}

void StagedDirectory::make_parents() {
  for (fs::path missing = parent_; !missing.empty() && !exists(missing.string());
       missing = missing.parent_path()) {
    made_parents_.push_back(missing.string());
  }
  std::ranges::reverse(made_parents_);
  for (const std::string& directory : made_parents_) {
    if (::mkdir(directory.c_str(), 0777) != 0 && errno != EEXIST) {
      throw IoError::from_errno("cannot make the directory", directory, errno);
    }
  }
}

void StagedDirectory::remove_leftovers() const {
  const std::string prefix = staged_prefix(target_);
  std::error_code error;
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(parent_, error)) {
    if (entry.path().filename().string().starts_with(prefix)) found.push_back(entry.path().string());
  }
  for (const std::string& path : found) {
    const Lock lock(path);
    if (!lock.held()) continue;
    // Killed between moving the former data set away and the new one in: the former one is the good one.
    const bool restored = path.ends_with(kOld) && !exists(target_) && rename_if_free(path, target_);
    if (!restored) remove_tree(path);
  }
}

void StagedDirectory::make_locked() {
  constexpr int kTries = 3;
  for (int i = 0; i < kTries && lock_ < 0; ++i) {
    if (::mkdir(path_.c_str(), 0777) != 0) {
      if (errno == EEXIST) throw IoError("another run is writing to " + target_ + " at the moment");
      throw IoError::from_errno("cannot make the directory", path_, errno);
    }
    lock_ = lock_directory(path_);
  }
  if (lock_ < 0) throw IoError("cannot lock the directory: " + path_);
}

void StagedDirectory::commit() {
  StagedOutput* const outputs[] = {this};
  publish_together(outputs);
}

void StagedDirectory::prepare() {
  if (published_) throw InternalError("a staged directory was committed twice: " + target_);
  if (appends_ && !std::exchange(linked_, true)) link_files(target_, path_);
  sync_tree(path_);
}

void StagedDirectory::publish() {
  if (rename_if_free(path_, target_)) {
    former_ = Former::kNone;
  } else {
    if (mode_ == Mode::kError || (mode_ == Mode::kAppend && !appends_)) throw_exists(target_);
    check_replaceable(target_);
    if (!appends_) former_lock_ = lock_directory(target_);
    try {
      move_aside();
    } catch (...) {
      unlock_former();
      throw;
    }
  }
  published_ = true;
}

void StagedDirectory::move_aside() {
  former_ = Former::kExchanged;
  if (exchange_paths(path_, target_)) return;
  former_ = Former::kAside;
  if (!rename_if_free(target_, old_name()))
    throw IoError("cannot move the former data set away, the name is taken: " + old_name());
  if (rename_if_free(path_, target_)) return;
  rename_if_free(old_name(), target_);
  throw_exists(target_);
}

void StagedDirectory::take_back() noexcept {
  if (!published_) return;
  try {
    if (former_ == Former::kExchanged) {
      exchange_paths(path_, target_);
    } else {
      rename_if_free(target_, path_);
      if (former_ == Former::kAside) rename_if_free(old_name(), target_);
    }
    published_ = false;
  } catch (const Error&) {
    done_ = true;  // it stays published: better than to lose it
  }
  unlock_former();
}

void StagedDirectory::settle() noexcept {
  if (!published_ || done_) return;
  done_ = true;
  if (former_ == Former::kExchanged) remove_tree(path_);
  if (former_ == Former::kAside) remove_tree(old_name());
  unlock_former();
  try {
    sync_directory(parent_);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the data set is in place
  }
  unlock();
}

std::string StagedDirectory::old_name() const { return path_ + std::string(kOld); }

void StagedDirectory::unlock() noexcept {
  if (lock_ >= 0) ::close(std::exchange(lock_, -1));
}

void StagedDirectory::unlock_former() noexcept {
  if (former_lock_ >= 0) ::close(std::exchange(former_lock_, -1));
}

void StagedDirectory::abandon() noexcept {
  if (published_) return settle();
  if (done_) return;
  done_ = true;
  remove_tree(path_);
  unlock();
  unlock_former();
  remove_made_parents();
}

void StagedDirectory::remove_made_parents() noexcept {
  for (const std::string& directory : made_parents_ | std::views::reverse) ::rmdir(directory.c_str());
}

}  // namespace treadle::io
