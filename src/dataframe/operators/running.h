#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/operators/rows_up_to.h"
#include "treadle/key.h"
#include "treadle/operation.h"
#include "treadle/running_column.h"

namespace treadle::dataframe {

/// Columns that are computed from row to row.
struct RunningSpec {
  std::vector<RunningColumn> columns;
  RunningOptions options;
  /// Rows that this leaves out are not answered with.
  std::optional<RowsUpTo> only;
  void add_to(KeyBuilder& key) const;
};

/// The columns of `input`, then the running ones. Throws NotFound for a column that is not there, TypeError
/// for one of a type that the kind does not take, InvalidArgument for a negative distance and for a name that
/// occurs twice.
Schema running_schema(const Schema& input, const RunningSpec& spec);

/// Goes through the rows of its inputs, BatchLists or StoredRows of one schema, in order. A slot for each
/// input: its rows with the running columns, in memory or on disk.
std::shared_ptr<const Operation> make_running(RunningSpec spec, std::size_t num_partitions);

}  // namespace treadle::dataframe
