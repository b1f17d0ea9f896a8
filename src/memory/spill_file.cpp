#include "memory/spill_file.h"

#include <fcntl.h>
#include <lz4.h>
#include <sys/uio.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <span>
#include <utility>

#include "base/byte_size.h"
#include "treadle/error.h"

namespace treadle {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kFrame = std::size_t{1} << 20;
constexpr std::size_t kSample = std::size_t{1} << 14;
constexpr std::uint64_t kBlockAlignment = 4096;
// That were not compressed.
constexpr std::size_t kFramesAtOnce = 8;

// What precedes each frame's bytes in the file.
struct FrameHead {
  std::uint32_t stored;  // equal to `size`: not compressed
  std::uint32_t size;
  std::uint64_t checksum;  // XXH3 of the stored bytes
};

// One compressed frame, per thread: frames are compressed outside any lock.
char* scratch() {
  thread_local const std::unique_ptr<char[]> memory(new char[LZ4_COMPRESSBOUND(kFrame)]);
  return memory.get();
}

int open_nameless(const std::string& folder) {
#ifdef O_TMPFILE
  const int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0) return file;
#endif
  // File systems without nameless files: one with a name, removed at once.
  std::string name = folder + "/spill-XXXXXX";
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named < 0) throw IoError::from_errno("cannot make a spill file in", folder, errno);
  ::unlink(name.c_str());
  return named;
}

// What is left of `pieces` when the first `done` bytes are done.
std::span<iovec> after(std::span<iovec> pieces, std::size_t done) {
  while (!pieces.empty() && done >= pieces.front().iov_len) {
    done -= pieces.front().iov_len;
    pieces = pieces.subspan(1);
  }
  if (done != 0) {
    pieces.front().iov_base = static_cast<char*>(pieces.front().iov_base) + done;
    pieces.front().iov_len -= done;
  }
  return pieces;
}

// Writes several pieces of memory as one of the file. `pieces` is used up.
void write_all(int file, const std::string& folder, std::span<iovec> pieces, std::uint64_t offset) {
  while (!pieces.empty()) {
    const ssize_t done =
        ::pwritev(file, pieces.data(), static_cast<int>(pieces.size()), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) {
      std::size_t size = 0;
      for (const iovec& piece : pieces) size += piece.iov_len;
      throw IoError::from_errno("cannot write " + format_byte_size(size) +
                                    " to a spill file (free the disk, or set "
                                    "spill_directory to one with more room)",
                                folder, done < 0 ? errno : ENOSPC);
    }
    offset += static_cast<std::uint64_t>(done);
    pieces = after(pieces, static_cast<std::size_t>(done));
  }
}

void read_all(int file, const std::string& folder, char* bytes, std::size_t size, std::uint64_t offset) {
  while (size != 0) {
    const ssize_t done = ::pread(file, bytes, size, static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw IoError::from_errno("cannot read a spill file", folder, errno);
    if (done == 0) throw IoError("a spill file in " + folder + " ends early: it was truncated");
    bytes += done;
    offset += static_cast<std::uint64_t>(done);
    size -= static_cast<std::size_t>(done);
  }
}

// Reads one piece of the file into several places. `pieces` is used up.
void read_all(int file, const std::string& folder, std::span<iovec> pieces, std::uint64_t offset) {
  while (!pieces.empty()) {
    const ssize_t done =
        ::preadv(file, pieces.data(), static_cast<int>(pieces.size()), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw IoError::from_errno("cannot read a spill file", folder, errno);
    if (done == 0) throw IoError("a spill file in " + folder + " ends early: it was truncated");
    offset += static_cast<std::uint64_t>(done);
    pieces = after(pieces, static_cast<std::size_t>(done));
  }
}

struct Frame {
  FrameHead head;
  const char* payload;  // in the scratch, or the bytes themselves
};

Frame frame_of(const char* payload, std::size_t stored, std::size_t size) {
  return {
      {static_cast<std::uint32_t>(stored), static_cast<std::uint32_t>(size), XXH3_64bits(payload, stored)},
      payload};
}

Frame compressed_frame(const char* bytes, std::size_t size) {
  const int packed =
      LZ4_compress_default(bytes, scratch(), static_cast<int>(size), LZ4_COMPRESSBOUND(kFrame));
  if (packed <= 0 || static_cast<std::size_t>(packed) >= size) return frame_of(bytes, size, size);
  return frame_of(scratch(), static_cast<std::size_t>(packed), size);
}

// A column of a table is like itself, and unlike others: a sample of each frame tells.
bool sample_is_worth_packing(const SpillPace& pace, const char* bytes, std::size_t size) {
  const std::size_t sample = std::min(kSample, size);
  const auto begin = Clock::now();
  const int packed =
      LZ4_compress_default(bytes, scratch(), static_cast<int>(sample), LZ4_COMPRESSBOUND(kFrame));
  const auto taken = Clock::now() - begin;
  return packed > 0 && pace.worth_packing(sample, static_cast<std::size_t>(packed), taken);
}

[[noreturn]] void throw_corrupt(const std::string& folder, std::uint64_t offset) {
  throw IoError("a spill file in " + folder + " is corrupt at byte " + std::to_string(offset) +
                ": its checksum differs from the one written");
}

// Frames that lie in the file as they are: several at once, because the disk is faster that way (1.84 instead
// of 1.27 GB/s where it was measured).
void read_plain(int file, const std::string& folder, const SpillBlock& block, char* to) {
  std::array<FrameHead, kFramesAtOnce> heads;
  std::array<iovec, 2 * kFramesAtOnce> pieces;
  std::uint64_t offset = block.offset;
  for (std::uint64_t left = block.size; left != 0;) {
    std::size_t count = 0;
    std::uint64_t bytes = 0;
    for (; count < kFramesAtOnce && bytes < left; ++count) {
      const std::size_t size = std::min<std::uint64_t>(kFrame, left - bytes);
      pieces[2 * count] = {&heads[count], sizeof(FrameHead)};
      pieces[2 * count + 1] = {to + bytes, size};
      bytes += size;
    }
    read_all(file, folder, std::span(pieces).first(2 * count), offset);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t size = std::min<std::uint64_t>(kFrame, left);
      const FrameHead& head = heads[i];
      if (head.size != size || head.stored != size || XXH3_64bits(to, size) != head.checksum) {
        throw_corrupt(folder, offset);
      }
      offset += sizeof head + size;
      to += size;
      left -= size;
    }
  }
}

}  // namespace

