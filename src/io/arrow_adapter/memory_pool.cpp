#include "io/arrow_adapter/memory_pool.h"

#include "io/arrow_adapter/status.h"
#include "memory/block.h"

namespace treadle::io {
namespace {

// Growing by more than was asked for keeps small allocations from the budget's shared counter.
constexpr std::size_t kGrowth = 256 << 10;
// What blocks are aligned to, and all that Arrow asks for.
constexpr std::int64_t kAlignment = 64;

arrow::Status no_memory(std::int64_t size) {
  return arrow::Status::OutOfMemory("the allocator has no ", size, " bytes left");
}

}  // namespace

void ReservedPool::detach() noexcept {
  if (reservation_ != nullptr) reservation_->shrink(grown_);
  reservation_ = nullptr;
  grown_ = 0;
}

arrow::Status ReservedPool::charge(std::int64_t more) {
  if (reservation_ == nullptr) return arrow::Status::OK();
  const auto wanted = static_cast<std::size_t>(bytes_allocated() + more);
  const std::size_t paid = granted_ + grown_;
  if (wanted <= paid) return arrow::Status::OK();
  const std::size_t missing = wanted - paid;
  if (missing < kGrowth && reservation_->try_grow(kGrowth)) {
    grown_ += kGrowth;
    return arrow::Status::OK();
  }
  try {
    reservation_->grow(missing);
  } catch (...) {
    return carry(std::current_exception());
  }
  grown_ += missing;
  return arrow::Status::OK();
}

arrow::Status ReservedPool::Allocate(std::int64_t size, std::int64_t alignment, std::uint8_t** out) {
  ARROW_RETURN_NOT_OK(charge(size));
  if (alignment > kAlignment) return arrow::Status::NotImplemented("an alignment of ", alignment, " bytes");
  void* block = allocate_block(static_cast<std::size_t>(size));
  if (block == nullptr) return no_memory(size);
  *out = static_cast<std::uint8_t*>(block);
  used_.fetch_add(size, std::memory_order_relaxed);
  total_ += size;
  ++num_allocations_;
  return arrow::Status::OK();
}

arrow::Status ReservedPool::Reallocate(std::int64_t old_size, std::int64_t new_size, std::int64_t,
                                       std::uint8_t** pointer) {
  if (new_size > old_size) ARROW_RETURN_NOT_OK(charge(new_size - old_size));
  void* block =
      resize_block(*pointer, static_cast<std::size_t>(old_size), static_cast<std::size_t>(new_size));
  if (block == nullptr) return no_memory(new_size);
  *pointer = static_cast<std::uint8_t*>(block);
  used_.fetch_add(new_size - old_size, std::memory_order_relaxed);
  if (new_size > old_size) total_ += new_size - old_size;
  return arrow::Status::OK();
}

void ReservedPool::Free(std::uint8_t* buffer, std::int64_t size, std::int64_t) {
  free_block(buffer, static_cast<std::size_t>(size));
  used_.fetch_sub(size, std::memory_order_relaxed);
}

}  // namespace treadle::io
