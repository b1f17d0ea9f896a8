#include "dataframe/operators/rows_up_to.h"

#include <vector>

#include "columnar/selection.h"

namespace treadle::dataframe {

columnar::Batch RowsUpTo::of(const columnar::Batch& rows) const {
  const auto* numbers = rows.column(rows.schema()->index_of(column)).values_as<std::int64_t>();
  std::vector<std::int64_t> kept;
  for (std::int64_t row = 0; row < rows.num_rows(); ++row) {
    if (numbers[row] <= last) kept.push_back(row);
  }
  return static_cast<std::int64_t>(kept.size()) == rows.num_rows() ? rows : columnar::take(rows, kept);
}

}  // namespace treadle::dataframe
