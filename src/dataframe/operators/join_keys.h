#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "columnar/column.h"
#include "treadle/data_type.h"

namespace treadle::dataframe {

/// What a row's key is to a lookup.
enum class KeyState : std::uint8_t {
  kNothing,  ///< it equals no key
  kWord,     ///< the word stands for it
  kNull,     ///< it is missing, and equals other missing keys
};

/// Whether values of the type are whole numbers, dates among them: each is its own word.
bool is_whole(const DataType& type) noexcept;

/// Keys as words of 64 bits, the same in every process: a single column of up to 64 bits is its own word;
/// of texts, decimals and several columns the word is a hash.
class JoinKeys {
 public:
  JoinKeys(std::vector<DataType> types, bool nulls_equal);
  /// Whether keys are equal if their words are.
  bool exact() const noexcept { return exact_; }
  /// The words of rows [begin, begin + count), and what each is. All kWord: the answer is true.
  bool words(std::span<const columnar::Column> keys, std::int64_t begin, std::size_t count,
             std::uint64_t* words, KeyState* states) const;

 private:
  bool mark_nulls(const columnar::Column& key, std::int64_t begin, std::size_t count, KeyState* states) const;

  std::vector<DataType> types_;
  bool nulls_equal_;
  bool exact_;
};

/// Compares keys of two sides row by row: as JoinKeys' words do, but never wrong. The columns outlive it.
class KeyEquality {
 public:
  KeyEquality(std::span<const columnar::Column> left, std::span<const columnar::Column> right);
  KeyEquality(KeyEquality&&) noexcept;
  ~KeyEquality();
  bool operator()(std::int64_t left_row, std::int64_t right_row) const;

 private:
  class ColumnEquality;
  template <class Values>
  class TypedEquality;
  static std::unique_ptr<ColumnEquality> make(const columnar::Column& left, const columnar::Column& right);
  std::vector<std::unique_ptr<ColumnEquality>> columns_;
};

}  // namespace treadle::dataframe
