#include "dataframe/operators/join_keys.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "columnar/bitmap.h"
#include "columnar/text_reader.h"
#include "columnar/type_dispatch.h"
#include "dataframe/operators/group_hash.h"
#include "dataframe/operators/group_table_text.h"

namespace treadle::dataframe {
namespace {

using columnar::Column;
using columnar::int128_t;
using columnar::uint128_t;

/// Equal values, equal words: one for all NaNs, one for both zeros.
template <class T>
std::uint64_t to_word(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) value = std::numeric_limits<T>::quiet_NaN();
    if (value == T{0}) value = T{0};
    return std::bit_cast<std::uint64_t>(static_cast<double>(value));
  } else if constexpr (std::is_same_v<T, int128_t>) {
    const auto bits = static_cast<uint128_t>(value);
    return combine_hashes(hash_word(static_cast<std::uint64_t>(bits >> 64)),
                          hash_word(static_cast<std::uint64_t>(bits)));
  } else {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  }
}

void text_words(const Column& column, std::int64_t begin, std::size_t count, std::uint64_t* words) {
  const auto* validity = column.has_no_nulls() ? nullptr : column.validity()->data();
  const auto valid = [&](std::size_t i) {
    return validity == nullptr || columnar::get_bit(validity, begin + static_cast<std::int64_t>(i));
  };
  if (column.layout() == columnar::Layout::kDictionary &&
      column.dictionary()->length() <= static_cast<std::int64_t>(count)) {
    // A text is hashed once for each code.
    std::vector<std::uint64_t> hashes(static_cast<std::size_t>(column.dictionary()->length()));
    for (std::size_t code = 0; code < hashes.size(); ++code) {
      hashes[code] = TextTable::hash(column.dictionary()->text(static_cast<std::int64_t>(code)));
    }
    const auto* codes = column.values_as<std::int32_t>() + begin;
    for (std::size_t i = 0; i < count; ++i) {
      words[i] = valid(i) ? hashes[static_cast<std::size_t>(codes[i])] : 0;
    }
    return;
  }
  columnar::visit_text(column, [&](const auto& text) {
    for (std::size_t i = 0; i < count; ++i) {
      words[i] = valid(i) ? TextTable::hash(text[begin + static_cast<std::int64_t>(i)]) : 0;
    }
  });
}

/// What lies under a null means nothing.
void column_words(const Column& column, std::int64_t begin, std::size_t count, std::uint64_t* words) {
  const TypeId id = column.type().id();
  if (id == TypeId::kNull) return std::fill_n(words, count, std::uint64_t{0}), void();
  if (columnar::is_text(column.type())) return text_words(column, begin, count, words);
  if (id == TypeId::kBool) {
    const auto* bits = column.values_as<std::uint8_t>();
    for (std::size_t i = 0; i < count; ++i) {
      words[i] = columnar::get_bit(bits, begin + static_cast<std::int64_t>(i)) ? 1 : 0;
    }
    return;
  }
  columnar::visit_fixed_width(id, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* values = column.values_as<T>() + begin;
    for (std::size_t i = 0; i < count; ++i) words[i] = to_word(values[i]);
  });
}

bool is_word(const DataType& type) { return !columnar::is_text(type) && type.id() != TypeId::kDecimal128; }

}  // namespace

bool is_whole(const DataType& type) noexcept {
  switch (type.id()) {
    case TypeId::kDate:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kDuration:
      return true;
    default:
      return type.is_integer();
  }
}

JoinKeys::JoinKeys(std::vector<DataType> types, bool nulls_equal)
    : types_(std::move(types)),
      nulls_equal_(nulls_equal),
      exact_(types_.empty() || (types_.size() == 1 && is_word(types_[0]))) {}

bool JoinKeys::mark_nulls(const Column& key, std::int64_t begin, std::size_t count, KeyState* states) const {
  if (key.has_no_nulls()) return true;
  const KeyState state = nulls_equal_ ? (exact_ ? KeyState::kNull : KeyState::kWord) : KeyState::kNothing;
  bool all = true;
  for (std::size_t i = 0; i < count; ++i) {
    if (columnar::get_bit(key.validity()->data(), begin + static_cast<std::int64_t>(i))) continue;
    states[i] = state;
    all = false;
  }
  return all || state == KeyState::kWord;
}

