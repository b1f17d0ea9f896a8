#pragma once

#include <memory>
#include <vector>

#include "columnar/batch.h"
#include "io/source.h"
#include "treadle/table.h"

namespace treadle::io {

/// A source over batches in memory, which all have `schema`. A partition and a strip are a million rows; a
/// morsel never crosses a batch's end. No rows make one partition without strips.
std::shared_ptr<const Source> open_memory(columnar::SchemaPtr schema, std::vector<columnar::Batch> batches);
std::shared_ptr<const Source> open_memory(const Table& table);
/// The same in partitions of so many rows, which add up to the table's; a strip each.
std::shared_ptr<const Source> open_memory(const Table& table, std::vector<std::int64_t> partition_rows);

}  // namespace treadle::io
