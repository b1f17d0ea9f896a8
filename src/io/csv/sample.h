#pragma once

#include <memory>
#include <vector>

#include "io/csv/column_builder.h"
#include "io/csv/csv_files.h"
#include "treadle/schema.h"

namespace treadle::csv {

/// The columns of a source: their types, given or inferred, and how they are read.
struct SampledColumns {
  std::vector<Field> fields;
  std::vector<ColumnFormat> formats;
  /// The type was given or follows from a format: a value that does not fit is an error.
  std::vector<bool> fixed;
};

/// Infers the types that are not given from 16 places spread over the files, a bounded number of bytes each;
/// small files are read whole. Throws NotFound for a name in dtypes or parse_dates that no column has.
SampledColumns sample_columns(const CsvFiles& files);

}  // namespace treadle::csv
