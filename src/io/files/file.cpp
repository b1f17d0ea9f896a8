#include "io/files/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "treadle/error.h"
#include "treadle/key.h"

namespace treadle::io {
namespace {

FileIdentity identity_from(const std::string& path, const struct stat& status) {
  if (S_ISDIR(status.st_mode)) {
    throw IoError("expected a file, found a directory: " + path + " (to read the files in it: " + path +
                  "/*)");
  }
  if (!S_ISREG(status.st_mode)) throw IoError("expected a regular file, found a device or pipe: " + path);
  return {path, static_cast<std::uint64_t>(status.st_size),
          std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

}  // namespace

FileIdentity FileIdentity::of(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) throw IoError::from_errno("cannot read", path, errno);
  return identity_from(path, status);
}

void FileIdentity::add_to(KeyBuilder& key) const { key.add(path).add(size).add(modified_ns); }

File::File(FileIdentity identity) : identity_(std::move(identity)) {
  descriptor_ = open(path().c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) throw IoError::from_errno("cannot read", path(), errno);
  try {
    check_unchanged();
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

File::File(File&& other) noexcept
    : identity_(std::move(other.identity_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

File::~File() {
  if (descriptor_ >= 0) close(descriptor_);
}

void File::read_at(std::uint64_t offset, void* to, std::size_t size) const {
  auto* bytes = static_cast<char*>(to);
  while (size != 0) {
    const ssize_t got = pread(descriptor_, bytes, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw IoError::from_errno("cannot read", path(), errno);
    if (got == 0) {
      throw IoError("the file was truncated while it was read: " + path() + ": expected " +
                    std::to_string(this->size()) + " bytes, found " + std::to_string(offset));
    }
    bytes += got;
    offset += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
}

void File::check_unchanged() const {
  struct stat status = {};
  if (fstat(descriptor_, &status) != 0) throw IoError::from_errno("cannot read", path(), errno);
  const FileIdentity now = identity_from(path(), status);
  if (now.size == size() && now.modified_ns == identity_.modified_ns) return;
  throw IoError("the file was changed after its plan was made: " + path() + ": expected " +
                std::to_string(size()) + " bytes, found " + std::to_string(now.size) +
                (now.size == size() ? " with another modification time" : ""));
}

}  // namespace treadle::io
