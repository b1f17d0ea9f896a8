#include "dataframe/operators/key_filter.h"

#include <algorithm>
#include <bit>

#include "columnar/bitmap.h"
#include "columnar/type_dispatch.h"
#include "dataframe/operators/join_keys.h"

namespace treadle::dataframe {
namespace {

using columnar::Column;

/// Words of rows that are looked at before the others: a filter that most of these pass is not worth its
/// time.
constexpr std::int64_t kSampleWords = 16;
/// Looking up so few rows of a word one by one is faster than all of them.
constexpr int kFewRows = 12;

/// A mebibyte of bits is little, however few the keys; beyond that, they take no more memory than slots of a
/// table would.
constexpr std::uint64_t kBits = std::uint64_t{1} << 23;
constexpr std::uint64_t kBitsPerRow = 128;

template <class T>
std::uint64_t word_of(T value) {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
}

/// Calls `f` with the word of each value that is not missing.
template <class T, class F>
void for_each_word(const Column& column, const F& f) {
  const T* values = column.values_as<T>();
  const auto* validity = column.has_no_nulls() ? nullptr : column.validity()->data();
  for (std::int64_t row = 0; row < column.length(); ++row) {
    if (validity == nullptr || columnar::get_bit(validity, row)) f(word_of(values[row]));
  }
}

struct Bounds {
  std::int64_t least = INT64_MAX;
  std::int64_t greatest = INT64_MIN;
  std::int64_t rows = 0;

  void add(std::int64_t value) {
    least = std::min(least, value);
    greatest = std::max(greatest, value);
    ++rows;
  }
  std::uint64_t last() const {
    return static_cast<std::uint64_t>(greatest) - static_cast<std::uint64_t>(least);
  }
};

/// Rows whose keys lie within the bounds would nearly all pass.
bool has_few_gaps(std::uint64_t keys, std::uint64_t width) { return keys > width / 8 * 7; }

}  // namespace

std::shared_ptr<const KeyFilter> KeyFilter::make(const Column& keys, bool nulls_equal, bool unique,
                                                 const std::function<bool(std::size_t)>& take) {
  // A missing key would have to be asked for, too.
  if (!is_whole(keys.type()) || (nulls_equal && !keys.has_no_nulls())) return nullptr;
  return columnar::visit_fixed_width(keys.type().id(), [&](auto tag) -> std::shared_ptr<const KeyFilter> {
    using T = typename decltype(tag)::type;
    Bounds bounds;
    for_each_word<T>(keys, [&](std::uint64_t word) { bounds.add(static_cast<std::int64_t>(word)); });
    const auto rows = static_cast<std::uint64_t>(bounds.rows);
    const std::uint64_t last = bounds.last();
    if (rows == 0 || last >= std::max(kBits, kBitsPerRow * rows)) return nullptr;
    if (unique && has_few_gaps(rows, last + 1)) return nullptr;
    if (!take(num_words(last + 1) * sizeof(std::uint64_t))) return nullptr;
    const auto least = static_cast<std::uint64_t>(bounds.least);
    const std::shared_ptr<KeyFilter> filter(new KeyFilter(keys.type(), least, last + 1));
    for_each_word<T>(keys, [&](std::uint64_t word) {
      const std::uint64_t bit = word - least;
      filter->bits_[static_cast<std::size_t>(bit >> 6)] |= std::uint64_t{1} << (bit & 63);
    });
    return has_few_gaps(filter->count(), last + 1) ? nullptr : filter;
  });
}

std::uint64_t KeyFilter::count() const noexcept {
  std::uint64_t count = 0;
  for (const std::uint64_t word : bits_) count += static_cast<std::uint64_t>(std::popcount(word));
  return count;
}

/// Which of the rows `wanted` have a key.
template <class T>
std::uint64_t KeyFilter::keys_among(const T* values, std::int64_t count, std::uint64_t wanted) const {
  std::uint64_t found = 0;
  if (std::popcount(wanted) < kFewRows) {
    for (; wanted != 0; wanted &= wanted - 1) {
      const int i = std::countr_zero(wanted);
      found |= static_cast<std::uint64_t>(has(word_of(values[i]))) << i;
    }
    return found;
  }
  for (std::int64_t i = 0; i < count; ++i) found |= static_cast<std::uint64_t>(has(word_of(values[i]))) << i;
  return found & wanted;
}

BufferPtr KeyFilter::select(const Column& column, const BufferPtr& rows) const {
  const std::int64_t length = column.length();
  if (length <= 0) return rows;
  const BufferPtr validity = column.has_no_nulls() ? nullptr : column.validity();
  const BufferPtr asked = columnar::and_bits(rows, validity, length);
  return columnar::visit_fixed_width(column.type().id(), [&](auto tag) -> BufferPtr {
    using T = typename decltype(tag)::type;
    const T* values = column.values_as<T>();
    const auto wanted = [&](std::int64_t word) {
      return asked ? columnar::load_word(asked->data(), word, length) : ~std::uint64_t{0};
    };
    const auto found = [&](std::int64_t word) {
      const std::int64_t first = word * 64;
      return keys_among(values + first, std::min<std::int64_t>(64, length - first), wanted(word));
    };
    int sampled = 0, kept = 0;
    for (std::int64_t word = 0; word < std::min(kSampleWords, length / 64); ++word) {
      sampled += std::popcount(wanted(word));
      kept += std::popcount(found(word));
    }
    if (kept * 8 > sampled * 7) return rows;
    return columnar::bits_from_words(length, found);
  });
}

}  // namespace treadle::dataframe
