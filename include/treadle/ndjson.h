#pragma once

#include <string>
#include <vector>

#include "treadle/data_frame.h"
#include "treadle/ndjson_options.h"

namespace treadle {

/// JSON lines: a path or a pattern, or several. Reads a sample of at most 16 places to infer columns and
/// types. Throws IoError if no file matches, ParseError.
DataFrame read_ndjson(const std::string& pattern, const NdjsonOptions& options = {});
DataFrame read_ndjson(const std::vector<std::string>& paths, const NdjsonOptions& options = {});

}  // namespace treadle
