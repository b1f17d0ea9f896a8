#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "dataframe/operators/fragment_sink.h"
#include "treadle/data_frame.h"
#include "treadle/operation.h"

namespace treadle::dataframe {

/// Keeps the first `limit` rows in the order of `columns`; of equal rows the earlier. One slot: a BatchList of at most
/// that many rows, in order.
std::shared_ptr<const SinkSpec> make_top_k(std::vector<SortColumn> columns, std::int64_t limit);

/// Sorts the rows of its inputs (BatchLists), stably, and keeps the first `limit`. One slot, a BatchList.
/// Throws OutOfMemory if the rows, twice, and their order do not fit.
std::shared_ptr<const Operation> make_sort_rows(std::vector<SortColumn> columns,
                                                std::optional<std::int64_t> limit = std::nullopt);

}  // namespace treadle::dataframe
