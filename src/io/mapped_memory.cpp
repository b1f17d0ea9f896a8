#include "io/mapped_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

namespace treadle::io {
namespace {

std::uintptr_t page_size() {
  static const auto size = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

/// The whole pages that the bytes lie on: their address and length.
std::pair<std::uintptr_t, std::size_t> pages_of(const void* begin, std::size_t size) {
  const auto first = reinterpret_cast<std::uintptr_t>(begin) & ~(page_size() - 1);
  const auto last = (reinterpret_cast<std::uintptr_t>(begin) + size + page_size() - 1) & ~(page_size() - 1);
  return {first, last - first};
}

void advise(const void* begin, std::size_t size, int advice) noexcept {
  if (size == 0) return;
  const auto [first, length] = pages_of(begin, size);
  // Advice: where the kernel does not know it, nothing is lost.
  (void)::madvise(reinterpret_cast<void*>(first), length, advice);
}

}  // namespace

std::optional<MappedMemory> MappedMemory::find(const void* begin, std::size_t size) {
  const auto first = reinterpret_cast<std::uintptr_t>(begin);
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    std::uintptr_t low = 0;
    std::uintptr_t high = 0;
    char dash = 0;
    std::string permissions;
    std::string offset;
    std::string device;
    std::uint64_t inode = 0;
    fields >> std::hex >> low >> dash >> high >> permissions >> offset >> device >> std::dec >> inode >>
        std::ws;
    if (first < low || first >= high) continue;
    MappedMemory map;
    std::getline(fields, map.path);
    if (inode == 0 || high - first < size || permissions.size() < 4) return std::nullopt;
    map.shared = permissions[3] == 's';
    return map;
  }
  return std::nullopt;
}

void give_back_pages(const void* begin, std::size_t size) noexcept { advise(begin, size, MADV_DONTNEED); }

void make_pages_cold(const void* begin, std::size_t size) noexcept { advise(begin, size, MADV_COLD); }

std::size_t resident_bytes(const void* begin, std::size_t size) {
  const auto [first, length] = pages_of(begin, size);
  constexpr std::uint64_t kPresent = std::uint64_t{1} << 63;
  std::vector<std::uint64_t> entries(length / page_size());
  const int file = ::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const auto offset = static_cast<off_t>(first / page_size() * sizeof(std::uint64_t));
  const ssize_t got = ::pread(file, entries.data(), entries.size() * sizeof(std::uint64_t), offset);
  ::close(file);
  std::size_t resident = 0;
  for (std::size_t i = 0; got > 0 && i < static_cast<std::size_t>(got) / sizeof(std::uint64_t); ++i)
    resident += (entries[i] & kPresent) != 0 ? page_size() : 0;
  return resident;
}

}  // namespace treadle::io
