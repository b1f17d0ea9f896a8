#pragma once

#include <vector>

#include "dataframe/operators/pipe.h"

namespace treadle::dataframe {

/// `steps` lead to a join that only lets rows pass whose `keys.column` is among `keys`: has them asked as
/// soon as the column is there, before what is dropped has been computed with. Not where that saves nothing.
void ask_early(std::vector<PipeStep>& steps, PipeKeys keys);

}  // namespace treadle::dataframe
