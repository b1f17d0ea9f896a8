#pragma once

#include <cstddef>

// Where bytes come from that are many at once. What the C library's allocator gets back it keeps for later,
// and the larger what it got back was, the more it keeps: tens of megabytes a thread that no ledger knows and
// no other program can use. Large blocks are therefore the system's own, and its again as soon as they are
// freed.
namespace treadle {

/// Bytes of blocks that are the system's own from this size on.
inline constexpr std::size_t kMappedBlock = std::size_t{2} << 20;

/// At least `bytes`, 64-byte aligned, holding anything; nullptr if there are none. Give back with
/// free_block().
void* allocate_block(std::size_t bytes) noexcept;
/// The same, for bytes that will all be written: the system makes them ready at once rather than page by
/// page.
void* allocate_full_block(std::size_t bytes) noexcept;
/// The block with another size; its first bytes stay. nullptr, and the block as it was, if that cannot be.
void* resize_block(void* block, std::size_t bytes, std::size_t new_bytes) noexcept;
/// `bytes`: as it was allocated or resized last.
void free_block(void* block, std::size_t bytes) noexcept;

[[noreturn]] void throw_no_block(std::size_t bytes);

/// Lets standard containers of large tables live in blocks.
template <class T>
struct BlockAllocator {
  using value_type = T;

  BlockAllocator() = default;
  template <class U>
  BlockAllocator(const BlockAllocator<U>&) noexcept {}  // NOLINT(google-explicit-constructor)
  T* allocate(std::size_t count) {
    void* block =
        count > static_cast<std::size_t>(-1) / sizeof(T) ? nullptr : allocate_block(count * sizeof(T));
    if (block == nullptr) throw_no_block(count * sizeof(T));
    return static_cast<T*>(block);
  }
  void deallocate(T* block, std::size_t count) noexcept { free_block(block, count * sizeof(T)); }
  friend bool operator==(const BlockAllocator&, const BlockAllocator&) noexcept { return true; }
};

}  // namespace treadle
