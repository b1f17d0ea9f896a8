#pragma once

#include "jobs/json_reader.h"
#include "treadle/data_frame.h"

namespace treadle::jobs {

/// {"csv": pattern, options ...}, {"parquet": pattern, options ...} or {"sql": query} as a frame.
DataFrame read_source(const JsonReader& source);

}  // namespace treadle::jobs
