#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/operators/group_key_column.h"
#include "dataframe/operators/group_table_tuples.h"
#include "dataframe/operators/group_table_words.h"

namespace treadle::dataframe {

/// Numbers the distinct keys of rows 0, 1, 2 ... in the order in which they first come. One thread at a time.
///
/// Each key column numbers its own values; the number of a key of several columns is that of the pair, or of
/// the tuple, of its values' numbers. So every type needs one table, whatever it is combined with, a key that
/// repeats costs an array access a column, and one look-up more however many columns there are.
class GroupTable {
 public:
  /// Keys are columns 0 .. num_keys - 1 of `schema`. Throws TypeError for types that cannot be keys.
  GroupTable(const Schema& schema, std::size_t num_keys);

  std::uint32_t size() const noexcept { return size_; }
  /// The numbers of rows [begin, begin + count) of a batch whose first columns are the keys; at most
  /// kBlockRows rows.
  void map(const columnar::Batch& batch, std::int64_t begin, std::size_t count, std::uint32_t* ids);
  /// Without keys there is one group, which this makes to be there without rows.
  void add_sole_group() noexcept { size_ = 1; }

  /// The key columns of these groups, in this order.
  std::vector<columnar::Column> keys(std::span<const std::uint32_t> groups) const;
  /// Hashes of these groups' keys: equal for equal keys, in every table and process.
  void hash(std::span<const std::uint32_t> groups, std::uint64_t* hashes) const;
  /// The same hashes for all rows of a batch whose first columns are the keys; the table stays as it is.
  std::vector<std::uint64_t> hash_rows(const columnar::Batch& batch) const;

  void clear();
  /// Bytes held once `more` keys have come, text not counted before it is there.
  std::size_t bytes_with(std::size_t more) const;
  /// Bytes that telling the keys apart takes, text aside and no room to grow included: depends on the rows
  /// only.
  std::size_t content_bytes() const;
  /// Bytes of the keys' texts; depends on the rows only.
  std::size_t text_bytes() const;

 private:
  void map_tuples(const columnar::Batch& batch, std::int64_t begin, std::size_t count, std::uint32_t* ids);
  // Calls `column(j, ids)` with the groups' numbers in key column j, last column first.
  template <class F>
  void for_each_column(std::span<const std::uint32_t> groups, F&& column) const;

  std::vector<std::unique_ptr<KeyColumn>> columns_;
  std::optional<PairTable> pairs_;    // of two columns
  std::optional<TupleTable> tuples_;  // of more
  std::vector<std::uint32_t> block_;  // the tuples of the rows that are mapped
  std::uint32_t size_ = 0;
};

}  // namespace treadle::dataframe
