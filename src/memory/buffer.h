#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace treadle {

class Buffer;
/// How buffers are held: shared, immutable, alive while anyone (a slice included) looks at the bytes.
using BufferPtr = std::shared_ptr<const Buffer>;

/// Immutable bytes with a shared owner. Thread-safe.
///
/// What BufferBuilder makes is 64-byte aligned and may be read (not interpreted) up to kPadding bytes past
/// its end, so that kernels load whole vectors. Slices and wrapped memory promise neither.
class Buffer {
 public:
  static constexpr std::size_t kAlignment = 64;
  static constexpr std::size_t kPadding = 64;

  Buffer(const std::uint8_t* data, std::size_t size, std::shared_ptr<const void> owner) noexcept
      : data_(data), size_(size), owner_(std::move(owner)) {}

  const std::uint8_t* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  std::span<const std::uint8_t> bytes() const noexcept { return {data_, size_}; }
  std::string_view text() const noexcept { return {reinterpret_cast<const char*>(data_), size_}; }
  /// What keeps the bytes alive: equal for all slices of one allocation, so that its size can be counted
  /// once.
  const std::shared_ptr<const void>& owner() const noexcept { return owner_; }

  /// `size` bytes from `offset` of `whole`, without copying; keeps `whole`'s memory alive.
  /// Throws InternalError beyond its end.
  static BufferPtr slice(const BufferPtr& whole, std::size_t offset, std::size_t size);
  /// Foreign memory; `owner`'s last reference releases it. Give a shared_ptr with a deleter for a release
  /// callback.
  static BufferPtr wrap(const void* data, std::size_t size, std::shared_ptr<const void> owner);
  /// A copy of `size` bytes.
  static BufferPtr copy(const void* data, std::size_t size);
  /// A buffer of no bytes; the same one at each call.
  static const BufferPtr& empty();

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::shared_ptr<const void> owner_;
};

/// Growing bytes that become a Buffer. New bytes are not zeroed. Move-only; one thread at a time.
/// Throws OutOfMemory when the allocator has no more.
class BufferBuilder {
 public:
  BufferBuilder() = default;
  explicit BufferBuilder(std::size_t size) { resize(size); }
  BufferBuilder(BufferBuilder&& other) noexcept;
  BufferBuilder& operator=(BufferBuilder&& other) noexcept;
  ~BufferBuilder();

  std::uint8_t* data() noexcept { return data_; }
  const std::uint8_t* data() const noexcept { return data_; }
  /// The bytes as elements of T; their number is size() / sizeof(T).
  template <class T>
  T* as() noexcept {
    return reinterpret_cast<T*>(data_);
  }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  bool empty() const noexcept { return size_ == 0; }

  /// Room for `capacity` bytes in all, exactly: the caller knows the final size.
  void reserve(std::size_t capacity) {
    if (capacity > capacity_) reallocate(capacity);
  }
  /// Room for `more` bytes beyond size(); doubles, so that repeated growth copies each byte a bounded number
  /// of times.
  void reserve_more(std::size_t more) {
    if (more > capacity_ - size_) grow_for(more);
  }
  /// Sets the size. Bytes beyond the former size hold anything.
  void resize(std::size_t size) {
    reserve(size);
    size_ = size;
  }
  /// Sets the size; bytes beyond the former size are zero.
  void resize_zeroed(std::size_t size);
  void append(const void* bytes, std::size_t size) {
    if (size == 0) return;
    reserve_more(size);
    std::memcpy(data_ + size_, bytes, size);
    size_ += size;
  }
  template <class T>
  void append_value(T value) {
    append(&value, sizeof value);
  }
  /// Forgets the bytes and keeps the room.
  void clear() noexcept { size_ = 0; }
  /// Gives back room that is not used.
  void shrink_to_fit();
  /// The bytes as a Buffer, without copying. The builder is empty afterwards and can be used anew.
  BufferPtr finish();

 private:
  void grow_for(std::size_t more);
  void reallocate(std::size_t capacity);

  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace treadle
