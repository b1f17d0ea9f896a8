#include "jobs/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "treadle/error.h"

namespace treadle::jobs {
namespace {

// Beside the target, so that renaming stays within one file system; the same name for the same target, so
// that what a killed process left is overwritten by the next.
std::string partial_name(const std::string& path) {
  const std::size_t name = path.rfind('/') + 1;
  return path.substr(0, name) + '.' + path.substr(name) + ".partial";
}

void throw_if_exists(const std::string& path) {
  struct stat status;
  if (::stat(path.c_str(), &status) == 0) {
    throw IoError("the output exists already: " + path + "; the mode \"overwrite\" replaces it");
  }
}

}  // namespace

OutputFile::OutputFile(std::string path, WriteMode mode)
    : path_(std::move(path)), partial_(partial_name(path_)), mode_(mode) {
  if (mode_ == WriteMode::kError) throw_if_exists(path_);
  file_ = ::open(partial_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file_ < 0) throw IoError::from_errno("cannot write", path_, errno);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      partial_(std::move(other.partial_)),
      mode_(other.mode_),
      file_(std::exchange(other.file_, -1)),
      bytes_written_(other.bytes_written_) {}

OutputFile::~OutputFile() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(partial_.c_str());
}

void OutputFile::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw IoError::from_errno("cannot write", path_, errno);
    bytes_written_ += static_cast<std::uint64_t>(written);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void OutputFile::commit() {
  if (mode_ == WriteMode::kError) throw_if_exists(path_);
  // Some file systems say only here that they are full.
  if (::fsync(file_) != 0 && errno != EINVAL) throw IoError::from_errno("cannot write", path_, errno);
  if (::rename(partial_.c_str(), path_.c_str()) != 0)
    throw IoError::from_errno("cannot rename to", path_, errno);
  ::close(std::exchange(file_, -1));
}

}  // namespace treadle::jobs
