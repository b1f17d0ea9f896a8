#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "columnar/batch_list.h"
#include "dataframe/operators/fragment_sink.h"

namespace treadle::dataframe {

/// Keeps the rows, in their order: one slot, a BatchList. `limit`: only the first rows of the task.
/// Throws OutOfMemory suggesting write_parquet() or batches().
std::shared_ptr<const SinkSpec> make_collect(std::optional<std::int64_t> limit = std::nullopt);

/// The first `limit` rows of all of `lists` together; nothing is copied. There is at least one list.
columnar::BatchList first_rows(std::span<const Value> lists, std::int64_t limit);

/// `rows` with some columns in the place of others: `replacements` has the same rows.
columnar::BatchList replace_columns(const columnar::BatchList& rows, const columnar::SchemaPtr& schema,
                                    const std::vector<std::size_t>& columns,
                                    const columnar::BatchList& replacements);

/// `rows` with each column as the type that it has in `schema`.
columnar::BatchList convert_columns(const columnar::BatchList& rows, const columnar::SchemaPtr& schema);

/// `batch` in a form that holds on to nothing of the reader's: text views become plain text.
columnar::Batch detached(const columnar::Batch& batch);

}  // namespace treadle::dataframe
