#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/operators/join.h"
#include "dataframe/operators/join_table.h"
#include "dataframe/operators/stored_rows.h"
#include "dataframe/operators/strip_rows.h"
#include "treadle/task_context.h"
#include "treadle/value.h"

namespace treadle::dataframe {

/// A side of a join as it lies between fragments.
struct JoinInput {
  columnar::SchemaPtr schema;
  std::vector<StoredBatch> batches;
};

/// Joins sides of any size in bounded memory: rows of both go to partitions on disk by the hash of their
/// keys, so that a table of one right partition fits memory; one that does not is dealt again by further
/// bits, and where that does not help, because one key has most of its rows, looked at some rows at a time.
/// The pairs of all partitions are merged by the place of their left row. Answers with a BatchList or
/// StoredRows; `counts`: how many pairs the rows of each of the left side's strips have. After the Grace hash
/// join (Kitsuregawa, Tanaka, Moto-oka, 1983).
Value join_by_partitions(const JoinSpec& spec, const JoinInput& left, const JoinInput& right,
                         const StripIndex& strips, std::vector<std::int64_t>& counts, TaskContext& context);

/// Brings the rows together in a table; null if `take` cannot give it the memory that it needs besides what
/// the rows take that are in memory.
std::shared_ptr<const JoinTable> make_table(const JoinSpec& spec, const JoinInput& right,
                                            const JoinTable::Take& take, TaskContext& context);

}  // namespace treadle::dataframe
