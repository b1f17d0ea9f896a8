#pragma once

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>

#include <cstdint>
#include <memory>
#include <string_view>

#include "io/arrow_adapter/input_file.h"

namespace treadle::io {

/// A column's bytes in a row group, one behind the other, read ahead into one buffer that is used again and
/// again: a page is unpacked from where it was read. One thread at a time.
class ChunkStream final : public arrow::io::InputStream {
 public:
  /// Bytes [begin, end) of `file`. Buffers come from `pool`, which outlives the stream.
  ChunkStream(std::shared_ptr<InputFile> file, std::int64_t begin, std::int64_t end, arrow::MemoryPool& pool)
      : file_(std::move(file)), pool_(pool), next_(begin), end_(end) {}
  ~ChunkStream() override = default;

  /// What is read ahead, if no page is larger.
  static constexpr std::int64_t kReadAhead = 256 << 10;

  arrow::Status Close() override;
  bool closed() const override { return file_ == nullptr; }
  arrow::Result<std::int64_t> Tell() const override { return next_ - (filled_ - at_); }
  arrow::Result<std::string_view> Peek(std::int64_t size) override;
  arrow::Result<std::int64_t> Read(std::int64_t size, void* out) override;
  /// The buffer dies with the next call.
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t size) override;

 private:
  /// Has `size` bytes lie at at_, or as many as there are.
  arrow::Result<std::int64_t> fill(std::int64_t size);

  std::shared_ptr<InputFile> file_;
  arrow::MemoryPool& pool_;
  std::int64_t next_;  // of the file: the first byte that was not read
  std::int64_t end_;
  std::unique_ptr<arrow::ResizableBuffer> window_;
  std::int64_t at_ = 0;      // in window_: the first byte that was not taken
  std::int64_t filled_ = 0;  // in window_: behind the last byte read
};

}  // namespace treadle::io
