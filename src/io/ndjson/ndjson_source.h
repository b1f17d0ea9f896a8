#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/source.h"
#include "treadle/ndjson_options.h"

namespace treadle::ndjson {

/// Files of JSON lines as a source: an object a line, its keys the columns. `paths` may have patterns (see
/// io::expand_paths). Reads samples of the files. Does not apply max_rows. Throws InvalidArgument, NotFound,
/// IoError, ParseError.
std::shared_ptr<const io::Source> open_ndjson(std::vector<std::string> paths, const NdjsonOptions& options);

}  // namespace treadle::ndjson
