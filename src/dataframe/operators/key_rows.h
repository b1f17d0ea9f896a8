#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "columnar/column.h"
#include "columnar/gather.h"

namespace treadle::dataframe {

/// Keys of rows in several sources, where they lie: compared without being brought together.
class KeyRows {
 public:
  explicit KeyRows(std::size_t num_keys) : keys_(num_keys) {}

  /// Adds the key columns of a source, in plain layout or with a dictionary, floats with one zero and one
  /// NaN. Answers with the source's number.
  std::uint32_t add(std::span<const columnar::Column> keys);
  std::uint32_t num_sources() const noexcept { return num_sources_; }
  std::size_t num_keys() const noexcept { return keys_.size(); }
  /// Key number `key` of all sources.
  const std::vector<columnar::Column>& columns(std::size_t key) const { return keys_[key].columns; }
  /// Whether two rows have the same key. Null equals null.
  bool equal(columnar::RowRef a, columnar::RowRef b) const noexcept {
    for (const Key& key : keys_) {
      if (!equal(key, a, b)) return false;
    }
    return true;
  }

 private:
  enum class Kind : std::uint8_t { kNothing, kBit, kOne, kTwo, kFour, kEight, kSixteen, kText };
  struct Values {
    const std::uint8_t* valid = nullptr;  // null: no nulls
    const void* values = nullptr;         // of text the offsets
    const char* bytes = nullptr;
    const std::int32_t* codes = nullptr;
  };
  struct Key {
    Kind kind = Kind::kNothing;
    std::vector<columnar::Column> columns;
    std::vector<Values> values;
  };
  static Kind kind_of(const DataType& type);
  static bool equal(const Key& key, columnar::RowRef a, columnar::RowRef b) noexcept;

  std::vector<Key> keys_;
  std::uint32_t num_sources_ = 0;
};

}  // namespace treadle::dataframe
