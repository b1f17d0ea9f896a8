#pragma once

#include <arrow/io/interfaces.h>

#include <cstdint>

#include "io/file_output.h"

namespace treadle::io {

/// A FileOutput as Arrow sees it. After discard() it swallows what Arrow's destructors still want to write.
class OutputStream final : public arrow::io::OutputStream {
 public:
  explicit OutputStream(FileOutput& file) : file_(&file) {}
  void discard() noexcept { file_ = nullptr; }

  arrow::Status Write(const void* data, std::int64_t size) override;
  arrow::Result<std::int64_t> Tell() const override { return position_; }
  // The FileOutput's owner closes it.
  arrow::Status Close() override;
  bool closed() const override { return closed_; }

 private:
  FileOutput* file_;
  std::int64_t position_ = 0;
  bool closed_ = false;
};

}  // namespace treadle::io
