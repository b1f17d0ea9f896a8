#pragma once

#include "treadle/compute_options.h"
#include "treadle/value.h"

namespace treadle::session {

/// Keeps a value that no run has made: its handle, or itself if it is small. Others are spilled for it within
/// the limits of `options`; waits for no thread of the engine. Throws InvalidArgument for limits that cannot
/// hold.
Value keep_value(Value value, const ComputeOptions& options);

}  // namespace treadle::session
