#include "jobs/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "io/replace_directory.h"
#include "treadle/error.h"

namespace treadle::jobs {
namespace {

// Beside the target, so that renaming stays within one file system; the same name for the same target, so
// that what a killed process left is overwritten by the next.
std::string partial_name(const std::string& path) {
  const std::size_t name = path.rfind('/') + 1;
  return path.substr(0, name) + '.' + path.substr(name) + ".partial";
}

[[noreturn]] void throw_exists(const std::string& path) {
  throw IoError("the output exists already: " + path + "; the mode \"overwrite\" replaces it");
}

/// Throws if nothing may be put at the path.
void check_target(const std::string& path, WriteMode mode) {
  if (mode == WriteMode::kAppend)
    throw InvalidArgument("expected a data set to append to, found the single file " + path);
  struct stat status;
  if (::stat(path.c_str(), &status) != 0) return;
  if (mode == WriteMode::kError) throw_exists(path);
  if (S_ISDIR(status.st_mode)) throw IoError::from_errno("cannot write", path, EISDIR);
}

void remove_file(const std::string& path) noexcept { ::unlink(path.c_str()); }

}  // namespace

OutputFile::OutputFile(std::string path, WriteMode mode)
    : path_(std::move(path)), partial_(partial_name(path_)), mode_(mode) {
  check_target(path_, mode_);
  file_ = ::open(partial_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file_ < 0) throw IoError::from_errno("cannot write", path_, errno);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      partial_(std::move(other.partial_)),
      mode_(other.mode_),
      former_(other.former_),
      published_(other.published_),
      file_(std::exchange(other.file_, -1)),
      bytes_written_(other.bytes_written_) {}

OutputFile::~OutputFile() {
  if (file_ < 0) return;
  if (published_) {
    settle();
  } else {
    ::close(file_);
    remove_file(partial_);
  }
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
  io::StagedOutput* const outputs[] = {this};
  io::publish_together(outputs);
}

// Some file systems say only here that they are full.
void OutputFile::prepare() {
  if (::fsync(file_) != 0 && errno != EINVAL) throw IoError::from_errno("cannot write", path_, errno);
}

void OutputFile::publish() {
  former_ = Former::kNone;
  if (!io::rename_if_free(partial_, path_)) {
    check_target(path_, mode_);
    former_ = io::exchange_paths(partial_, path_) ? Former::kExchanged : Former::kAside;
    if (former_ == Former::kAside) move_aside();
  }
  published_ = true;
}

void OutputFile::move_aside() {
  const std::string former = former_name();
  remove_file(former);
  if (io::rename_if_free(path_, former) && io::rename_if_free(partial_, path_)) return;
  io::rename_if_free(former, path_);
  throw_exists(path_);
}

void OutputFile::take_back() noexcept {
  if (!published_) return;
  try {
    if (former_ == Former::kExchanged) {
      io::exchange_paths(partial_, path_);
    } else {
      io::rename_if_free(path_, partial_);
      if (former_ == Former::kAside) io::rename_if_free(former_name(), path_);
    }
    published_ = false;
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): it stays published, which loses nothing
  }
}

void OutputFile::settle() noexcept {
  if (file_ < 0) return;
  if (former_ == Former::kExchanged) remove_file(partial_);
  if (former_ == Former::kAside) remove_file(former_name());
  ::close(std::exchange(file_, -1));
}

std::string OutputFile::former_name() const { return partial_ + ".former"; }

}  // namespace treadle::jobs
