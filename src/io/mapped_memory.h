#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace treadle::io {

/// Memory of this process that maps a file, as the user mapped it: np.memmap, np.load(mmap_mode=).
struct MappedMemory {
  std::string path;
  /// Whether what is written there goes to the file (modes r, r+); else changed pages are the process's own
  /// (mode c).
  bool shared = false;
  /// The map's first byte, and where in the file it lies.
  std::uintptr_t begin = 0;
  std::uint64_t offset = 0;
  /// The mapped file, which may no longer be the one at `path`.
  std::string device;
  std::uint64_t inode = 0;

  /// The map that all of the `size` bytes at `begin` lie in; none if they do not lie in one.
  static std::optional<MappedMemory> find(const void* begin, std::size_t size);
};

/// Gives the pages of `size` bytes at `begin` back: they no longer count as the process's and come back from
/// the page cache when they are touched. Only for shared maps, where every page has its content in the file.
void give_back_pages(const void* begin, std::size_t size) noexcept;

/// The `size` bytes at `begin` of a private map as they are now, in a map of their own that goes with the
/// last who holds them: the file's pages, with those that the process has changed copied in. For private
/// maps, whose pages cannot be given back while another thread might write to them. Null where it cannot be
/// had: the file at `path` is another one or is not readable, or the system does not tell which pages are
/// changed.
std::shared_ptr<const void> snapshot(const MappedMemory& map, const void* begin, std::size_t size);

/// Tells the system that the pages are not needed soon: for private maps of which there is no snapshot.
/// Nothing is lost, whoever writes at the same time; the system takes unchanged ones first when it needs
/// memory.
void make_pages_cold(const void* begin, std::size_t size) noexcept;

/// How many bytes of the pages around `size` bytes at `begin` are resident in this process.
std::size_t resident_bytes(const void* begin, std::size_t size);

}  // namespace treadle::io
