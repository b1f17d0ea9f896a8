#pragma once

#include <memory>

#include "dataframe/operators/fragment_sink.h"
#include "treadle/operation.h"

namespace treadle::dataframe {

/// Keeps the rows for the next operation, in their order, on disk where memory is short. One slot: a
/// BatchList or StoredRows.
std::shared_ptr<const SinkSpec> make_keep();
/// The same, and a second slot: StripRows.
std::shared_ptr<const SinkSpec> make_keep_with_strips();

/// Brings rows into memory as results are. Input: a BatchList or StoredRows; answers with a BatchList. Throws
/// OutOfMemory suggesting write_parquet() or batches().
std::shared_ptr<const Operation> make_load();

}  // namespace treadle::dataframe
