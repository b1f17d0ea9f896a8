#include "dataframe/operators/without_views.h"

#include <utility>
#include <vector>

namespace treadle::dataframe {

columnar::Batch without_views(const columnar::Batch& batch) {
  std::vector<columnar::Column> columns = batch.columns();
  for (columnar::Column& column : columns) {
    if (column.layout() == columnar::Layout::kView) column = column.to_plain();
  }
  return columnar::Batch(batch.schema(), std::move(columns), batch.num_rows());
}

}  // namespace treadle::dataframe
