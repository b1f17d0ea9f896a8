#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "columnar/bitmap.h"
#include "memory/buffer.h"

namespace treadle::io {

/// Which rows of a column are there: a bitmap only where some row is null.
class ValidityBuilder {
 public:
  /// For so many rows, all there until said otherwise.
  explicit ValidityBuilder(std::size_t length) : length_(static_cast<std::int64_t>(length)) {}

  void set_null(std::size_t row) {
    if (num_nulls_++ == 0) {
      bits_.resize(columnar::bitmap_bytes(length_));
      std::memset(bits_.data(), 0xFF, bits_.size());
    }
    columnar::clear_bit(bits_.data(), static_cast<std::int64_t>(row));
  }
  std::int64_t num_nulls() const noexcept { return num_nulls_; }
  /// Null if nothing is.
  BufferPtr finish() { return num_nulls_ == 0 ? nullptr : bits_.finish(); }

 private:
  std::int64_t length_;
  std::int64_t num_nulls_ = 0;
  BufferBuilder bits_;
};

}  // namespace treadle::io
