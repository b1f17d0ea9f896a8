#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "columnar/batch.h"
#include "io/hive.h"

namespace treadle::io {

/// Numbers the values of one column by first appearance, over any number of columns given one after the
/// other. Values with the same text have the same number.
class ValueNumbers {
 public:
  /// Writes the number of each row's value.
  void assign(const columnar::Column& column, std::vector<std::uint32_t>& numbers);
  const HiveValue& value(std::uint32_t number) const { return values_[number]; }

 private:
  std::uint32_t number_of(const HiveValue& value);
  void assign_codes(const columnar::Column& column, std::vector<std::uint32_t>& numbers);
  template <class Word>
  void assign_words(const columnar::Column& column, std::vector<std::uint32_t>& numbers);
  void assign_texts(const columnar::Column& column, std::vector<std::uint32_t>& numbers);

  std::vector<HiveValue> values_;
  std::unordered_map<std::string, std::uint32_t> by_text_;
  std::unordered_map<std::uint64_t, std::uint32_t>
      by_word_;  // for fixed-width columns: saves making the text
  std::uint32_t null_ = UINT32_MAX;
  // The latest dictionary and the number of each of its values, UINT32_MAX where not yet needed.
  std::shared_ptr<const columnar::Column> dictionary_;
  std::vector<std::uint32_t> by_code_;
};

/// Numbers the combinations of values of several columns: each stands for one directory of a partitioned data
/// set.
class PartitionValues {
 public:
  explicit PartitionValues(const std::vector<std::string>& names);

  /// The number of each row's combination; `keys` are the columns of the names. Valid until the next call.
  const std::vector<std::uint32_t>& assign(const std::vector<columnar::Column>& keys);
  std::size_t size() const noexcept { return levels_.back().directories.size(); }
  /// "year=2013/origin=EWR".
  const std::string& directory(std::uint32_t number) const { return levels_.back().directories[number]; }

 private:
  /// The combinations of the first columns, up to one of them.
  struct Level {
    std::string name;
    ValueNumbers values;
    // (combination at the level above, value) -> combination
    std::unordered_map<std::uint64_t, std::uint32_t> combinations;
    std::vector<std::string> directories;
  };
  /// The combination of `above`, a combination of the level above, and a value.
  static std::uint32_t combine(Level& level, const Level* previous, std::uint32_t above, std::uint32_t value);

  std::vector<Level> levels_;
  std::vector<std::uint32_t> rows_;
  std::vector<std::uint32_t> numbers_;
};

}  // namespace treadle::io