SpillFile::SpillFile(const std::string& folder, std::shared_ptr<SpillAccount> account,
                     std::string_view holder)
    : folder_(folder), account_(std::move(account)), holder_(holder), file_(open_nameless(folder)) {}

SpillFile::~SpillFile() {
  ::close(file_);
  if (account_) account_->give(holder_, held_.load(std::memory_order_relaxed));
}

SpillBlock SpillFile::append(const void* bytes, std::size_t size) {
  const std::uint64_t frames = (size + kFrame - 1) / kFrame;
  const std::uint64_t worst = frames * sizeof(FrameHead) + size;
  const std::uint64_t room = (worst + kBlockAlignment - 1) / kBlockAlignment * kBlockAlignment;
  const bool plenty = !account_ || account_->take(holder_, worst, folder_);
  SpillBlock block{next_.fetch_add(room, std::memory_order_relaxed), 0, size};
  try {
    block.stored = write_frames(static_cast<const char*>(bytes), size, block.offset, !plenty);
  } catch (...) {
    if (account_) account_->give(holder_, worst);
    throw;
  }
  written_.fetch_add(block.stored, std::memory_order_relaxed);
  held_.fetch_add(block.stored, std::memory_order_relaxed);
  if (account_) account_->give(holder_, worst - block.stored);
  return block;
}

// How many bytes that took.
std::uint64_t SpillFile::write_frames(const char* bytes, std::size_t size, std::uint64_t offset,
                                      bool room_is_short) {
  std::uint64_t stored = 0;
  for (std::size_t done = 0; done < size; done += kFrame) {
    const char* from = bytes + done;
    const std::size_t part = std::min(kFrame, size - done);
    const bool packs = room_is_short || !pace_.knows() || sample_is_worth_packing(pace_, from, part);
    Frame frame = packs ? compressed_frame(from, part) : frame_of(from, part, part);
    std::array<iovec, 2> pieces{
        {{&frame.head, sizeof frame.head}, {const_cast<char*>(frame.payload), frame.head.stored}}};
    const auto begin = Clock::now();
    try {
      write_all(file_, folder_, pieces, offset + stored);
    } catch (const IoError& error) {
      if (!account_) throw;
      throw IoError(error.what() + account_->largest_holders());
    }
    pace_.wrote(frame.head.stored, Clock::now() - begin);
    stored += sizeof frame.head + frame.head.stored;
  }
  return stored;
}

void SpillFile::read(const SpillBlock& block, void* bytes) const {
  const std::uint64_t frames = (block.size + kFrame - 1) / kFrame;
  if (block.stored == block.size + frames * sizeof(FrameHead)) {
    return read_plain(file_, folder_, block, static_cast<char*>(bytes));
  }
  // The disk goes on while frames are decompressed.
  ::posix_fadvise(file_, static_cast<off_t>(block.offset), static_cast<off_t>(block.stored),
                  POSIX_FADV_WILLNEED);
  char* to = static_cast<char*>(bytes);
  std::uint64_t offset = block.offset;
  for (std::uint64_t done = 0; done < block.size;) {
    FrameHead head{};
    read_all(file_, folder_, reinterpret_cast<char*>(&head), sizeof head, offset);
    const std::uint64_t expected = std::min<std::uint64_t>(kFrame, block.size - done);
    if (head.size != expected || head.stored > head.size) throw_corrupt(folder_, offset);
    const bool packed = head.stored != head.size;
    char* payload = packed ? scratch() : to;
    read_all(file_, folder_, payload, head.stored, offset + sizeof head);
    if (XXH3_64bits(payload, head.stored) != head.checksum) throw_corrupt(folder_, offset);
    if (packed && LZ4_decompress_safe(payload, to, static_cast<int>(head.stored),
                                      static_cast<int>(head.size)) != static_cast<int>(head.size)) {
      throw_corrupt(folder_, offset);
    }
    offset += sizeof head + head.stored;
    to += head.size;
    done += head.size;
  }
}

BufferPtr SpillFile::read(const SpillBlock& block) const {
  BufferBuilder builder(block.size);
  read(block, builder.data());
  return builder.finish();
}

void SpillFile::discard(const SpillBlock& block) noexcept {
  if (block.stored == 0) return;
  held_.fetch_sub(block.stored, std::memory_order_relaxed);
  if (account_) account_->give(holder_, block.stored);
#ifdef FALLOC_FL_PUNCH_HOLE
  // Where the file system cannot punch holes, the space comes back with the file.
  ::fallocate(file_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(block.offset),
              static_cast<off_t>(block.stored));
#endif
}

}  // namespace treadle
