#include <zlib.h>

#include <algorithm>
#include <climits>
#include <string>

#include "io/files/file_stream.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

class GzipStream final : public ByteStream {
 public:
  explicit GzipStream(File file) : input_(std::move(file)) {
    constexpr int kGzipOnly = 16;
    if (inflateInit2(&state_, MAX_WBITS + kGzipOnly) != Z_OK)
      throw OutOfMemory("gzip: no memory for a decoder");
  }
  ~GzipStream() override { inflateEnd(&state_); }

  std::size_t read(std::uint8_t* to, std::size_t size) override {
    std::size_t done = 0;
    while (done < size && refill()) {
      const auto room = static_cast<uInt>(std::min<std::size_t>(size - done, UINT_MAX));
      state_.next_out = to + done;
      state_.avail_out = room;
      step();
      done += room - state_.avail_out;
    }
    return done;
  }
  std::uint64_t bytes_taken() const noexcept override { return input_.bytes_taken(); }

 private:
  /// False at the end of the last member.
  bool refill() {
    if (state_.avail_in == 0) {
      const std::span<std::uint8_t> piece = input_.next();
      state_.next_in = piece.data();
      state_.avail_in = static_cast<uInt>(piece.size());
    }
    if (between_members_) skip_padding();
    if (state_.avail_in != 0) return true;
    if (between_members_) return false;
    throw IoError("the gzip file ends before its data does: " + input_.file().path());
  }

  void step() {
    if (between_members_) inflateReset(&state_);
    between_members_ = false;
    const int status = inflate(&state_, Z_NO_FLUSH);
    if (status == Z_STREAM_END) {
      between_members_ = true;
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      throw IoError("the gzip file is damaged: " + input_.file().path() + ": " +
                    (state_.msg != nullptr ? state_.msg : "no reason given") + " before byte " +
                    std::to_string(input_.bytes_taken() - state_.avail_in));
    }
  }

  // Tapes and some writers fill the last block with zeros.
  void skip_padding() {
    while (true) {
      while (state_.avail_in != 0 && *state_.next_in == 0) ++state_.next_in, --state_.avail_in;
      if (state_.avail_in != 0) return;
      const std::span<std::uint8_t> piece = input_.next();
      if (piece.empty()) return;
      state_.next_in = piece.data();
      state_.avail_in = static_cast<uInt>(piece.size());
    }
  }

  FilePieces input_;
  z_stream state_ = {};
  bool between_members_ = false;
};

}  // namespace

std::unique_ptr<ByteStream> open_gzip(File file) { return std::make_unique<GzipStream>(std::move(file)); }

}  // namespace treadle::io
