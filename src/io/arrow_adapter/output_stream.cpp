#include "io/arrow_adapter/output_stream.h"

#include "io/arrow_adapter/status.h"

namespace treadle::io {

arrow::Status OutputStream::Write(const void* data, std::int64_t size) {
  position_ += size;
  if (file_ == nullptr) return arrow::Status::OK();
  try {
    file_->write(data, static_cast<std::size_t>(size));
  } catch (...) {
    return carry(std::current_exception());
  }
  return arrow::Status::OK();
}

arrow::Status OutputStream::Close() {
  closed_ = true;
  return arrow::Status::OK();
}

}  // namespace treadle::io
