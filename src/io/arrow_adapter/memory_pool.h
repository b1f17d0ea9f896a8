#pragma once

#include <arrow/memory_pool.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "treadle/memory.h"

namespace treadle::io {

/// Arrow's allocations, taken as blocks (memory/block.h) and charged to a reservation. Allocate from one
/// thread; free from any. Outlives everything allocated in it.
class ReservedPool final : public arrow::MemoryPool {
 public:
  /// Counts only.
  ReservedPool() = default;
  /// The first `granted` bytes are the reservation's already; beyond, it grows.
  ReservedPool(Reservation& reservation, std::size_t granted)
      : reservation_(&reservation), granted_(granted) {}
  /// Gives back what it took beyond the grant. What is still allocated is no longer charged to anyone.
  void detach() noexcept;

  using arrow::MemoryPool::Allocate;
  using arrow::MemoryPool::Free;
  using arrow::MemoryPool::Reallocate;
  arrow::Status Allocate(std::int64_t size, std::int64_t alignment, std::uint8_t** out) override;
  arrow::Status Reallocate(std::int64_t old_size, std::int64_t new_size, std::int64_t alignment,
                           std::uint8_t** pointer) override;
  void Free(std::uint8_t* buffer, std::int64_t size, std::int64_t alignment) override;
  std::int64_t bytes_allocated() const override { return used_.load(std::memory_order_relaxed); }
  std::int64_t total_bytes_allocated() const override { return total_; }
  std::int64_t num_allocations() const override { return num_allocations_; }
  std::string backend_name() const override { return "treadle"; }

 private:
  /// Makes sure that `more` bytes are paid for.
  arrow::Status charge(std::int64_t more);

  Reservation* reservation_ = nullptr;
  std::size_t granted_ = 0;
  std::size_t grown_ = 0;
  std::atomic<std::int64_t> used_ = 0;
  std::int64_t total_ = 0;
  std::int64_t num_allocations_ = 0;
};

}  // namespace treadle::io
