#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace treadle {

/// The identity of a task's result: 128 bits (XXH3-128) over one canonical encoding of the operation, its
/// parameters, its inputs' keys, the library's version and the settings that can change the value.
/// Equal work has an equal key, in every process and on every machine.
struct Key {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  auto operator<=>(const Key&) const = default;
  /// 32 lower-case hexadecimal digits.
  std::string to_string() const;
  /// The inverse of to_string(). Throws InvalidArgument for anything else.
  static Key from_string(std::string_view text);
};

/// Builds a Key: feed it every fact that determines the result, in a fixed order, then take finish().
///
/// Each add() writes a type tag and a length before the bytes, so that no two different sequences of calls
/// encode to the same bytes. Not thread-safe.
class KeyBuilder {
 public:
  /// `domain` names what is being identified ("csv.scan", "task"); it is the first thing encoded.
  explicit KeyBuilder(std::string_view domain);
  KeyBuilder(const KeyBuilder&) = delete;
  KeyBuilder& operator=(const KeyBuilder&) = delete;
  ~KeyBuilder();

  KeyBuilder& add(std::string_view text);
  KeyBuilder& add(const char* text) { return add(std::string_view(text)); }
  KeyBuilder& add(bool value);
  KeyBuilder& add(std::int64_t value);
  KeyBuilder& add(std::uint64_t value);
  KeyBuilder& add(int value) { return add(static_cast<std::int64_t>(value)); }
  KeyBuilder& add(std::uint32_t value) { return add(static_cast<std::uint64_t>(value)); }
  /// By its bits: -0.0 differs from 0.0, each NaN payload from the others.
  KeyBuilder& add(double value);
  KeyBuilder& add(const Key& key);
  KeyBuilder& add_bytes(std::span<const std::byte> bytes);

  /// The key of everything added so far; the builder can go on afterwards.
  Key finish() const;

 private:
  struct Stream;  // for what outgrows the buffer
  void put(std::uint8_t tag, const void* bytes, std::size_t size, bool with_length);
  void put_raw(const void* bytes, std::size_t size);

  std::unique_ptr<Stream> stream_;
  std::size_t used_ = 0;
  unsigned char buffer_[240];
};

/// The bare XXH3-128 of `bytes`: for callers that encode canonically themselves, many times a second.
Key hash_bytes(std::span<const std::byte> bytes);

/// A key that no other call in this process returns: for lambdas, unregistered functions and large in-memory
/// data.
Key unique_key();

}  // namespace treadle

template <>
struct std::hash<treadle::Key> {
  std::size_t operator()(const treadle::Key& key) const noexcept { return key.low; }
};
