#include "columnar/builder.h"

#include <string>
#include <utility>

#include "treadle/error.h"

namespace treadle::columnar {

void ValidityBuilder::start() {
  started_ = true;
  const std::int64_t before = std::exchange(length_, 0);
  extend(true, before);
  length_ = before;
}

void ValidityBuilder::extend(bool value, std::int64_t count) {
  const std::size_t bytes = bitmap_bytes(length_ + count);
  bits_.reserve_more(bytes - bits_.size());
  bits_.resize_zeroed(bytes);
  if (!value) return;
  std::int64_t row = length_;
  const std::int64_t end = length_ + count;
  for (; row < end && (row & 7) != 0; ++row) set_bit(bits_.data(), row);
  for (; row + 8 <= end; row += 8) bits_.data()[row >> 3] = 0xFF;
  for (; row < end; ++row) set_bit(bits_.data(), row);
}

void ValidityBuilder::append_bits(const std::uint8_t* bits, std::int64_t length) {
  const std::int64_t ones = bits == nullptr ? length : count_ones(bits, length);
  if (ones == length) return append_valid(length);
  const std::int64_t row = length_;
  append_null(length);
  copy_bits(bits, 0, bits_.data(), row, length);
  null_count_ -= ones;
}

BufferPtr ValidityBuilder::finish() {
  length_ = 0;
  null_count_ = 0;
  return std::exchange(started_, false) ? bits_.finish() : nullptr;
}

Column BoolBuilder::finish() {
  const std::int64_t length = validity_.length(), nulls = validity_.null_count();
  return {TypeId::kBool, Layout::kPlain, length, validity_.finish(), bits_.finish(), {}, nulls};
}

std::string_view TextBuilder::text(std::int64_t row) const noexcept {
  const auto* offsets = reinterpret_cast<const std::int32_t*>(offsets_.data());
  const auto begin = static_cast<std::size_t>(offsets[row]);
  const std::size_t end = row + 1 < length() ? static_cast<std::size_t>(offsets[row + 1]) : bytes_.size();
  return {reinterpret_cast<const char*>(bytes_.data()) + begin, end - begin};
}

Column TextBuilder::finish(DataType type) {
  append_offset();
  offsets_.shrink_to_fit();
  bytes_.shrink_to_fit();
  const std::int64_t length = validity_.length(), nulls = validity_.null_count();
  return {std::move(type),   Layout::kPlain,    length, validity_.finish(),
          offsets_.finish(), {bytes_.finish()}, nulls};
}

void TextBuilder::throw_full() {
  throw OutOfMemory("a text column in plain layout holds at most " + std::to_string(INT32_MAX) + " bytes");
}

}  // namespace treadle::columnar
