#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "io/files/byte_stream.h"

namespace treadle::io {

/// A file's bytes from the first to the last, a piece at a time: what decoders read from.
class FilePieces {
 public:
  static constexpr std::size_t kPieceBytes = 256 << 10;
  explicit FilePieces(File file)
      : file_(std::move(file)), piece_(std::make_unique_for_overwrite<std::uint8_t[]>(kPieceBytes)) {}

  const File& file() const noexcept { return file_; }
  std::uint64_t bytes_taken() const noexcept { return offset_; }
  /// The next piece: empty at the end of the file. Overwritten by the next call.
  std::span<std::uint8_t> next();

 private:
  File file_;
  std::unique_ptr<std::uint8_t[]> piece_;
  std::uint64_t offset_ = 0;
};

std::unique_ptr<ByteStream> open_gzip(File file);
std::unique_ptr<ByteStream> open_zstd(File file);
std::unique_ptr<ByteStream> open_bzip2(File file);
std::unique_ptr<ByteStream> open_xz(File file);

}  // namespace treadle::io
