#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "columnar/column.h"

namespace treadle::dataframe {

/// Rows that are worked on at once: their numbers and values stay in the first-level cache.
inline constexpr std::size_t kBlockRows = 1024;

/// Numbers the distinct values of one column 0, 1, 2 ... in the order in which they first come. Null is a
/// value like any other, -0.0 equals 0.0 and NaN equals NaN. One thread at a time.
class KeyColumn {
 public:
  virtual ~KeyColumn() = default;
  virtual std::uint32_t size() const = 0;
  /// The numbers of `count` rows from `begin` on, at most kBlockRows.
  virtual void map(const columnar::Column& column, std::int64_t begin, std::size_t count,
                   std::uint32_t* ids) = 0;
  /// The values of these numbers as a column in plain layout.
  virtual columnar::Column values(std::span<const std::uint32_t> ids) const = 0;
  /// Hashes of these numbers' values: equal for equal values, in every table and process.
  virtual void hash(std::span<const std::uint32_t> ids, std::uint64_t* hashes) const = 0;
  /// The same hashes for rows that have no numbers, at most kBlockRows.
  virtual void hash_rows(const columnar::Column& column, std::int64_t begin, std::size_t count,
                         std::uint64_t* hashes) const = 0;
  virtual void clear() = 0;
  /// Bytes held once `more` values have come, text not counted before it is there.
  virtual std::size_t bytes_with(std::size_t more) const = 0;
  /// Bytes of the texts that came; what it says depends on the rows only.
  virtual std::size_t text_bytes() const { return 0; }
};

/// Throws TypeError for a type that cannot be a key (lists, structs).
std::unique_ptr<KeyColumn> make_key_column(const DataType& type);

}  // namespace treadle::dataframe
