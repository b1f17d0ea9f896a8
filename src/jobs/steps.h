#pragma once

#include "jobs/json_reader.h"
#include "treadle/data_frame.h"

namespace treadle::jobs {

/// The frame behind one step: {"filter": ...}, {"group_by": ..., "agg": ...} ... Its "name" is the caller's
/// matter.
DataFrame apply_step(const DataFrame& frame, const JsonReader& step);

}  // namespace treadle::jobs