bool JoinKeys::words(std::span<const Column> keys, std::int64_t begin, std::size_t count,
                     std::uint64_t* words, KeyState* states) const {
  std::fill_n(states, count, KeyState::kWord);
  if (keys.empty()) return std::fill_n(words, count, std::uint64_t{0}), true;
  bool all = true;
  if (exact_) {
    column_words(keys[0], begin, count, words);
    return mark_nulls(keys[0], begin, count, states);
  }
  std::vector<std::uint64_t> column(count);
  for (std::size_t k = 0; k < keys.size(); ++k) {
    column_words(keys[k], begin, count, column.data());
    all &= mark_nulls(keys[k], begin, count, states);
    const auto* validity = keys[k].has_no_nulls() ? nullptr : keys[k].validity()->data();
    const bool hashed = columnar::is_text(keys[k].type());
    for (std::size_t i = 0; i < count; ++i) {
      std::uint64_t hash = hashed ? column[i] : hash_word(column[i]);
      if (validity != nullptr && !columnar::get_bit(validity, begin + static_cast<std::int64_t>(i))) {
        hash = kNullHash;
      }
      words[i] = k == 0 ? hash : combine_hashes(words[i], hash);
    }
  }
  return all;
}

class KeyEquality::ColumnEquality {
 public:
  virtual ~ColumnEquality() = default;
  virtual bool equal(std::int64_t left, std::int64_t right) const = 0;
};

namespace {

template <class T>
struct FixedValues {
  using Type = T;
  explicit FixedValues(const Column& column) : values(column.values_as<T>()) {}
  bool same(std::int64_t row, const FixedValues& other, std::int64_t other_row) const {
    if constexpr (std::is_floating_point_v<T>) {
      return to_word(values[row]) == to_word(other.values[other_row]);
    } else {
      return values[row] == other.values[other_row];
    }
  }
  const T* values;
};

struct BoolValues {
  explicit BoolValues(const Column& column) : bits(column.values_as<std::uint8_t>()) {}
  bool same(std::int64_t row, const BoolValues& other, std::int64_t other_row) const {
    return columnar::get_bit(bits, row) == columnar::get_bit(other.bits, other_row);
  }
  const std::uint8_t* bits;
};

struct TextValues {
  explicit TextValues(const Column& of) : column(of) {}
  bool same(std::int64_t row, const TextValues& other, std::int64_t other_row) const {
    return equal_texts(column.text(row), other.column.text(other_row));
  }
  const Column& column;
};

}  // namespace

template <class Values>
class KeyEquality::TypedEquality final : public ColumnEquality {
 public:
  TypedEquality(const Column& left, const Column& right)
      : left_(left), right_(right), left_values_(left), right_values_(right) {}
  bool equal(std::int64_t left, std::int64_t right) const override {
    const bool valid = left_.is_valid(left);
    if (!valid || !right_.is_valid(right)) return valid == right_.is_valid(right);
    return left_values_.same(left, right_values_, right);
  }

 private:
  const Column& left_;
  const Column& right_;
  Values left_values_;
  Values right_values_;
};

std::unique_ptr<KeyEquality::ColumnEquality> KeyEquality::make(const Column& left, const Column& right) {
  const TypeId id = left.type().id();
  if (columnar::is_text(left.type())) return std::make_unique<TypedEquality<TextValues>>(left, right);
  if (id == TypeId::kBool || id == TypeId::kNull) {
    return std::make_unique<TypedEquality<BoolValues>>(left, right);
  }
  return columnar::visit_fixed_width(id, [&](auto tag) -> std::unique_ptr<ColumnEquality> {
    using T = typename decltype(tag)::type;
    return std::make_unique<TypedEquality<FixedValues<T>>>(left, right);
  });
}

KeyEquality::KeyEquality(std::span<const Column> left, std::span<const Column> right) {
  for (std::size_t i = 0; i < left.size(); ++i) columns_.push_back(make(left[i], right[i]));
}
KeyEquality::KeyEquality(KeyEquality&&) noexcept = default;
KeyEquality::~KeyEquality() = default;

bool KeyEquality::operator()(std::int64_t left_row, std::int64_t right_row) const {
  return std::all_of(columns_.begin(), columns_.end(),
                     [&](const auto& column) { return column->equal(left_row, right_row); });
}

}  // namespace treadle::dataframe
