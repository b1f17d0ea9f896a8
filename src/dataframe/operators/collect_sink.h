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

/// `count` rows behind the first `offset`.
struct RowRange {
  std::int64_t offset = 0;
  std::int64_t count = 0;
};

/// These rows of all of `lists` together; nothing is copied. There is at least one list.
columnar::BatchList rows_in(RowRange range, std::span<const Value> lists);

/// `rows` with some columns in the place of others: `replacements` has the same rows, and may have more
/// behind them (a reading of fewer columns ends at fewer errors).
columnar::BatchList replace_columns(const columnar::BatchList& rows, const columnar::SchemaPtr& schema,
                                    const std::vector<std::size_t>& columns,
                                    const columnar::BatchList& replacements);

/// `rows` with each column as the type that it has in `schema`.
columnar::BatchList convert_columns(const columnar::BatchList& rows, const columnar::SchemaPtr& schema);

/// `batch` in a form that holds on to nothing of the reader's: text views become plain text.
columnar::Batch detached(const columnar::Batch& batch);

}  // namespace treadle::dataframe
