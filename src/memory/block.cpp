#include "memory/block.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

#include "treadle/error.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TREADLE_WATCHED_HEAP 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TREADLE_WATCHED_HEAP 1
#endif
#endif

namespace treadle {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kPage = 4096;
// From so much on huge pages are asked for: the last one may be hardly used.
constexpr std::size_t kHugePages = std::size_t{8} << 20;

std::size_t rounded(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

#if defined(TREADLE_WATCHED_HEAP)
// A sanitizer sees what is done to the heap only.
bool is_mapped(std::size_t) { return false; }
#else
bool is_mapped(std::size_t bytes) { return bytes >= kMappedBlock; }
#endif

void* map(std::size_t bytes) {
  if (bytes > SIZE_MAX / 2) return nullptr;
  void* block =
      ::mmap(nullptr, rounded(bytes, kPage), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return nullptr;
#if defined(MADV_HUGEPAGE)
  if (bytes >= kHugePages) (void)::madvise(block, rounded(bytes, kPage), MADV_HUGEPAGE);
#endif
  return block;
}

}  // namespace

void* allocate_block(std::size_t bytes) noexcept {
  if (is_mapped(bytes)) return map(bytes);
  return bytes > SIZE_MAX / 2
             ? nullptr
             : std::aligned_alloc(kAlignment, rounded(std::max(bytes, kAlignment), kAlignment));
}

void* allocate_full_block(std::size_t bytes) noexcept {
  void* block = allocate_block(bytes);
#if defined(MADV_POPULATE_WRITE)
  // Where the system does not know this the pages come one by one.
  if (block != nullptr && is_mapped(bytes))
    (void)::madvise(block, rounded(bytes, kPage), MADV_POPULATE_WRITE);
#endif
  return block;
}

void* resize_block(void* block, std::size_t bytes, std::size_t new_bytes) noexcept {
#if defined(MREMAP_MAYMOVE)
  if (is_mapped(bytes) && is_mapped(new_bytes) && new_bytes <= SIZE_MAX / 2) {
    void* moved = ::mremap(block, rounded(bytes, kPage), rounded(new_bytes, kPage), MREMAP_MAYMOVE);
    return moved == MAP_FAILED ? nullptr : moved;
  }
#endif
  void* other = allocate_block(new_bytes);
  if (other == nullptr) return nullptr;
  std::memcpy(other, block, std::min(bytes, new_bytes));
  free_block(block, bytes);
  return other;
}

void free_block(void* block, std::size_t bytes) noexcept {
  if (block == nullptr) return;
  if (is_mapped(bytes)) {
    (void)::munmap(block, rounded(bytes, kPage));
  } else {
    std::free(block);
  }
}

void throw_no_block(std::size_t bytes) {
  throw OutOfMemory("the allocator has no " + std::to_string(bytes) + " bytes left");
}

}  // namespace treadle
