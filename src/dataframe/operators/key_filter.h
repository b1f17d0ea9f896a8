#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "columnar/column.h"
#include "memory/buffer.h"
#include "treadle/data_type.h"

namespace treadle::dataframe {

/// Which whole numbers, dates or times one column of a join's right keys has, a bit each from the least to
/// the greatest: asked of left rows long before the join looks them up, so that many without a partner go no
/// further. Immutable; thread-safe.
class KeyFilter {
 public:
  /// Null where it would be of no use, or cannot be had: keys of other types, or so far apart that bits take
  /// more memory than they are worth, or with hardly a gap between them; no memory from `take`. `unique`:
  /// whether no key comes twice.
  static std::shared_ptr<const KeyFilter> make(const columnar::Column& keys, bool nulls_equal, bool unique,
                                               const std::function<bool(std::size_t)>& take);

  const DataType& type() const noexcept { return type_; }
  /// Of `rows` (a bitmap; null: all), those whose value in `column`, of the filter's type, is a key; a
  /// missing one is none. Answers with `rows` as they are where the first of them tell that it drops too few.
  BufferPtr select(const columnar::Column& column, const BufferPtr& rows) const;

 private:
  KeyFilter(DataType type, std::uint64_t least, std::uint64_t width)
      : type_(std::move(type)), least_(least), width_(width), bits_(num_words(width)) {}
  /// One bit more than there are keys, which is never set.
  static std::size_t num_words(std::uint64_t width) noexcept {
    return static_cast<std::size_t>(width / 64 + 1);
  }
  std::uint64_t count() const noexcept;
  bool has(std::uint64_t word) const noexcept {
    const std::uint64_t at = word - least_;
    const std::uint64_t bit = at < width_ ? at : width_;
    return ((bits_[static_cast<std::size_t>(bit >> 6)] >> (bit & 63)) & 1) != 0;
  }
  template <class T>
  std::uint64_t keys_among(const T* values, std::int64_t count, std::uint64_t wanted) const;

  DataType type_;
  std::uint64_t least_;
  std::uint64_t width_;
  std::vector<std::uint64_t> bits_;
};

}  // namespace treadle::dataframe
