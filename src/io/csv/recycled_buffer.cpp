#include "io/csv/recycled_buffer.h"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace treadle::csv {

void RecycledBuffer::restart() {
  if (owner_.use_count() > 1) {
    owner_.reset();
    data_ = nullptr;
    capacity_ = 0;
  }
  // What the last holder read happened before what is written now.
  std::atomic_thread_fence(std::memory_order_acquire);
}

BufferPtr RecycledBuffer::share(std::size_t size) const {
  if (size == 0) return Buffer::empty();
  return std::make_shared<const Buffer>(data_, size, owner_);
}

void RecycledBuffer::grow(std::size_t size, std::size_t kept) {
  const std::size_t capacity = std::max({size, capacity_ + capacity_ / 2, std::size_t{256}});
  BufferBuilder builder(capacity);
  if (kept != 0) std::memcpy(builder.data(), data_, kept);
  data_ = builder.data();
  capacity_ = capacity;
  owner_ = builder.finish()->owner();
}

}  // namespace treadle::csv
