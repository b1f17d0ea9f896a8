#include "memory/spill_file.h"

#include <fcntl.h>
#include <lz4.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <chrono>
#include <span>
#include <utility>
#include <vector>

#include "base/byte_size.h"
#include "treadle/error.h"

namespace treadle {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kFrame = std::size_t{1} << 20;
constexpr std::size_t kSample = std::size_t{1} << 14;
// That were not compressed, and are written or read at once: the disk is faster that way (1.84 instead of
// 1.27 GB/s read where it was measured).
constexpr std::size_t kFramesAtOnce = 8;
constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kLargePage = std::uint64_t{2} << 20;

std::uint64_t rounded_up(std::uint64_t bytes, std::uint64_t unit) { return (bytes + unit - 1) / unit * unit; }

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

void write_all(int file, const std::string& folder, const char* bytes, std::size_t size,
               std::uint64_t offset) {
  while (size != 0) {
    const ssize_t done = ::pwrite(file, bytes, size, static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) {
      throw IoError::from_errno("cannot write " + format_byte_size(size) +
                                    " to a spill file (free the disk, or set "
                                    "spill_directory to one with more room)",
                                folder, done < 0 ? errno : ENOSPC);
    }
    bytes += done;
    offset += static_cast<std::uint64_t>(done);
    size -= static_cast<std::size_t>(done);
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

SpillFrame frame_of(const char* payload, std::size_t stored, std::size_t size) {
  return {static_cast<std::uint32_t>(stored), static_cast<std::uint32_t>(size), XXH3_64bits(payload, stored)};
}

// Into the scratch; how many bytes, none if that would not make it smaller.
std::size_t compress(const char* bytes, std::size_t size) {
  const int packed =
      LZ4_compress_default(bytes, scratch(), static_cast<int>(size), LZ4_COMPRESSBOUND(kFrame));
  return packed <= 0 || static_cast<std::size_t>(packed) >= size ? 0 : static_cast<std::size_t>(packed);
}

bool sample_is_worth_packing(const SpillPace& pace, const char* bytes, std::size_t size) {
  const std::size_t sample = std::min(kSample, size);
  const auto begin = Clock::now();
  const std::size_t packed = compress(bytes, sample);
  return packed != 0 && pace.worth_packing(sample, packed, Clock::now() - begin);
}

// Which frames of a block are compressed. A column of a table is like itself, and unlike others: what a
// sample of one frame says goes for the next ones of the block, each time for twice as many.
class PackingChoice {
 public:
  PackingChoice(const SpillPace& pace, bool room_is_short) : pace_(pace), room_is_short_(room_is_short) {}
  bool packs(const char* bytes, std::size_t size) {
    if (room_is_short_ || !pace_.knows()) return true;
    if (holds_for_ == 0) {
      packs_ = sample_is_worth_packing(pace_, bytes, size);
      holds_for_ = next_holds_for_;
      next_holds_for_ *= 2;
    }
    --holds_for_;
    return packs_;
  }

 private:
  const SpillPace& pace_;
  const bool room_is_short_;
  bool packs_ = true;
  std::size_t holds_for_ = 0;
  std::size_t next_holds_for_ = 1;
};

[[noreturn]] void throw_corrupt(const std::string& folder, std::uint64_t offset) {
  throw IoError("a spill file in " + folder + " is corrupt at byte " + std::to_string(offset) +
                ": its checksum differs from the one written");
}

// Whether these are the bytes that were written.
void check(const SpillFrame& frame, const char* payload, const std::string& folder, std::uint64_t offset) {
  if (XXH3_64bits(payload, frame.stored) != frame.checksum) throw_corrupt(folder, offset);
}

// How many of the frames that come next were not compressed: they are read at once.
std::size_t count_plain(std::span<const SpillFrame> frames) {
  const std::size_t most = std::min(frames.size(), kFramesAtOnce);
  std::size_t count = 0;
  while (count < most && !frames[count].packed()) ++count;
  return count;
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
  const bool plenty = !account_ || account_->take(holder_, size, folder_);
  SpillBlock block{reserve(size), 0, size, {}};
  try {
    write_frames(static_cast<const char*>(bytes), !plenty, block);
  } catch (...) {
    if (account_) account_->give(holder_, size);
    throw;
  }
  written_.fetch_add(block.stored, std::memory_order_relaxed);
  held_.fetch_add(block.stored, std::memory_order_relaxed);
  if (account_) account_->give(holder_, size - block.stored);
  return block;
}

// The kernel keeps a file in pages as large as their place in it allows; copying and writing large ones takes
// less time.
std::uint64_t SpillFile::reserve(std::uint64_t size) noexcept {
  const std::uint64_t unit = std::clamp(std::bit_floor(size), kPage, kLargePage);
  std::uint64_t next = next_.load(std::memory_order_relaxed), begin = 0;
  do {
    begin = rounded_up(next, unit);
  } while (!next_.compare_exchange_weak(next, begin + rounded_up(size, kPage), std::memory_order_relaxed));
  return begin;
}

void SpillFile::write_frames(const char* bytes, bool room_is_short, SpillBlock& block) {
  PackingChoice choice(pace_, room_is_short);
  std::uint64_t pending = 0;  // bytes of plain frames that precede `done` and are not written yet
  const auto write_pending = [&](std::uint64_t done) {
    write(bytes + done - pending, pending, block.offset + block.stored);
    block.stored += std::exchange(pending, 0);
  };
  block.frames.reserve((block.size + kFrame - 1) / kFrame);
  for (std::uint64_t done = 0; done < block.size; done += kFrame) {
    const char* from = bytes + done;
    const std::size_t part = std::min<std::uint64_t>(kFrame, block.size - done);
    const std::size_t packed = choice.packs(from, part) ? compress(from, part) : 0;
    if (packed == 0) {
      block.frames.push_back(frame_of(from, part, part));
      pending += part;
      const bool enough = pending >= kFramesAtOnce * kFrame || !pace_.knows();  // which each write teaches
      if (enough) write_pending(done + part);
    } else {
      if (pending != 0) write_pending(done);
      block.frames.push_back(frame_of(scratch(), packed, part));
      write(scratch(), packed, block.offset + block.stored);
      block.stored += packed;
    }
  }
  if (pending != 0) write_pending(block.size);
}

void SpillFile::write(const char* bytes, std::size_t size, std::uint64_t offset) {
  const auto begin = Clock::now();
  try {
    write_all(file_, folder_, bytes, size, offset);
  } catch (const IoError& error) {
    if (!account_) throw;
    throw IoError(error.what() + account_->largest_holders());
  }
  pace_.wrote(size, Clock::now() - begin);
}

void SpillFile::read(const SpillBlock& block, void* bytes) const {
  // The disk goes on while frames are decompressed.
  if (block.stored != block.size) {
    ::posix_fadvise(file_, static_cast<off_t>(block.offset), static_cast<off_t>(block.stored),
                    POSIX_FADV_WILLNEED);
  }
  char* to = static_cast<char*>(bytes);
  std::uint64_t offset = block.offset;
  for (std::span<const SpillFrame> frames = block.frames; !frames.empty();) {
    const std::size_t count = std::max<std::size_t>(1, count_plain(frames));
    const bool packed = frames[0].packed();
    std::size_t stored = 0;
    for (const SpillFrame& frame : frames.first(count)) stored += frame.stored;
    char* payload = packed ? scratch() : to;
    read_all(file_, folder_, payload, stored, offset);
    for (const SpillFrame& frame : frames.first(count)) {
      check(frame, payload, folder_, offset);
      if (packed && LZ4_decompress_safe(payload, to, static_cast<int>(frame.stored),
                                        static_cast<int>(frame.size)) != static_cast<int>(frame.size)) {
        throw_corrupt(folder_, offset);
      }
      payload += frame.stored;
      offset += frame.stored;
      to += frame.size;
    }
    frames = frames.subspan(count);
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
