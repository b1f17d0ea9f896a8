#include "dataframe/operators/join_rows.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "columnar/selection.h"
#include "columnar/type_dispatch.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::Column;

std::vector<std::int64_t> lengths_of(std::span<const StoredBatch> batches) {
  std::vector<std::int64_t> lengths;
  for (const StoredBatch& batch : batches) lengths.push_back(batch.num_rows());
  return lengths;
}

bool all_can_stay(const Batch& batch) {
  return std::ranges::all_of(batch.columns(), columnar::can_take_from_chunks);
}

/// Of a fixed width: what bringing them together takes is known without looking.
bool all_fixed(const Schema& schema, const std::vector<std::size_t>& columns) {
  return std::ranges::all_of(columns,
                             [&](std::size_t column) { return schema.field(column).type.byte_width() > 0; });
}

}  // namespace

JoinRows::JoinRows(columnar::SchemaPtr schema, std::span<const StoredBatch> batches,
                   std::vector<std::size_t> key_columns, std::size_t few_bytes)
    : schema_(std::move(schema)),
      num_rows_(count_rows(batches)),
      index_(lengths_of(batches)),
      columns_(schema_->num_fields()) {
  const bool few = count_bytes(batches) < few_bytes;
  for (const StoredBatch& stored : batches) {
    const Batch batch = stored.load();
    for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i].push_back(batch.column(i));
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::vector<Column>& pieces = columns_[i];
    const bool is_key = std::ranges::find(key_columns, i) != key_columns.end();
    if (pieces.empty()) pieces.push_back(Column::nulls(schema_->field(i).type, 0));
    if (few || is_key || !std::ranges::all_of(pieces, columnar::can_take_from_chunks)) {
      pieces = {columnar::concatenate(pieces)};
    }
  }
  for (const std::size_t column : key_columns) keys_.push_back(columns_[column][0]);
}

std::size_t JoinRows::bytes_to_load(const Schema& schema, std::span<const StoredBatch> batches,
                                    const std::vector<std::size_t>& key_columns) {
  std::size_t bytes = 0;
  for (const StoredBatch& batch : batches) bytes += batch.load_bytes();
  // Layouts are what they are for all batches on disk, as one source made them.
  const auto on_disk = std::ranges::find_if(batches, &StoredBatch::spilled);
  bool stay = all_fixed(schema, key_columns) && (on_disk == batches.end() || all_can_stay(on_disk->load()));
  for (const StoredBatch& batch : batches) stay = stay && (batch.spilled() || all_can_stay(batch.load()));
  if (!stay || count_bytes(batches) < kFewBytes) return bytes + count_bytes(batches);
  for (const std::size_t column : key_columns) {
    bytes += static_cast<std::size_t>(schema.field(column).type.byte_width() * count_rows(batches));
  }
  return bytes;
}

std::vector<Column> JoinRows::take(std::span<const std::size_t> columns, std::span<const Number> rows) const {
  std::optional<std::vector<columnar::ChunkIndex::Place>> places;
  std::vector<Column> taken;
  for (const std::size_t column : columns) {
    const std::vector<Column>& pieces = columns_[column];
    if (pieces.size() == 1) {
      taken.push_back(columnar::take(pieces[0], rows));
      continue;
    }
    if (!places) places = index_.places(rows);
    taken.push_back(columnar::take(pieces, *places));
  }
  return taken;
}

}  // namespace treadle::dataframe
