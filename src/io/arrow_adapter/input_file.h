#pragma once

#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>

#include <cstdint>
#include <memory>
#include <string>

#include "io/files/file.h"

namespace treadle::io {

/// A file that is read by pread(), never mapped. Counts what was read. One thread at a time.
class InputFile final : public arrow::io::RandomAccessFile {
 public:
  /// Buffers come from `pool`. Throws IoError.
  InputFile(std::string path, std::shared_ptr<arrow::MemoryPool> pool);
  ~InputFile() override;

  const FileIdentity& identity() const noexcept { return identity_; }
  std::uint64_t bytes_read() const noexcept { return bytes_read_; }

  arrow::Status Close() override;
  bool closed() const override { return descriptor_ < 0; }
  arrow::Result<std::int64_t> Tell() const override { return position_; }
  arrow::Status Seek(std::int64_t position) override;
  arrow::Result<std::int64_t> GetSize() override { return static_cast<std::int64_t>(identity_.size); }
  arrow::Result<std::int64_t> Read(std::int64_t size, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t size) override;
  arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t size, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(std::int64_t position, std::int64_t size) override;

 private:
  std::string path_;
  std::shared_ptr<arrow::MemoryPool> pool_;
  FileIdentity identity_;
  int descriptor_ = -1;
  std::int64_t position_ = 0;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace treadle::io
