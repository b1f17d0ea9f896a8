#include "memory/buffer.h"

#include <algorithm>
#include <string>
#include <utility>

#include "memory/block.h"
#include "treadle/error.h"

namespace treadle {
namespace {

// What a block of so many usable bytes takes.
std::size_t block_bytes(std::size_t capacity) { return capacity + Buffer::kPadding; }

std::uint8_t* checked(void* block, std::size_t capacity) {
  if (block == nullptr) {
    throw OutOfMemory("the allocator has no " + std::to_string(capacity) + " bytes left for a buffer");
  }
  return static_cast<std::uint8_t*>(block);
}

}  // namespace

BufferPtr Buffer::slice(const BufferPtr& whole, std::size_t offset, std::size_t size) {
  if (offset > whole->size() || size > whole->size() - offset) {
    throw InternalError("a slice of " + std::to_string(size) + " bytes from " + std::to_string(offset) +
                        " leaves its buffer of " + std::to_string(whole->size()));
  }
  return std::make_shared<const Buffer>(whole->data() + offset, size, whole->owner());
}

BufferPtr Buffer::wrap(const void* data, std::size_t size, std::shared_ptr<const void> owner) {
  return std::make_shared<const Buffer>(static_cast<const std::uint8_t*>(data), size, std::move(owner));
}

BufferPtr Buffer::copy(const void* data, std::size_t size) {
  BufferBuilder builder;
  builder.reserve(size);
  builder.append(data, size);
  return builder.finish();
}

const BufferPtr& Buffer::empty() {
  alignas(kAlignment) static const std::uint8_t padding[kPadding] = {};
  static const BufferPtr buffer = std::make_shared<const Buffer>(padding, 0, nullptr);
  return buffer;
}

BufferBuilder::BufferBuilder(BufferBuilder&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

BufferBuilder& BufferBuilder::operator=(BufferBuilder&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  return *this;
}

BufferBuilder::~BufferBuilder() { free_block(data_, block_bytes(capacity_)); }

void BufferBuilder::resize_zeroed(std::size_t size) {
  const std::size_t before = size_;
  resize(size);
  if (size > before) std::memset(data_ + before, 0, size - before);
}

void BufferBuilder::shrink_to_fit() {
  if (size_ == 0) {
    free_block(std::exchange(data_, nullptr), block_bytes(std::exchange(capacity_, 0)));
  } else if (capacity_ > size_) {
    reallocate(size_);
  }
}

BufferPtr BufferBuilder::finish() {
  if (data_ == nullptr) return Buffer::empty();
  const std::uint8_t* data = data_;
  const std::size_t bytes = block_bytes(capacity_);
  std::shared_ptr<const void> owner(
      data, [bytes](const void* memory) { free_block(const_cast<void*>(memory), bytes); });
  data_ = nullptr;
  capacity_ = 0;
  return std::make_shared<const Buffer>(data, std::exchange(size_, 0), std::move(owner));
}

void BufferBuilder::grow_for(std::size_t more) {
  if (more > SIZE_MAX - size_) checked(nullptr, SIZE_MAX);
  reallocate(std::max({size_ + more, capacity_ * 2, Buffer::kAlignment}));
}

void BufferBuilder::reallocate(std::size_t capacity) {
  if (capacity > SIZE_MAX - Buffer::kPadding) checked(nullptr, capacity);
  const std::size_t bytes = block_bytes(capacity);
  // What is reserved first is what the caller knows to be needed: all of it will be written.
  void* block =
      data_ == nullptr ? allocate_full_block(bytes) : resize_block(data_, block_bytes(capacity_), bytes);
  data_ = checked(block, capacity);
  capacity_ = capacity;
}

}  // namespace treadle
