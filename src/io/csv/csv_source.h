#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/source.h"
#include "treadle/io_options.h"

namespace treadle::csv {

/// CSV files as a source. `paths` may have patterns (see io::expand_paths). Reads the first file's header and
/// samples of the files. Columns are those of the first file; others may have them in another order. Does not
/// apply max_rows: that is a limit on the table, not on a file. Throws InvalidArgument, NotFound, IoError,
/// ParseError.
std::shared_ptr<const io::Source> open_csv(std::vector<std::string> paths, const CsvOptions& options);

}  // namespace treadle::csv
