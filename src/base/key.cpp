// Keys are XXH3-128 over a canonical encoding: every fact is a tag byte, a length where it varies, and its
// bytes, little-endian. XXH3 gives the same hash whether the bytes come in one piece or in many, so short
// keys are hashed in one call from the builder's own buffer and only long ones pay for a streaming state.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <atomic>
#include <cstring>
#include <random>

#include "base/version.h"
#include "treadle/error.h"
#include "treadle/key.h"

namespace treadle {
namespace {

enum class Tag : std::uint8_t { kDomain = 1, kText, kBool, kInt, kUint, kDouble, kKey, kBytes };

Key from_hash(const XXH128_hash_t& hash) { return {hash.high64, hash.low64}; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::uint64_t process_number() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) ^ device();
}

}  // namespace

struct KeyBuilder::Stream {
  XXH3_state_t state;
};

std::string Key::to_string() const {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(32, '0');
  for (int i = 0; i < 16; ++i) {
    text[i] = kDigits[(high >> (60 - 4 * i)) & 15];
    text[16 + i] = kDigits[(low >> (60 - 4 * i)) & 15];
  }
  return text;
}

Key Key::from_string(std::string_view text) {
  std::array<std::uint64_t, 2> words{};
  bool valid = text.size() == 32;
  for (std::size_t i = 0; valid && i < 32; ++i) {
    const int digit = hex_digit(text[i]);
    valid = digit >= 0;
    words[i / 16] = words[i / 16] << 4 | static_cast<std::uint64_t>(digit & 15);
  }
  if (!valid) {
    throw InvalidArgument("a key is 32 lower-case hexadecimal digits, not \"" + std::string(text) + "\"");
  }
  return {words[0], words[1]};
}

KeyBuilder::KeyBuilder(std::string_view domain) {
  static const std::string kVersion(version());
  put(static_cast<std::uint8_t>(Tag::kDomain), kVersion.data(), kVersion.size(), true);
  put(static_cast<std::uint8_t>(Tag::kDomain), domain.data(), domain.size(), true);
}

KeyBuilder::~KeyBuilder() = default;

KeyBuilder& KeyBuilder::add(std::string_view text) {
  put(static_cast<std::uint8_t>(Tag::kText), text.data(), text.size(), true);
  return *this;
}

KeyBuilder& KeyBuilder::add(bool value) {
  const std::uint8_t byte = value ? 1 : 0;
  put(static_cast<std::uint8_t>(Tag::kBool), &byte, 1, false);
  return *this;
}

KeyBuilder& KeyBuilder::add(std::int64_t value) {
  put(static_cast<std::uint8_t>(Tag::kInt), &value, sizeof value, false);
  return *this;
}

KeyBuilder& KeyBuilder::add(std::uint64_t value) {
  put(static_cast<std::uint8_t>(Tag::kUint), &value, sizeof value, false);
  return *this;
}

KeyBuilder& KeyBuilder::add(double value) {
  put(static_cast<std::uint8_t>(Tag::kDouble), &value, sizeof value, false);
  return *this;
}

KeyBuilder& KeyBuilder::add(const Key& key) {
  const std::array<std::uint64_t, 2> words{key.high, key.low};
  put(static_cast<std::uint8_t>(Tag::kKey), words.data(), sizeof words, false);
  return *this;
}

KeyBuilder& KeyBuilder::add_bytes(std::span<const std::byte> bytes) {
  put(static_cast<std::uint8_t>(Tag::kBytes), bytes.data(), bytes.size(), true);
  return *this;
}

void KeyBuilder::put(std::uint8_t tag, const void* bytes, std::size_t size, bool with_length) {
  std::array<unsigned char, 1 + sizeof(std::uint64_t)> head;
  head[0] = tag;
  const std::uint64_t length = size;
  std::memcpy(head.data() + 1, &length, sizeof length);
  put_raw(head.data(), with_length ? head.size() : 1);
  put_raw(bytes, size);
}

void KeyBuilder::put_raw(const void* bytes, std::size_t size) {
  if (size <= sizeof buffer_ - used_) {
    if (size != 0) std::memcpy(buffer_ + used_, bytes, size);
    used_ += size;
    return;
  }
  if (!stream_) {
    stream_ = std::make_unique<Stream>();
    XXH3_128bits_reset(&stream_->state);
  }
  XXH3_128bits_update(&stream_->state, buffer_, used_);
  XXH3_128bits_update(&stream_->state, bytes, size);
  used_ = 0;
}

Key KeyBuilder::finish() const {
  if (!stream_) return from_hash(XXH3_128bits(buffer_, used_));
  XXH3_state_t copy;
  XXH3_copyState(&copy, &stream_->state);
  XXH3_128bits_update(&copy, buffer_, used_);
  return from_hash(XXH3_128bits_digest(&copy));
}

Key hash_bytes(std::span<const std::byte> bytes) {
  return from_hash(XXH3_128bits(bytes.data(), bytes.size()));
}

Key unique_key() {
  // The process's random number keeps keys of two processes apart, the counter those of two calls.
  static const std::uint64_t process = process_number();
  static std::atomic<std::uint64_t> counter{0};
  return {process, counter.fetch_add(1, std::memory_order_relaxed)};
}

}  // namespace treadle
