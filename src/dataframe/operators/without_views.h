#pragma once

#include "columnar/batch.h"

namespace treadle::dataframe {

/// The batch with texts in plain layout where they were views: these point into the reader's buffers, and
/// what is kept must not.
columnar::Batch without_views(const columnar::Batch& batch);

}  // namespace treadle::dataframe
