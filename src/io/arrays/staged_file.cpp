#include "io/arrays/staged_file.h"

#include <fcntl.h>
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

std::string parent_of(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? std::string(1, '.') : parent.string();
}

}  // namespace

StagedFile::StagedFile(std::string target, Mode mode, std::string_view token)
    : target_(std::move(target)), mode_(mode) {
  std::error_code error;
  if (fs::is_symlink(target_, error)) target_ = fs::weakly_canonical(target_, error).string();
  const std::string name = fs::path(target_).filename().string();
  if (name.empty()) throw InvalidArgument("expected the name of a file to write, found \"" + target_ + '"');
  check_target();
  path_ = (fs::path(parent_of(target_)) / ("." + name + ".treadle-" + std::string(token))).string();
  try {
    make_parents();
    ::unlink(path_.c_str());
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0) throw IoError::from_errno("cannot make the file", path_, errno);
  } catch (...) {
    remove_made_parents();
    throw;
  }
}

StagedFile::~StagedFile() {
  close();
  if (!published_) {
    ::unlink(path_.c_str());
    remove_made_parents();
  } else if (exchanged_) {
    ::unlink(path_.c_str());
  }
}

void StagedFile::check_target() const {
  struct stat status = {};
  if (::lstat(target_.c_str(), &status) != 0) return;
  if (S_ISDIR(status.st_mode))
    throw InvalidArgument("expected a file to write, found a directory: " + target_);
  if (mode_ == Mode::kError)
    throw IoError("the target exists; remove it or write with overwrite: " + target_);
}

void StagedFile::make_parents() {
  for (fs::path missing = parent_of(target_); !missing.empty() && !fs::exists(missing);
       missing = missing.parent_path()) {
    made_parents_.push_back(missing.string());
  }
  std::ranges::reverse(made_parents_);
  for (const std::string& directory : made_parents_) {
    if (::mkdir(directory.c_str(), 0777) != 0 && errno != EEXIST)
      throw IoError::from_errno("cannot make the directory", directory, errno);
  }
}

void StagedFile::remove_made_parents() noexcept {
  for (const std::string& directory : made_parents_ | std::views::reverse) ::rmdir(directory.c_str());
}

void StagedFile::fail(int error_number) const {
  throw IoError::from_errno(
      error_number == ENOSPC || error_number == EDQUOT ? "disk full while writing" : "cannot write", target_,
      error_number);
}

void StagedFile::resize(std::uint64_t size) {
  if (size == 0) return;
  const int error = ::posix_fallocate(descriptor_, 0, static_cast<off_t>(size));
  // Where room cannot be kept free, a full disk shows at the write.
  if (error == EOPNOTSUPP || error == EINVAL) {
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) fail(errno);
  } else if (error != 0) {
    fail(error);
  }
}

void StagedFile::write_at(std::uint64_t offset, const void* bytes, std::size_t size) {
  const auto* next = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t put = ::pwrite(descriptor_, next, size, static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail(errno);
    next += put;
    offset += static_cast<std::uint64_t>(put);
    size -= static_cast<std::size_t>(put);
  }
}

void StagedFile::prepare() {
  if (::fsync(descriptor_) != 0) fail(errno);
}

void StagedFile::publish() {
  exchanged_ = false;
  if (!rename_if_free(path_, target_)) {
    check_target();
    if (exchange_paths(path_, target_)) {
      exchanged_ = true;
    } else if (::rename(path_.c_str(), target_.c_str()) != 0) {
      throw IoError::from_errno("cannot rename " + path_ + " to", target_, errno);
    }
  }
  published_ = true;
}

void StagedFile::take_back() noexcept {
  if (!published_) return;
  try {
    if (exchanged_) {
      exchange_paths(path_, target_);
    } else {
      rename_if_free(target_, path_);
    }
    published_ = false;
    exchanged_ = false;
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): it stays published: better than to lose it
  }
}

void StagedFile::settle() noexcept {
  if (published_ && std::exchange(exchanged_, false)) ::unlink(path_.c_str());
  close();
}

void StagedFile::close() noexcept {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

}  // namespace treadle::io
