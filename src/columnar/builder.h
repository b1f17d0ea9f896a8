#pragma once

#include <cstdint>
#include <string_view>

#include "columnar/bitmap.h"
#include "columnar/column.h"

// Builders: columns value by value. Move-only, one thread at a time, empty and usable anew after finish().
// append() does not look at capacity twice: reserve() before a loop, then unchecked_append() inside it.
namespace treadle::columnar {

/// Validity bits. Allocates nothing until the first null.
class ValidityBuilder {
 public:
  void append_valid(std::int64_t count = 1) {
    if (started_) extend(true, count);
    length_ += count;
  }
  void append_null(std::int64_t count = 1) {
    if (!started_) start();
    extend(false, count);
    length_ += count;
    null_count_ += count;
  }
  /// `length` bits of `bits`; null stands for all ones.
  void append_bits(const std::uint8_t* bits, std::int64_t length);
  std::int64_t length() const noexcept { return length_; }
  std::int64_t null_count() const noexcept { return null_count_; }
  bool is_valid(std::int64_t row) const noexcept { return !started_ || get_bit(bits_.data(), row); }
  /// Null if nothing is.
  BufferPtr finish();

 private:
  void start();
  void extend(bool value, std::int64_t count);

  BufferBuilder bits_;  // bits of length_ rows once started_; those beyond them are zero
  bool started_ = false;
  std::int64_t length_ = 0;
  std::int64_t null_count_ = 0;
};

/// Values of a fixed width: int8_t ... uint64_t, float, double, int128_t.
template <class T>
class FixedBuilder {
 public:
  void reserve(std::int64_t more) { values_.reserve_more(static_cast<std::size_t>(more) * sizeof(T)); }
  void append(T value) {
    values_.append_value(value);
    validity_.append_valid();
  }
  void append_null() {
    values_.append_value(T{});
    validity_.append_null();
  }
  std::int64_t length() const noexcept { return validity_.length(); }
  std::size_t nbytes() const noexcept { return values_.capacity(); }
  Column finish(DataType type) {
    const std::int64_t length = validity_.length(), nulls = validity_.null_count();
    values_.shrink_to_fit();
    return {std::move(type), Layout::kPlain, length, validity_.finish(), values_.finish(), {}, nulls};
  }

 private:
  BufferBuilder values_;
  ValidityBuilder validity_;
};

class BoolBuilder {
 public:
  void append(bool value) {
    append_bit(value);
    validity_.append_valid();
  }
  void append_null() {
    append_bit(false);
    validity_.append_null();
  }
  std::int64_t length() const noexcept { return validity_.length(); }
  Column finish();

 private:
  void append_bit(bool value) {
    const std::int64_t row = validity_.length();
    if ((row & 7) == 0) bits_.append_value(std::uint8_t{0});
    if (value) set_bit(bits_.data(), row);
  }

  BufferBuilder bits_;
  ValidityBuilder validity_;
};

/// Text or binary in plain layout. Throws OutOfMemory beyond 2 GiB of bytes.
class TextBuilder {
 public:
  void reserve(std::int64_t rows, std::int64_t bytes) {
    offsets_.reserve_more(static_cast<std::size_t>(rows + 1) * 4);
    bytes_.reserve_more(static_cast<std::size_t>(bytes));
  }
  void append(std::string_view text) {
    if (text.size() > static_cast<std::size_t>(INT32_MAX) - bytes_.size()) throw_full();
    append_offset();
    bytes_.append(text.data(), text.size());
    validity_.append_valid();
  }
  void append_null() {
    append_offset();
    validity_.append_null();
  }
  std::int64_t length() const noexcept { return validity_.length(); }
  /// Bytes of text so far.
  std::int64_t num_bytes() const noexcept { return static_cast<std::int64_t>(bytes_.size()); }
  /// The text at a row that was appended; dies with the next append.
  std::string_view text(std::int64_t row) const noexcept;
  std::size_t nbytes() const noexcept { return offsets_.capacity() + bytes_.capacity(); }
  Column finish(DataType type = TypeId::kUtf8);

 private:
  void append_offset() { offsets_.append_value(static_cast<std::int32_t>(bytes_.size())); }
  [[noreturn]] static void throw_full();

  BufferBuilder offsets_;  // starts only: the last end is added by finish()
  BufferBuilder bytes_;
  ValidityBuilder validity_;
};

}  // namespace treadle::columnar
