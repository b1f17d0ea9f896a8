#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "io/files/file.h"

namespace treadle::io {

enum class Encoding : std::uint8_t { kPlain, kGzip, kZstd, kBzip2, kXz };

/// By the first bytes of the file.
Encoding detect_encoding(const File& file);

/// Bytes that come in order. One thread at a time.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Reads up to `size` bytes, as many as there are. Fewer: the stream has ended.
  /// Throws IoError for what cannot be read or is damaged.
  virtual std::size_t read(std::uint8_t* to, std::size_t size) = 0;
  /// Bytes taken from storage so far.
  virtual std::uint64_t bytes_taken() const noexcept = 0;
};

/// The decoded content of a file: gzip with any number of members, zstd with any number of frames, bzip2 and
/// xz with any number of streams. Holds the file.
std::unique_ptr<ByteStream> open_stream(File file, Encoding encoding);
/// The bytes of a file from `offset` on, as they are. Holds the file.
std::unique_ptr<ByteStream> open_from(File file, std::uint64_t offset);

}  // namespace treadle::io
