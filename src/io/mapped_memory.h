#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace treadle::io {

/// Memory of this process that maps a file, as the user mapped it: np.memmap, np.load(mmap_mode=).
struct MappedMemory {
  std::string path;
  /// Whether what is written there goes to the file (modes r, r+); else changed pages are the process's own
  /// (mode c).
  bool shared = false;

  /// The map that all of the `size` bytes at `begin` lie in; none if they do not lie in one.
  static std::optional<MappedMemory> find(const void* begin, std::size_t size);
};

/// Gives the pages of `size` bytes at `begin` back: they no longer count as the process's and come back from
/// the page cache when they are touched. Only for shared maps, where every page has its content in the file.
void give_back_pages(const void* begin, std::size_t size) noexcept;

/// Tells the system that the pages are not needed soon: for private maps, whose changed pages have their only
/// content here. Nothing is lost, whoever writes at the same time; the system takes unchanged ones first when
/// it needs memory.
void make_pages_cold(const void* begin, std::size_t size) noexcept;

/// How many bytes of the pages around `size` bytes at `begin` are resident in this process.
std::size_t resident_bytes(const void* begin, std::size_t size);

}  // namespace treadle::io
