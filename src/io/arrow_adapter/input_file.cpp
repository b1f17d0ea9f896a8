#include "io/arrow_adapter/input_file.h"

#include <arrow/buffer.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <utility>

#include "io/arrow_adapter/status.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

arrow::Status failed(const std::string& path, int error_number) {
  return carry(std::make_exception_ptr(IoError::from_errno("cannot read", path, error_number)));
}

}  // namespace

InputFile::InputFile(std::string path, std::shared_ptr<arrow::MemoryPool> pool)
    : path_(std::move(path)), pool_(std::move(pool)) {
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) throw IoError::from_errno("cannot open", path_, errno);
  struct stat status = {};
  const int error_number = ::fstat(descriptor_, &status) != 0 ? errno : S_ISDIR(status.st_mode) ? EISDIR : 0;
  if (error_number != 0) {
    ::close(descriptor_);
    throw IoError::from_errno("cannot read", path_, error_number);
  }
  identity_ = {path_, static_cast<std::uint64_t>(status.st_size),
               status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

arrow::Status InputFile::Close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  return arrow::Status::OK();
}

arrow::Status InputFile::Seek(std::int64_t position) {
  position_ = position;
  return arrow::Status::OK();
}

arrow::Result<std::int64_t> InputFile::Read(std::int64_t size, void* out) {
  ARROW_ASSIGN_OR_RAISE(const std::int64_t got, ReadAt(position_, size, out));
  position_ += got;
  return got;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> InputFile::Read(std::int64_t size) {
  ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, size));
  position_ += buffer->size();
  return buffer;
}

arrow::Result<std::int64_t> InputFile::ReadAt(std::int64_t position, std::int64_t size, void* out) {
  std::int64_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(descriptor_, static_cast<char*>(out) + done,
                                static_cast<std::size_t>(size - done), position + done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path_, errno);
    if (got == 0) break;
    done += got;
  }
  bytes_read_ += static_cast<std::uint64_t>(done);
  return done;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> InputFile::ReadAt(std::int64_t position, std::int64_t size) {
  // A corrupt footer can ask for any number of bytes; no buffer is made for what the file cannot hold.
  const std::int64_t left = std::max<std::int64_t>(0, static_cast<std::int64_t>(identity_.size) - position);
  ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(std::min(size, left), pool_.get()));
  ARROW_ASSIGN_OR_RAISE(const std::int64_t got, ReadAt(position, buffer->size(), buffer->mutable_data()));
  if (got < buffer->size()) ARROW_RETURN_NOT_OK(buffer->Resize(got));
  return std::shared_ptr<arrow::Buffer>(std::move(buffer));
}

}  // namespace treadle::io
