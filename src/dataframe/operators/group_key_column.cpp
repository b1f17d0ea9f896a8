#include "dataframe/operators/group_key_column.h"

#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "columnar/bitmap.h"
#include "columnar/builder.h"
#include "columnar/text_reader.h"
#include "columnar/type_dispatch.h"
#include "dataframe/operators/aggregate_values.h"
#include "dataframe/operators/group_hash.h"
#include "dataframe/operators/group_table_text.h"
#include "dataframe/operators/group_table_words.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Column;
using columnar::int128_t;
using columnar::uint128_t;

// One byte a row; whether all are valid.
bool load_validity(const Column& column, std::int64_t begin, std::size_t count, std::uint8_t* valid) {
  if (column.has_no_nulls()) return true;
  const std::uint8_t* bits = column.validity()->data();
  std::uint8_t all = 1;
  for (std::size_t i = 0; i < count; ++i) {
    valid[i] = columnar::get_bit(bits, begin + static_cast<std::int64_t>(i)) ? 1 : 0;
    all &= valid[i];
  }
  return all != 0;
}

template <class T>
std::uint64_t to_word(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    // One word for all NaNs, one for both zeros.
    if (std::isnan(value)) value = std::numeric_limits<T>::quiet_NaN();
    if (value == T{0}) value = T{0};
    return std::bit_cast<std::uint64_t>(static_cast<double>(value));
  } else {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  }
}

template <class T>
T from_word(std::uint64_t word) {
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(std::bit_cast<double>(word));
  } else {
    return static_cast<T>(word);
  }
}

void load_bools(const Column& column, std::int64_t begin, std::size_t count, std::uint64_t* words) {
  const auto* bits = column.values_as<std::uint8_t>();
  for (std::size_t i = 0; i < count; ++i) {
    words[i] = columnar::get_bit(bits, begin + static_cast<std::int64_t>(i)) ? 1 : 0;
  }
}

// Whether all are valid; one byte a row in `valid` if not.
bool load_words(const Column& column, std::int64_t begin, std::size_t count, std::uint64_t* words,
                std::uint8_t* valid) {
  const TypeId type = column.type().id();
  if (type == TypeId::kNull) {
    std::fill_n(words, count, std::uint64_t{0});
    std::fill_n(valid, count, std::uint8_t{0});
    return false;
  }
  if (type == TypeId::kBool) {
    load_bools(column, begin, count, words);
  } else {
    columnar::visit_fixed_width(type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      if constexpr (!std::is_same_v<T, int128_t>) {
        const T* values = column.values_as<T>() + begin;
        for (std::size_t i = 0; i < count; ++i) words[i] = to_word(values[i]);
      }
    });
  }
  return load_validity(column, begin, count, valid);
}

// A fixed-width value of up to 64 bits is a word.
class WordKeyColumn final : public KeyColumn {
 public:
  explicit WordKeyColumn(DataType type) : type_(std::move(type)) {}
  std::uint32_t size() const override { return table_.size(); }

  void map(const Column& column, std::int64_t begin, std::size_t count, std::uint32_t* ids) override {
    std::uint64_t words[kBlockRows];
    std::uint8_t valid[kBlockRows];
    if (load_words(column, begin, count, words, valid)) {
      table_.map(words, count, ids);
    } else {
      table_.map(words, valid, count, ids);
    }
  }

  Column values(std::span<const std::uint32_t> ids) const override {
    if (type_.id() == TypeId::kNull) return Column::nulls(type_, static_cast<std::int64_t>(ids.size()));
    if (type_.id() == TypeId::kBool) {
      columnar::BoolBuilder builder;
      for (const std::uint32_t id : ids) {
        id == table_.null_id() ? builder.append_null() : builder.append(table_.word(id) != 0);
      }
      return builder.finish();
    }
    return columnar::visit_fixed_width(type_.id(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      return make_column<T>(
          type_, ids, [&](std::uint32_t id) { return from_word<T>(table_.word(id)); },
          [&](std::uint32_t id) { return id != table_.null_id(); });
    });
  }

