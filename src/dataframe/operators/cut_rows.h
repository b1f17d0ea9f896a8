#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "treadle/key.h"
#include "treadle/operation.h"

namespace treadle::dataframe {

/// Where rows are cut into pieces.
struct CutSpec {
  std::size_t pieces = 1;
  /// Neighbours that are equal in these columns stay in one piece; none: pieces differ by a row at most.
  std::vector<std::string> together;
  /// If set, rows are in ascending order of this column, nulls last, and piece i ends before the first row
  /// that is not less than value i of `bounds`, which has a value less than there are pieces.
  std::string column;
  std::optional<columnar::Column> bounds;
  void add_to(KeyBuilder& key) const;
};

/// Cuts the rows of its inputs, BatchLists or StoredRows of one schema, into a slot for each piece. Rows on
/// disk stay there but for the batches that are cut.
std::shared_ptr<const Operation> make_cut_rows(CutSpec spec);

/// The rows of its inputs, one after the other. One slot.
std::shared_ptr<const Operation> make_append_rows();

}  // namespace treadle::dataframe
