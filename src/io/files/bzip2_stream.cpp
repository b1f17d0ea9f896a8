#include <bzlib.h>

#include <algorithm>
#include <climits>
#include <string>

#include "io/files/file_stream.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

class Bzip2Stream final : public ByteStream {
 public:
  explicit Bzip2Stream(File file) : input_(std::move(file)) { begin(); }
  ~Bzip2Stream() override { BZ2_bzDecompressEnd(&state_); }

  std::size_t read(std::uint8_t* to, std::size_t size) override {
    std::size_t done = 0;
    while (done < size && refill()) {
      const auto room = static_cast<unsigned>(std::min<std::size_t>(size - done, UINT_MAX));
      state_.next_out = reinterpret_cast<char*>(to + done);
      state_.avail_out = room;
      step();
      done += room - state_.avail_out;
    }
    return done;
  }
  std::uint64_t bytes_taken() const noexcept override { return input_.bytes_taken(); }

 private:
  void begin() {
    if (BZ2_bzDecompressInit(&state_, 0, 0) != BZ_OK) throw OutOfMemory("bzip2: no memory for a decoder");
  }

  /// False behind the last stream of the file.
  bool refill() {
    if (state_.avail_in == 0) {
      const std::span<std::uint8_t> piece = input_.next();
      state_.next_in = reinterpret_cast<char*>(piece.data());
      state_.avail_in = static_cast<unsigned>(piece.size());
    }
    if (state_.avail_in != 0) return true;
    if (between_streams_) return false;
    throw IoError("the bzip2 file ends before its data does: " + input_.file().path());
  }

  void step() {
    between_streams_ = false;
    const int status = BZ2_bzDecompress(&state_);
    if (status == BZ_STREAM_END) {
      restart();
    } else if (status != BZ_OK) {
      throw IoError("the bzip2 file is damaged: " + input_.file().path() + ", before byte " +
                    std::to_string(input_.bytes_taken() - state_.avail_in));
    }
  }

  /// Another stream may follow: parallel writers make several.
  void restart() {
    const bz_stream rest = state_;
    BZ2_bzDecompressEnd(&state_);
    state_ = {};
    begin();
    state_.next_in = rest.next_in;
    state_.avail_in = rest.avail_in;
    state_.next_out = rest.next_out;
    state_.avail_out = rest.avail_out;
    between_streams_ = true;
  }

  FilePieces input_;
  bz_stream state_ = {};
  bool between_streams_ = true;
};

}  // namespace

std::unique_ptr<ByteStream> open_bzip2(File file) { return std::make_unique<Bzip2Stream>(std::move(file)); }

}  // namespace treadle::io
