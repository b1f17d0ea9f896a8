#pragma once

#include <vector>

#include "lazy/node.h"
#include "treadle/data_frame.h"

namespace treadle::session {

/// The plan with the types that only values decide (dataframe/plan/integer_division.h): runs, before the run
/// that is asked for, what tells them. Without such nodes, `roots` as they are. Throws what these runs end
/// with.
std::vector<lazy::NodePtr> decide_divisions(std::vector<lazy::NodePtr> roots, const ComputeOptions& options);

}  // namespace treadle::session
