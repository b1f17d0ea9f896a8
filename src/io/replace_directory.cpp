#include "io/replace_directory.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

#include "io/hive.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 9> kDataEndings = {".parquet", ".parq",  ".pq",  ".csv", ".json",
                                                          ".ndjson",  ".jsonl", ".crc", ".gz"};
// Beyond so many files one call that writes the whole file system back is the shorter wait.
constexpr std::size_t kSyncOneByOne = 256;

bool is_data_file(const std::string& name) {
  return name.starts_with('.') || name.starts_with('_') ||
         std::ranges::any_of(kDataEndings, [&](std::string_view ending) { return name.ends_with(ending); });
}

/// A path below `directory` that no data set has; empty if there is none.
std::string foreign_entry(const fs::path& directory) {
  for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_symlink() || (!entry.is_directory() && !is_data_file(name))) return entry.path().string();
    if (!entry.is_directory()) continue;
    if (!parse_hive_directory(name)) return entry.path().string();
    if (auto found = foreign_entry(entry.path()); !found.empty()) return found;
  }
  return {};
}

/// A Zarr array or group, or a stack of .npy files: directories whose chunks have names of any kind.
bool is_array_store(const fs::path& directory) {
  return fs::exists(directory / "zarr.json") || fs::exists(directory / ".zarray") ||
         fs::exists(directory / ".zgroup") ||
         (fs::exists(directory / "info") && fs::exists(directory / "0.npy"));
}

bool is_at_or_above(const fs::path& directory, const fs::path& other) {
  return std::mismatch(directory.begin(), directory.end(), other.begin(), other.end()).first ==
         directory.end();
}

/// A descriptor that is closed with its scope.
class Descriptor {
 public:
  explicit Descriptor(const std::string& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (number_ < 0) throw IoError::from_errno("cannot open", path, errno);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(number_); }
  int number() const noexcept { return number_; }

 private:
  int number_;
};

// Some file systems have nothing to sync for a directory and say so by EINVAL.
void sync_path(const std::string& path) {
  const Descriptor descriptor(path);
  if (::fsync(descriptor.number()) != 0 && errno != EINVAL)
    throw IoError::from_errno("cannot write back", path, errno);
}

}  // namespace

void check_replaceable(const std::string& target) {
  const auto refuse = [&](const std::string& reason) {
    throw InvalidArgument("overwrite replaces a data set, but " + target + " " + reason);
  };
  try {
    const fs::path real = fs::canonical(target);
    if (!fs::is_directory(real)) refuse("is a file");
    if (is_at_or_above(real, fs::current_path())) refuse("is the current directory or above it");
    const char* home = std::getenv("HOME");
    if (home != nullptr && is_at_or_above(real, fs::weakly_canonical(home)))
      refuse("is the home directory or above it");
    if (is_array_store(real)) return;
    const std::string foreign = foreign_entry(real);
    if (!foreign.empty())
      refuse("holds " + foreign + ", which is no part of one; remove it or choose another place");
  } catch (const fs::filesystem_error& error) {
    throw IoError::from_errno("cannot look into the directory", target, error.code().value());
  }
}

bool rename_if_free(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno == EEXIST || errno == ENOTEMPTY) return false;
  if (errno != EINVAL && errno != ENOSYS)
    throw IoError::from_errno("cannot rename " + from + " to", to, errno);
  // A file system without this flag: a target that appears between the two calls is only safe if it is not
  // empty.
  if (fs::exists(fs::symlink_status(to))) return false;
  if (::rename(from.c_str(), to.c_str()) == 0) return true;
  if (errno == EEXIST || errno == ENOTEMPTY) return false;
  throw IoError::from_errno("cannot rename " + from + " to", to, errno);
}

bool exchange_paths(const std::string& left, const std::string& right) {
  if (::renameat2(AT_FDCWD, left.c_str(), AT_FDCWD, right.c_str(), RENAME_EXCHANGE) == 0) return true;
  if (errno == EINVAL || errno == ENOSYS) return false;
  throw IoError::from_errno("cannot exchange " + left + " with", right, errno);
}

void link_files(const std::string& from, const std::string& to) {
  try {
    for (const auto& entry : fs::recursive_directory_iterator(from)) {
      const std::string name = entry.path().filename().string();
      if (name == "_metadata" || name == "_common_metadata") continue;
      const fs::path target = fs::path(to) / fs::relative(entry.path(), from);
      if (entry.is_directory()) {
        fs::create_directories(target);
        continue;
      }
      std::error_code error;
      fs::create_hard_link(entry.path(), target, error);
      if (error) fs::copy_file(entry.path(), target);
    }
  } catch (const fs::filesystem_error& error) {
    throw IoError::from_errno("cannot keep", error.path1().string(), error.code().value());
  }
}

void sync_directory(const std::string& directory) { sync_path(directory); }

void sync_tree(const std::string& directory) {
  try {
    std::vector<std::string> paths = {directory};
    for (const auto& entry : fs::recursive_directory_iterator(directory))
      paths.push_back(entry.path().string());
    if (paths.size() > kSyncOneByOne) {
      const Descriptor descriptor(directory);
      if (::syncfs(descriptor.number()) != 0)
        throw IoError::from_errno("cannot write back", directory, errno);
      return;
    }
    for (const std::string& path : paths) sync_path(path);
  } catch (const fs::filesystem_error& error) {
    throw IoError::from_errno("cannot read the directory", directory, error.code().value());
  }
}

}  // namespace treadle::io
