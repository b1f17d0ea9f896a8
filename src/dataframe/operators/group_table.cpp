#include "dataframe/operators/group_table.h"

#include <algorithm>

#include "dataframe/operators/group_hash.h"

namespace treadle::dataframe {

GroupTable::GroupTable(const Schema& schema, std::size_t num_keys) {
  for (std::size_t key = 0; key < num_keys; ++key)
    columns_.push_back(make_key_column(schema.field(key).type));
  pairs_.resize(num_keys > 1 ? num_keys - 1 : 0);
}

void GroupTable::map(const columnar::Batch& batch, std::int64_t begin, std::size_t count,
                     std::uint32_t* ids) {
  if (columns_.empty()) {
    std::fill_n(ids, count, 0U);
    if (count != 0) size_ = 1;
    return;
  }
  columns_[0]->map(batch.column(0), begin, count, ids);
  std::uint32_t others[kBlockRows];
  for (std::size_t j = 1; j < columns_.size(); ++j) {
    columns_[j]->map(batch.column(j), begin, count, others);
    pairs_[j - 1].map(ids, others, columns_[j]->size(), count, ids);
  }
  size_ = pairs_.empty() ? columns_[0]->size() : pairs_.back().size();
}

template <class F>
void GroupTable::for_each_column(std::span<const std::uint32_t> groups, F&& column) const {
  if (columns_.empty()) return;
  std::vector<std::uint32_t> before(groups.begin(), groups.end());
  std::vector<std::uint32_t> ids(pairs_.empty() ? 0 : groups.size());
  for (std::size_t j = columns_.size() - 1; j > 0; --j) {
    const PairTable& pairs = pairs_[j - 1];
    for (std::size_t i = 0; i < groups.size(); ++i) {
      ids[i] = pairs.second(before[i]);
      before[i] = pairs.first(before[i]);
    }
    column(j, std::span<const std::uint32_t>(ids));
  }
  column(0, std::span<const std::uint32_t>(before));
}

std::vector<columnar::Column> GroupTable::keys(std::span<const std::uint32_t> groups) const {
  std::vector<columnar::Column> keys(columns_.size());
  for_each_column(
      groups, [&](std::size_t j, std::span<const std::uint32_t> ids) { keys[j] = columns_[j]->values(ids); });
  return keys;
}

void GroupTable::hash(std::span<const std::uint32_t> groups, std::uint64_t* hashes) const {
  std::fill_n(hashes, groups.size(), std::uint64_t{0});
  std::vector<std::uint64_t> column(columns_.size() > 1 ? groups.size() : 0);
  for_each_column(groups, [&](std::size_t j, std::span<const std::uint32_t> ids) {
    if (columns_.size() == 1) return columns_[j]->hash(ids, hashes);
    columns_[j]->hash(ids, column.data());
    for (std::size_t i = 0; i < ids.size(); ++i) hashes[i] = combine_hashes(hashes[i], column[i]);
  });
}

void GroupTable::clear() {
  for (const auto& column : columns_) column->clear();
  for (PairTable& pairs : pairs_) pairs.clear();
  size_ = 0;
}

std::size_t GroupTable::bytes_with(std::size_t more) const {
  std::size_t bytes = 0;
  for (const auto& column : columns_) bytes += column->bytes_with(more);
  for (const PairTable& pairs : pairs_) bytes += pairs.bytes_with(more);
  return bytes;
}

std::size_t GroupTable::text_bytes() const {
  std::size_t bytes = 0;
  for (const auto& column : columns_) bytes += column->text_bytes();
  return bytes;
}

}  // namespace treadle::dataframe
