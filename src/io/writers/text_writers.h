#pragma once

#include <memory>

#include "io/table_writer.h"
#include "io/writers/text_encoder.h"
#include "treadle/io_options.h"

namespace treadle::io {

TableWriterFactory open_csv_writer(const CsvWriteOptions& options);
TableWriterFactory open_pandas_csv_writer(const PandasCsv& options);
/// An array of objects, or with `lines` an object a line.
TableWriterFactory open_json_writer(bool lines);

}  // namespace treadle::io
