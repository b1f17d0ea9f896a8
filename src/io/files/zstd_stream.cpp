#include <zstd.h>

#include <string>

#include "io/files/file_stream.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

struct FreeDecoder {
  void operator()(ZSTD_DCtx* decoder) const { ZSTD_freeDCtx(decoder); }
};

class ZstdStream final : public ByteStream {
 public:
  explicit ZstdStream(File file) : input_(std::move(file)), decoder_(ZSTD_createDCtx()) {
    if (decoder_ == nullptr) throw OutOfMemory("zstd: no memory for a decoder");
  }

  std::size_t read(std::uint8_t* to, std::size_t size) override {
    ZSTD_outBuffer output = {to, size, 0};
    while (output.pos < size && refill()) {
      const std::size_t before = output.pos;
      const std::size_t answer = ZSTD_decompressStream(decoder_.get(), &output, &piece_);
      if (ZSTD_isError(answer) != 0) {
        throw IoError("the zstd file is damaged: " + path() + ": " + ZSTD_getErrorName(answer));
      }
      between_frames_ = answer == 0;
      // A decoder that neither takes nor gives has flushed everything it held.
      flushing_ = output.pos == size || output.pos != before;
    }
    return output.pos;
  }
  std::uint64_t bytes_taken() const noexcept override { return input_.bytes_taken(); }

 private:
  const std::string& path() const { return input_.file().path(); }

  bool refill() {
    if (piece_.pos < piece_.size || (flushing_ && !between_frames_)) return true;
    const std::span<std::uint8_t> next = input_.next();
    piece_ = {next.data(), next.size(), 0};
    if (!next.empty()) return true;
    if (between_frames_) return false;
    throw IoError("the zstd file ends before its data does: " + path());
  }

  FilePieces input_;
  std::unique_ptr<ZSTD_DCtx, FreeDecoder> decoder_;
  ZSTD_inBuffer piece_ = {};
  bool between_frames_ = true;
  bool flushing_ = false;
};

}  // namespace

std::unique_ptr<ByteStream> open_zstd(File file) { return std::make_unique<ZstdStream>(std::move(file)); }

}  // namespace treadle::io
