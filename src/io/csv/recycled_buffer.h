#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "memory/buffer.h"

namespace treadle::csv {

/// Memory that becomes a Buffer over and over: written anew once nobody holds what it was shared as.
/// One thread at a time; the buffers shared are as free as any.
class RecycledBuffer {
 public:
  /// Starts writing from the beginning. What is still held by someone stays theirs.
  void restart();
  /// Room for `size` bytes (and padding that may be read); the first `kept` stay as they are.
  void reserve(std::size_t size, std::size_t kept) {
    if (size > capacity_) grow(size, kept);
  }
  std::uint8_t* data() noexcept { return data_; }
  template <class T>
  T* as() noexcept {
    return reinterpret_cast<T*>(data_);
  }
  std::size_t capacity() const noexcept { return capacity_; }
  /// The first `size` bytes. They must not change until the next restart(); bytes behind them may.
  BufferPtr share(std::size_t size) const;

 private:
  void grow(std::size_t size, std::size_t kept);
  std::shared_ptr<const void> owner_;
  std::uint8_t* data_ = nullptr;
  std::size_t capacity_ = 0;
};

}  // namespace treadle::csv
