#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "memory/buffer.h"
#include "memory/spill_account.h"
#include "memory/spill_pace.h"
#include "treadle/value.h"

namespace treadle {

/// A piece of a block, as the file holds it.
struct SpillFrame {
  std::uint32_t stored = 0;  ///< bytes in the file
  std::uint32_t size = 0;    ///< bytes that it comes to
  std::uint64_t checksum = 0;
  bool packed() const noexcept { return stored != size; }
};

/// Where one appended block lies. Plain data; good for the file that made it only.
struct SpillBlock {
  std::uint64_t offset = 0;
  std::uint64_t stored = 0;  ///< bytes in the file
  std::uint64_t size = 0;    ///< bytes that read() gives back
  std::vector<SpillFrame> frames;
};

/// A temporary file of blocks that working memory had no room for. Append-only; blocks come back by handle.
///
/// Blocks are cut into frames of 1 MiB; each is LZ4-compressed, or stored where that is not smaller, or would
/// take longer than writing it and there is plenty of room. The XXH3 checksums of what was written stay in
/// memory, so that a frame of another block is no more taken for the right one than a damaged one. The file
/// has no name: it vanishes with the object or the process, whatever ends it. Thread-safe. Throws IoError
/// naming the folder when the disk is full, the file cannot be read, or a block is corrupt.
class SpillFile {
 public:
  /// Makes the file in `folder`, which must exist. What it holds is entered in `account`, if there is one, as
  /// `holder`'s.
  explicit SpillFile(const std::string& folder, std::shared_ptr<SpillAccount> account = nullptr,
                     std::string_view holder = {});
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;
  ~SpillFile();

  SpillBlock append(const void* bytes, std::size_t size);
  SpillBlock append(const Buffer& buffer) { return append(buffer.data(), buffer.size()); }
  /// Reads `block` into `bytes`, which has room for block.size.
  void read(const SpillBlock& block, void* bytes) const;
  BufferPtr read(const SpillBlock& block) const;
  /// Gives the block's disk space back; it must not be read any more.
  void discard(const SpillBlock& block) noexcept;
  /// Bytes written so far, as stored.
  std::uint64_t bytes_written() const noexcept { return written_.load(std::memory_order_relaxed); }
  int file_descriptor() const noexcept { return file_; }

 private:
  std::uint64_t reserve(std::uint64_t size) noexcept;
  void write_frames(const char* bytes, bool room_is_short, SpillBlock& block);
  void write(const char* bytes, std::size_t size, std::uint64_t offset);

  std::string folder_;
  std::shared_ptr<SpillAccount> account_;
  std::string holder_;
  int file_ = -1;
  std::atomic<std::uint64_t> held_{0};  // entered in the account
  // Where the next block may begin. Blocks reserve their worst case and leave a hole behind them, so that
  // several threads compress and write at once.
  std::atomic<std::uint64_t> next_{0};
  std::atomic<std::uint64_t> written_{0};
  SpillPace pace_;
};

}  // namespace treadle
