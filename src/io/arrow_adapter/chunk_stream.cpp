#include "io/arrow_adapter/chunk_stream.h"

#include <algorithm>
#include <cstring>

namespace treadle::io {

arrow::Status ChunkStream::Close() {
  file_.reset();
  window_.reset();
  at_ = filled_ = 0;
  end_ = next_;
  return arrow::Status::OK();
}

arrow::Result<std::int64_t> ChunkStream::fill(std::int64_t size) {
  const std::int64_t there = filled_ - at_;
  const std::int64_t missing = std::min(size - there, end_ - next_);
  if (missing <= 0) return std::min(size, there);
  const std::int64_t ahead = std::min(std::max(missing, kReadAhead - there), end_ - next_);
  if (window_ == nullptr) {
    ARROW_ASSIGN_OR_RAISE(window_, arrow::AllocateResizableBuffer(there + ahead, &pool_));
  }
  if (at_ > 0 && there > 0) std::memmove(window_->mutable_data(), window_->data() + at_, there);
  if (window_->size() < there + ahead) ARROW_RETURN_NOT_OK(window_->Resize(there + ahead, false));
  at_ = 0;
  ARROW_ASSIGN_OR_RAISE(const std::int64_t got, file_->ReadAt(next_, ahead, window_->mutable_data() + there));
  next_ += got;
  filled_ = there + got;
  if (got < ahead) end_ = next_;
  return std::min(size, filled_);
}

arrow::Result<std::string_view> ChunkStream::Peek(std::int64_t size) {
  ARROW_ASSIGN_OR_RAISE(const std::int64_t there, fill(size));
  if (there == 0) return std::string_view();
  return std::string_view(reinterpret_cast<const char*>(window_->data()) + at_,
                          static_cast<std::size_t>(there));
}

arrow::Result<std::int64_t> ChunkStream::Read(std::int64_t size, void* out) {
  ARROW_ASSIGN_OR_RAISE(const std::int64_t there, fill(size));
  if (there > 0) std::memcpy(out, window_->data() + at_, static_cast<std::size_t>(there));
  at_ += there;
  return there;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> ChunkStream::Read(std::int64_t size) {
  ARROW_ASSIGN_OR_RAISE(const std::int64_t there, fill(size));
  const std::uint8_t* bytes = there > 0 ? window_->data() + at_ : nullptr;
  at_ += there;
  return std::make_shared<arrow::Buffer>(bytes, there);
}

}  // namespace treadle::io
