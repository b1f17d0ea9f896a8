#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dataframe/operators/rows_up_to.h"
#include "treadle/key.h"
#include "treadle/operation.h"
#include "treadle/schema.h"
#include "treadle/window.h"

namespace treadle::dataframe {

/// Columns over rows that lie in the order of `partition_by`, then of `order_by`.
struct WindowSpec {
  std::vector<WindowColumn> columns;
  std::vector<std::string> partition_by;
  std::vector<std::string> order_by;
  /// Rows that this leaves out are not answered with; no column may then look at rows behind.
  std::optional<RowsUpTo> only = std::nullopt;
  void add_to(KeyBuilder& key) const;
};

/// The columns of `input`, then the window columns. Throws NotFound for a column that is not there, TypeError
/// for one of a type that the kind does not take, InvalidArgument for a frame that no row has and for a name
/// that occurs twice.
Schema window_schema(const Schema& input, const WindowSpec& spec);

/// Goes through the rows of its inputs, BatchLists or StoredRows of one schema, in order, and where a column
/// asks for rows behind it, through them again from the last to the first. A slot for each input: its rows
/// with the window columns, in memory or on disk.
std::shared_ptr<const Operation> make_window(WindowSpec spec, std::size_t num_partitions);

}  // namespace treadle::dataframe
