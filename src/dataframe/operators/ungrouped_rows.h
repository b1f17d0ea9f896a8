#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "columnar/batch.h"

namespace treadle::dataframe {

/// Rows that are partials of one row each, by radix partition of their keys: all but the keys themselves,
/// which stay where the rows are. Most of them are never looked at: a key is compared with those of the same
/// hash only, and is copied once, into the result. Immutable; shared by the pieces of all partitions.
struct UngroupedRows {
  columnar::SchemaPtr schema;                                 // of the partial that they stand for
  std::shared_ptr<const std::vector<columnar::Column>> keys;  // in the order of the rows
  columnar::Batch states;                                     // states and places
  BufferPtr rows;                                             // whose row of `keys` each is: 32 bits each
  BufferPtr hashes;                                           // of its key: 64 bits each

  std::size_t size() const noexcept { return static_cast<std::size_t>(states.num_rows()); }
  const std::uint32_t* row_numbers() const noexcept {
    return reinterpret_cast<const std::uint32_t*>(rows->data());
  }
  const std::uint64_t* key_hashes() const noexcept {
    return reinterpret_cast<const std::uint64_t*>(hashes->data());
  }

  /// Entries [begin, end) as a partial with its keys.
  columnar::Batch partial(std::size_t begin, std::size_t end) const;
  std::size_t nbytes() const;
};

/// The column without views, which point into the reader's buffers, and without a dictionary that is large
/// for its rows.
columnar::Column in_own_buffers(const columnar::Column& key);
/// A key column as it may be kept: the one that is given if its buffers are the values' own, floats with one
/// zero and one NaN.
columnar::Column kept_key(const columnar::Column& key);

}  // namespace treadle::dataframe
