#include "io/mapped_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
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
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  (void)::madvise(reinterpret_cast<void*>(first), length, advice);
}

/// A file that is open while this lives.
class OpenFile {
 public:
  explicit OpenFile(const char* path) : number_(::open(path, O_RDONLY | O_CLOEXEC)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (number_ >= 0) ::close(number_);
  }
  /// Negative if it could not be opened.
  int number() const noexcept { return number_; }

 private:
  int number_;
};

constexpr std::uint64_t kPresent = std::uint64_t{1} << 63;
constexpr std::uint64_t kSwapped = std::uint64_t{1} << 62;
/// Of a page that is present: it is the file's.
constexpr std::uint64_t kOfFile = std::uint64_t{1} << 61;

/// What the system tells of each page of some (proc(5), pagemap); nothing where it does not.
std::vector<std::uint64_t> page_entries(std::uintptr_t first, std::size_t length) {
  const OpenFile file("/proc/self/pagemap");
  std::vector<std::uint64_t> entries(length / page_size());
  const std::size_t bytes = entries.size() * sizeof(std::uint64_t);
  const auto offset = static_cast<off_t>(first / page_size() * sizeof(std::uint64_t));
  if (file.number() < 0 ||
      ::pread(file.number(), entries.data(), bytes, offset) != static_cast<ssize_t>(bytes))
    entries.clear();
  return entries;
}

bool changed(std::uint64_t entry) {
  return (entry & kSwapped) != 0 || ((entry & kPresent) != 0 && (entry & kOfFile) == 0);
}

/// Copies the changed ones of the pages at `from`. False if the system does not tell which they are.
bool copy_changed(std::uintptr_t from, std::size_t length, std::uint8_t* to) {
  const std::vector<std::uint64_t> entries = page_entries(from, length);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!changed(entries[i])) continue;
    const std::size_t at = i * page_size();
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    std::memcpy(to + at, reinterpret_cast<const void*>(from + at), page_size());
  }
  return !entries.empty();
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
    map.begin = low;
    map.offset = std::stoull(offset, nullptr, 16);
    map.device = device;
    map.inode = inode;
    return map;
  }
  return std::nullopt;
}

void give_back_pages(const void* begin, std::size_t size) noexcept { advise(begin, size, MADV_DONTNEED); }

void make_pages_cold(const void* begin, std::size_t size) noexcept { advise(begin, size, MADV_COLD); }

std::shared_ptr<const void> snapshot(const MappedMemory& map, const void* begin, std::size_t size) {
  const auto [first, length] = pages_of(begin, size);
  const OpenFile file(map.path.c_str());
  if (size == 0 || file.number() < 0) return nullptr;
  const auto offset = static_cast<off_t>(map.offset + (first - map.begin));
  void* memory =
      ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file.number(), offset);
  if (memory == MAP_FAILED) return nullptr;
  const std::shared_ptr<void> whole(memory,
                                    [length = length](void* pages) { (void)::munmap(pages, length); });
  const auto found = MappedMemory::find(memory, length);
  if (!found || found->device != map.device || found->inode != map.inode) return nullptr;
  auto* bytes = static_cast<std::uint8_t*>(memory);
  if (!copy_changed(first, length, bytes)) return nullptr;
  return {whole, bytes + (reinterpret_cast<std::uintptr_t>(begin) - first)};
}

std::size_t resident_bytes(const void* begin, std::size_t size) {
  const auto [first, length] = pages_of(begin, size);
  const std::vector<std::uint64_t> entries = page_entries(first, length);
  const auto present = std::count_if(entries.begin(), entries.end(),
                                     [](std::uint64_t entry) { return (entry & kPresent) != 0; });
  return static_cast<std::size_t>(present) * page_size();
}

}  // namespace treadle::io
