#pragma once

#include "jobs/json_reader.h"
#include "treadle/job.h"

namespace treadle::jobs {

/// A job's "settings".
RunSettings read_settings(const JsonReader& settings);

}  // namespace treadle::jobs
