#include "dataframe/operators/group_table.h"

#include <algorithm>

#include "dataframe/operators/group_hash.h"

namespace treadle::dataframe {

GroupTable::GroupTable(const Schema& schema, std::size_t num_keys) {
  for (std::size_t key = 0; key < num_keys; ++key)
    columns_.push_back(make_key_column(schema.field(key).type));
  if (num_keys == 2) pairs_.emplace();
  if (num_keys > 2) tuples_.emplace(num_keys);
}

void GroupTable::map(const columnar::Batch& batch, std::int64_t begin, std::size_t count,
                     std::uint32_t* ids) {
  if (columns_.empty()) {
    std::fill_n(ids, count, 0U);
    if (count != 0) size_ = 1;
    return;
  }
  if (tuples_) return map_tuples(batch, begin, count, ids);
  columns_[0]->map(batch.column(0), begin, count, ids);
  if (pairs_) {
    std::uint32_t seconds[kBlockRows];
    columns_[1]->map(batch.column(1), begin, count, seconds);
    pairs_->map(ids, seconds, columns_[1]->size(), count, ids);
  }
  size_ = pairs_ ? pairs_->size() : columns_[0]->size();
}

void GroupTable::map_tuples(const columnar::Batch& batch, std::int64_t begin, std::size_t count,
                            std::uint32_t* ids) {
  const std::size_t width = columns_.size();
  block_.resize(count * width);
  for (std::size_t j = 0; j < width; ++j) {
    columns_[j]->map(batch.column(j), begin, count, ids);
    for (std::size_t i = 0; i < count; ++i) block_[i * width + j] = ids[i];
  }
  tuples_->map(block_.data(), count, ids);
  size_ = tuples_->size();
}

template <class F>
void GroupTable::for_each_column(std::span<const std::uint32_t> groups, F&& column) const {
  if (columns_.size() == 1) return column(0, groups);
  std::vector<std::uint32_t> ids(columns_.empty() ? 0 : groups.size());
  for (std::size_t j = columns_.size(); j-- > 0;) {
    for (std::size_t i = 0; i < groups.size(); ++i) {
      ids[i] = tuples_  ? tuples_->at(groups[i], j)
               : j == 0 ? pairs_->first(groups[i])
                        : pairs_->second(groups[i]);
    }
    column(j, std::span<const std::uint32_t>(ids));
  }
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

std::vector<std::uint64_t> GroupTable::hash_rows(const columnar::Batch& batch) const {
  std::vector<std::uint64_t> hashes(static_cast<std::size_t>(batch.num_rows()));
  std::uint64_t column[kBlockRows];
  for (std::size_t begin = 0; begin < hashes.size(); begin += kBlockRows) {
    const std::size_t count = std::min(kBlockRows, hashes.size() - begin);
    std::uint64_t* block = hashes.data() + begin;
    for (std::size_t j = columns_.size(); j-- > 0;) {
      std::uint64_t* out = columns_.size() == 1 ? block : column;
      columns_[j]->hash_rows(batch.column(j), static_cast<std::int64_t>(begin), count, out);
      for (std::size_t i = 0; out == column && i < count; ++i) block[i] = combine_hashes(block[i], column[i]);
    }
  }
  return hashes;
}

void GroupTable::clear() {
  for (const auto& column : columns_) column->clear();
  if (pairs_) pairs_->clear();
  if (tuples_) tuples_->clear();
  size_ = 0;
}

std::size_t GroupTable::bytes_with(std::size_t more) const {
  std::size_t bytes = 0;
  for (const auto& column : columns_) bytes += column->bytes_with(more);
  if (pairs_) bytes += pairs_->bytes_with(more);
  if (tuples_) bytes += tuples_->bytes_with(more) + block_.capacity() * sizeof(std::uint32_t);
  return bytes;
}

std::size_t GroupTable::content_bytes() const {
  // A word or an end, a hash, and slots of which two thirds are taken.
  constexpr std::size_t kEntryBytes = 40;
  std::size_t entries = 0;
  for (const auto& column : columns_) entries += column->size();
  if (pairs_) entries += pairs_->size();
  const std::size_t tuple_bytes = columns_.size() * sizeof(std::uint32_t) + kEntryBytes / 2;
  return entries * kEntryBytes + (tuples_ ? tuples_->size() * tuple_bytes : 0);
}

std::size_t GroupTable::text_bytes() const {
  std::size_t bytes = 0;
  for (const auto& column : columns_) bytes += column->text_bytes();
  return bytes;
}

}  // namespace treadle::dataframe
