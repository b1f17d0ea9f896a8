#include "io/file_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "treadle/error.h"

namespace treadle::io {

void FileOutput::make() {
  const std::filesystem::path parent = std::filesystem::path(path_).parent_path();
  std::error_code error;
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (error) throw IoError::from_errno("cannot make the directory", parent.string(), error.value());
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw IoError::from_errno("cannot make the file", path_, errno);
  made_ = true;
}

FileOutput::~FileOutput() {
  release_descriptor();
  if (made_ && !closed_) ::unlink(path_.c_str());
}

void FileOutput::fail(int error_number) {
  throw IoError::from_errno(
      error_number == ENOSPC || error_number == EDQUOT ? "disk full while writing" : "cannot write", path_,
      error_number);
}

void FileOutput::ensure_open() {
  if (descriptor_ >= 0) return;
  if (!made_) return make();
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (descriptor_ < 0) fail(errno);
}

void FileOutput::write(const void* bytes, std::size_t size) {
  ensure_open();
  const char* next = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t put = ::write(descriptor_, next, size);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail(errno);
    next += put;
    size -= static_cast<std::size_t>(put);
    bytes_written_ += static_cast<std::uint64_t>(put);
  }
}

void FileOutput::close() {
  ensure_open();
  // Writing back begins now, so that the commit finds little left to wait for.
  ::sync_file_range(descriptor_, 0, 0, SYNC_FILE_RANGE_WRITE);
  // Some file systems report a full disk only here.
  if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) fail(errno);
  closed_ = true;
}

void FileOutput::release_descriptor() noexcept {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

}  // namespace treadle::io
