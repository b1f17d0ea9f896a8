#include "io/zarr/codec.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <utility>

#include "io/stores_library.h"
#include "treadle/error.h"

namespace treadle::io::zarr {
namespace {

using Kind = Codec::Kind;

constexpr std::size_t kChecksumBytes = 4;
// Checksums a codec may add behind the elements: what an inner codec may answer beyond them.
constexpr std::size_t kMostChecksums = 4;

[[noreturn]] void fail(const std::string& path, const std::string& message) {
  throw IoError(path + ": damaged chunk: " + message);
}

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table = {};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0x82F63B78U : 0U);
    table[i] = value;
  }
  return table;
}

std::uint32_t crc32c(std::span<const unsigned char> bytes) {
  static constexpr std::array<std::uint32_t, 256> kTable = make_crc_table();
  std::uint32_t crc = ~0U;
  for (const unsigned char byte : bytes) crc = kTable[(crc ^ byte) & 0xFF] ^ (crc >> 8);
  return ~crc;
}

Bytes add_checksum(Bytes bytes) {
  const std::uint32_t crc = crc32c(bytes);
  for (std::size_t i = 0; i < kChecksumBytes; ++i)
    bytes.push_back(static_cast<unsigned char>(crc >> (8 * i)));
  return bytes;
}

Bytes take_checksum(Bytes bytes, const std::string& path) {
  if (bytes.size() < kChecksumBytes) fail(path, "expected a checksum of 4 bytes, found the end");
  std::uint32_t stored = 0;
  for (std::size_t i = 0; i < kChecksumBytes; ++i)
    stored |= static_cast<std::uint32_t>(bytes[bytes.size() - kChecksumBytes + i]) << (8 * i);
  bytes.resize(bytes.size() - kChecksumBytes);
  const std::uint32_t found = crc32c(bytes);
  if (stored != found)
    fail(path, "expected the checksum " + std::to_string(stored) + ", found " + std::to_string(found));
  return bytes;
}

Bytes compress_zstd(const Bytes& bytes, int level) {
  Bytes packed(ZSTD_compressBound(bytes.size()));
  const std::size_t size = ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), level);
  if (ZSTD_isError(size) != 0) throw IoError(std::string("zstd refuses: ") + ZSTD_getErrorName(size));
  packed.resize(size);
  return packed;
}

Bytes decompress_zstd(const Bytes& bytes, std::size_t most, const std::string& path) {
  Bytes plain(most);
  const std::size_t size = ZSTD_decompress(plain.data(), plain.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0) fail(path, std::string("zstd: ") + ZSTD_getErrorName(size));
  plain.resize(size);
  return plain;
}

constexpr int kGzipWindow = 15 + 16;
constexpr int kZlibWindow = 15;

/// Hands zlib all input and room in pieces, since its counts have 32 bits.
class Deflate {
 public:
  Deflate(const unsigned char* in, std::size_t in_size, Bytes& out) : in_(in), in_left_(in_size), out_(out) {}
  void refill(z_stream& stream) {
    if (stream.avail_in == 0) {
      stream.next_in = const_cast<unsigned char*>(in_);
      stream.avail_in = piece(in_left_);
      in_ += stream.avail_in;
      in_left_ -= stream.avail_in;
    }
    if (stream.avail_out == 0) {
      stream.next_out = out_.data() + given_;
      stream.avail_out = piece(out_.size() - given_);
      given_ += stream.avail_out;
    }
  }
  bool all_in(const z_stream& stream) const { return in_left_ == 0 && stream.avail_in == 0; }
  bool last_piece() const { return in_left_ == 0; }
  std::size_t written(const z_stream& stream) const { return given_ - stream.avail_out; }

 private:
  static uInt piece(std::size_t left) {
    return static_cast<uInt>(std::min<std::size_t>(left, std::numeric_limits<int>::max()));
  }
  const unsigned char* in_;
  std::size_t in_left_;
  Bytes& out_;
  std::size_t given_ = 0;
};

Bytes compress_zlib(const Bytes& bytes, int level, int window) {
  z_stream stream = {};
  if (deflateInit2(&stream, level, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw IoError("zlib refuses the compression level " + std::to_string(level));
  // Covers zlib's own bound and a gzip header.
  Bytes packed(bytes.size() + bytes.size() / 1000 + 128);
  Deflate feed(bytes.data(), bytes.size(), packed);
  int status = Z_OK;
  while (status == Z_OK) {
    feed.refill(stream);
    status = deflate(&stream, feed.last_piece() ? Z_FINISH : Z_NO_FLUSH);
  }
  packed.resize(feed.written(stream));
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw IoError("zlib cannot compress a chunk");
  return packed;
}

Bytes decompress_zlib(const Bytes& bytes, std::size_t most, const std::string& path) {
  z_stream stream = {};
  constexpr int kDetectBoth = 15 + 32;
  if (inflateInit2(&stream, kDetectBoth) != Z_OK) throw IoError("zlib cannot begin");
  Bytes plain(most + 1);  // one more, so that too long a chunk is seen
  Deflate feed(bytes.data(), bytes.size(), plain);
  int status = Z_OK;
  while (status == Z_OK) {
    feed.refill(stream);
    status = inflate(&stream, Z_NO_FLUSH);
    if (status == Z_STREAM_END && !feed.all_in(stream)) {
      status = inflateReset(&stream);  // gzip files may have several members
    }
  }
  const std::string reason = stream.msg == nullptr ? "it ends too early or is too long" : stream.msg;
  plain.resize(feed.written(stream));
  inflateEnd(&stream);
  if (status != Z_STREAM_END) fail(path, "gzip: " + reason);
  return plain;
}

Bytes encode_by(Bytes bytes, const Codec& codec) {
  switch (codec.kind) {
    case Kind::kZstd:
      return compress_zstd(bytes, codec.level);
    case Kind::kGzip:
      return compress_zlib(bytes, codec.level, kGzipWindow);
    case Kind::kZlib:
      return compress_zlib(bytes, codec.level, kZlibWindow);
    case Kind::kBlosc:
      return stores_library().blosc_compress(bytes, codec);
    case Kind::kCrc32c:
      return add_checksum(std::move(bytes));
  }
  throw InternalError("an unknown codec");
}

Bytes decode_by(Bytes bytes, const Codec& codec, std::size_t most, const std::string& path) {
  switch (codec.kind) {
    case Kind::kZstd:
      return decompress_zstd(bytes, most, path);
    case Kind::kGzip:
    case Kind::kZlib:
      return decompress_zlib(bytes, most, path);
    case Kind::kBlosc:
      return stores_library().blosc_decompress(bytes, most, path);
    case Kind::kCrc32c:
      return take_checksum(std::move(bytes), path);
  }
  throw InternalError("an unknown codec");
}

}  // namespace

Bytes encode(Bytes bytes, const std::vector<Codec>& codecs) {
  for (const Codec& codec : codecs) bytes = encode_by(std::move(bytes), codec);
  return bytes;
}

Bytes decode(Bytes bytes, const std::vector<Codec>& codecs, std::size_t size, const std::string& path) {
  for (std::size_t i = codecs.size(); i-- > 0;) {
    // What an earlier codec made is at most so much longer than its input.
    const std::size_t most = i == 0 ? size : size + size / 8 + 4096 + kMostChecksums * kChecksumBytes;
    bytes = decode_by(std::move(bytes), codecs[i], most, path);
  }
  if (bytes.size() != size)
    fail(path, "expected " + std::to_string(size) + " bytes, found " + std::to_string(bytes.size()));
  return bytes;
}

}  // namespace treadle::io::zarr
