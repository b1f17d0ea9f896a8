#pragma once

#include <cstddef>
#include <memory>

#include "bag/pipeline.h"
#include "treadle/operation.h"

namespace treadle::bag {

/// The task of one partition of files.
std::shared_ptr<const Operation> files_operation(std::shared_ptr<const text::TextFiles> files,
                                                 std::size_t partition, Steps steps);
/// The task of one partition of TextItems.
std::shared_ptr<const Operation> texts_operation(std::size_t partition, Steps steps);

}  // namespace treadle::bag
