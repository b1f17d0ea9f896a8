#include <lzma.h>

#include <string>

#include "io/files/file_stream.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

class XzStream final : public ByteStream {
 public:
  explicit XzStream(File file) : input_(std::move(file)) {
    if (lzma_stream_decoder(&state_, UINT64_MAX, LZMA_CONCATENATED) != LZMA_OK) {
      throw OutOfMemory("xz: no memory for a decoder");
    }
  }
  ~XzStream() override { lzma_end(&state_); }

  std::size_t read(std::uint8_t* to, std::size_t size) override {
    state_.next_out = to;
    state_.avail_out = size;
    while (state_.avail_out != 0 && !ended_) step();
    return size - state_.avail_out;
  }
  std::uint64_t bytes_taken() const noexcept override { return input_.bytes_taken(); }

 private:
  void step() {
    if (state_.avail_in == 0) {
      const std::span<std::uint8_t> piece = input_.next();
      state_.next_in = piece.data();
      state_.avail_in = piece.size();
    }
    // Several streams may follow one another: only the end of the file ends the last.
    const lzma_ret status = lzma_code(&state_, state_.avail_in == 0 ? LZMA_FINISH : LZMA_RUN);
    ended_ = status == LZMA_STREAM_END;
    if (status == LZMA_OK || ended_) return;
    if (status == LZMA_BUF_ERROR) {
      throw IoError("the xz file ends before its data does: " + input_.file().path());
    }
    if (status == LZMA_MEM_ERROR) throw OutOfMemory("xz: no memory for a decoder");
    throw IoError("the xz file is damaged: " + input_.file().path() + ", before byte " +
                  std::to_string(input_.bytes_taken() - state_.avail_in));
  }

  FilePieces input_;
  lzma_stream state_ = LZMA_STREAM_INIT;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<ByteStream> open_xz(File file) { return std::make_unique<XzStream>(std::move(file)); }

}  // namespace treadle::io
