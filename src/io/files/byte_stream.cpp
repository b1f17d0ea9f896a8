#include "io/files/byte_stream.h"

#include <algorithm>
#include <cstring>

#include "io/files/file_stream.h"

namespace treadle::io {
namespace {

class PlainStream final : public ByteStream {
 public:
  PlainStream(File file, std::uint64_t offset) : file_(std::move(file)), begin_(offset), offset_(offset) {}

  std::size_t read(std::uint8_t* to, std::size_t size) override {
    size = static_cast<std::size_t>(std::min<std::uint64_t>(size, file_.size() - offset_));
    file_.read_at(offset_, to, size);
    offset_ += size;
    if (offset_ == file_.size()) file_.check_unchanged();
    return size;
  }
  std::uint64_t bytes_taken() const noexcept override { return offset_ - begin_; }

 private:
  File file_;
  std::uint64_t begin_, offset_;
};

}  // namespace

std::span<std::uint8_t> FilePieces::next() {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kPieceBytes, file_.size() - offset_));
  file_.read_at(offset_, piece_.get(), size);
  offset_ += size;
  if (offset_ == file_.size()) file_.check_unchanged();
  return {piece_.get(), size};
}

Encoding detect_encoding(const File& file) {
  std::uint8_t magic[10] = {};
  file.read_at(0, magic, static_cast<std::size_t>(std::min<std::uint64_t>(sizeof magic, file.size())));
  if (magic[0] == 0x1f && magic[1] == 0x8b) return Encoding::kGzip;
  if (std::memcmp(magic, "\x28\xb5\x2f\xfd", 4) == 0) return Encoding::kZstd;
  // The level and the first block's own mark, too: a text may well begin with "BZh".
  const bool block = std::memcmp(magic + 4, "1AY&SY", 6) == 0;
  const bool empty = std::memcmp(magic + 4, "\x17rE8P\x90", 6) == 0;
  if (std::memcmp(magic, "BZh", 3) == 0 && (block || empty)) return Encoding::kBzip2;
  if (std::memcmp(magic,
                  "\xfd"
                  "7zXZ\0",
                  6) == 0)
    return Encoding::kXz;
  return Encoding::kPlain;
}

std::unique_ptr<ByteStream> open_from(File file, std::uint64_t offset) {
  return std::make_unique<PlainStream>(std::move(file), offset);
}

std::unique_ptr<ByteStream> open_stream(File file, Encoding encoding) {
  switch (encoding) {
    case Encoding::kGzip:
      return open_gzip(std::move(file));
    case Encoding::kZstd:
      return open_zstd(std::move(file));
    case Encoding::kBzip2:
      return open_bzip2(std::move(file));
    case Encoding::kXz:
      return open_xz(std::move(file));
    case Encoding::kPlain:
      break;
  }
  return open_from(std::move(file), 0);
}

}  // namespace treadle::io