  void hash(std::span<const std::uint32_t> ids, std::uint64_t* hashes) const override {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      hashes[i] = ids[i] == table_.null_id() ? kNullHash : hash_word(table_.word(ids[i]));
    }
  }
  void hash_rows(const Column& column, std::int64_t begin, std::size_t count,
                 std::uint64_t* hashes) const override {
    std::uint8_t valid[kBlockRows];
    const bool all = load_words(column, begin, count, hashes, valid);
    for (std::size_t i = 0; i < count; ++i) hashes[i] = hash_word(hashes[i]);
    for (std::size_t i = 0; !all && i < count; ++i) {
      if (valid[i] == 0) hashes[i] = kNullHash;
    }
  }
  void clear() override { table_.clear(); }
  std::size_t bytes_with(std::size_t more) const override { return table_.bytes_with(more); }

 private:
  DataType type_;
  WordTable table_;
};

// A decimal is a pair of words.
class DecimalKeyColumn final : public KeyColumn {
 public:
  explicit DecimalKeyColumn(DataType type) : type_(std::move(type)) {}
  std::uint32_t size() const override { return pairs_.size(); }

  void map(const Column& column, std::int64_t begin, std::size_t count, std::uint32_t* ids) override {
    std::uint64_t high[kBlockRows], low[kBlockRows];
    std::uint8_t valid[kBlockRows];
    std::uint32_t low_ids[kBlockRows];
    const auto* values = column.values_as<int128_t>() + begin;
    for (std::size_t i = 0; i < count; ++i) {
      const auto value = static_cast<uint128_t>(values[i]);
      high[i] = static_cast<std::uint64_t>(value >> 64);
      low[i] = static_cast<std::uint64_t>(value);
    }
    if (load_validity(column, begin, count, valid)) {
      high_.map(high, count, ids);
      low_.map(low, count, low_ids);
    } else {
      high_.map(high, valid, count, ids);
      low_.map(low, valid, count, low_ids);
    }
    pairs_.map(ids, low_ids, low_.size(), count, ids);
  }

  Column values(std::span<const std::uint32_t> ids) const override {
    return make_column<int128_t>(
        type_, ids,
        [&](std::uint32_t id) {
          return static_cast<int128_t>(static_cast<uint128_t>(high_of(id)) << 64 | low_of(id));
        },
        [&](std::uint32_t id) { return !is_null(id); });
  }

  void hash(std::span<const std::uint32_t> ids, std::uint64_t* hashes) const override {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const std::uint32_t id = ids[i];
      hashes[i] = is_null(id) ? kNullHash : hash_decimal(high_of(id), low_of(id));
    }
  }
  void hash_rows(const Column& column, std::int64_t begin, std::size_t count,
                 std::uint64_t* hashes) const override {
    const auto* values = column.values_as<int128_t>();
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t row = begin + static_cast<std::int64_t>(i);
      const auto value = static_cast<uint128_t>(values[row]);
      hashes[i] = column.is_valid(row) ? hash_decimal(static_cast<std::uint64_t>(value >> 64),
                                                      static_cast<std::uint64_t>(value))
                                       : kNullHash;
    }
  }
  void clear() override {
    high_.clear();
    low_.clear();
    pairs_.clear();
  }
  std::size_t bytes_with(std::size_t more) const override {
    return high_.bytes_with(more) + low_.bytes_with(more) + pairs_.bytes_with(more);
  }

 private:
  static std::uint64_t hash_decimal(std::uint64_t high, std::uint64_t low) {
    return combine_hashes(hash_word(high), hash_word(low));
  }
  bool is_null(std::uint32_t id) const { return pairs_.first(id) == high_.null_id(); }
  std::uint64_t high_of(std::uint32_t id) const { return high_.word(pairs_.first(id)); }
  std::uint64_t low_of(std::uint32_t id) const { return low_.word(pairs_.second(id)); }

  DataType type_;
  WordTable high_;
  WordTable low_;
  PairTable pairs_;
};

class TextKeyColumn final : public KeyColumn {
 public:
  explicit TextKeyColumn(DataType type) : type_(std::move(type)) {}
  std::uint32_t size() const override { return table_.size(); }

  void map(const Column& column, std::int64_t begin, std::size_t count, std::uint32_t* ids) override {
    table_.reserve(count);
    std::uint8_t valid[kBlockRows];
    const std::uint8_t* nulls = load_validity(column, begin, count, valid) ? nullptr : valid;
    if (column.layout() == columnar::Layout::kDictionary) {
      map_codes(column, begin, count, nulls, ids);
    } else {
      map_texts(column, begin, count, nulls, ids);
    }
  }

