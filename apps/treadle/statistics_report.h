#pragma once

#include "treadle/engine.h"

namespace treadle::app {

/// To standard error: what the user should know of a run that went well.
void report_warnings(const Statistics& statistics);
/// To standard error: rows, bytes, seconds, peak memory.
void report_statistics(const Statistics& statistics);

}  // namespace treadle::app