  Column values(std::span<const std::uint32_t> ids) const override {
    std::size_t bytes = 0;
    for (const std::uint32_t id : ids) bytes += table_.text(id).size();
    columnar::TextBuilder builder;
    builder.reserve(static_cast<std::int64_t>(ids.size()), static_cast<std::int64_t>(bytes));
    for (const std::uint32_t id : ids) {
      id == table_.null_id() ? builder.append_null() : builder.append(table_.text(id));
    }
    return builder.finish(type_);
  }

  void hash(std::span<const std::uint32_t> ids, std::uint64_t* hashes) const override {
    for (std::size_t i = 0; i < ids.size(); ++i) hashes[i] = table_.hash_of(ids[i]);
  }
  void hash_rows(const Column& column, std::int64_t begin, std::size_t count,
                 std::uint64_t* hashes) const override {
    columnar::visit_text(column, [&](const auto& text) {
      for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t row = begin + static_cast<std::int64_t>(i);
        hashes[i] = column.is_valid(row) ? TextTable::hash(text[row]) : kNullHash;
      }
    });
  }
  void clear() override {
    table_.clear();
    dictionary_.reset();
  }
  std::size_t bytes_with(std::size_t more) const override {
    return table_.bytes_with(more) + code_ids_.capacity() * sizeof(std::uint32_t);
  }
  std::size_t text_bytes() const override { return table_.text_bytes(); }

 private:
  // A text is looked up once for each code of a dictionary; rows then cost a load.
  void map_codes(const Column& column, std::int64_t begin, std::size_t count, const std::uint8_t* valid,
                 std::uint32_t* ids) {
    if (dictionary_ != column.dictionary()) {
      dictionary_ = column.dictionary();
      code_ids_.assign(static_cast<std::size_t>(dictionary_->length()), kNoGroup);
    }
    const auto* codes = column.values_as<std::int32_t>() + begin;
    if (valid == nullptr) {
      std::uint32_t largest = 0;
      for (std::size_t i = 0; i < count; ++i) {
        ids[i] = code_ids_[static_cast<std::size_t>(codes[i])];
        largest = std::max(largest, ids[i]);
      }
      if (largest != kNoGroup) return;
    }
    for (std::size_t i = 0; i < count; ++i) {
      ids[i] = valid != nullptr && valid[i] == 0 ? table_.id_of_null() : id_of_code(codes[i]);
    }
  }

  std::uint32_t id_of_code(std::int32_t code) {
    std::uint32_t& id = code_ids_[static_cast<std::size_t>(code)];
    if (id == kNoGroup) {
      const std::string_view text = dictionary_->text(code);
      id = table_.id_of(text, TextTable::hash(text));
    }
    return id;
  }

  void map_texts(const Column& column, std::int64_t begin, std::size_t count, const std::uint8_t* valid,
                 std::uint32_t* ids) {
    columnar::visit_text(column, [&](const auto& text) {
      std::string_view texts[kAhead];
      std::uint64_t hashes[kAhead];
      // A few hashes at a time: their slots are on the way while the next text is hashed.
      for (std::size_t first = 0; first < count; first += kAhead) {
        const std::size_t some = std::min(kAhead, count - first);
        for (std::size_t i = 0; i < some; ++i) {
          if (valid != nullptr && valid[first + i] == 0) continue;
          texts[i] = text[begin + static_cast<std::int64_t>(first + i)];
          hashes[i] = TextTable::hash(texts[i]);
          table_.prefetch(hashes[i]);
        }
        for (std::size_t i = 0; i < some; ++i) {
          const bool null = valid != nullptr && valid[first + i] == 0;
          ids[first + i] = null ? table_.id_of_null() : table_.id_of(texts[i], hashes[i]);
        }
      }
    });
  }

  static constexpr std::size_t kAhead = 32;
  DataType type_;
  TextTable table_;
  // Kept alive: another dictionary must not come to lie at its address.
  std::shared_ptr<const Column> dictionary_;
  std::vector<std::uint32_t> code_ids_;
};

}  // namespace

std::unique_ptr<KeyColumn> make_key_column(const DataType& type) {
  if (type.is_nested()) {
    throw TypeError("group keys are of a type without children; found " + type.to_string());
  }
  if (columnar::is_text(type)) return std::make_unique<TextKeyColumn>(type);
  if (type.id() == TypeId::kDecimal128) return std::make_unique<DecimalKeyColumn>(type);
  return std::make_unique<WordKeyColumn>(type);
}

}  // namespace treadle::dataframe
