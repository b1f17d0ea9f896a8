#pragma once

#include <memory>

#include "treadle/operation.h"

namespace treadle::graph {

/// Writes a portable operation with the name that its reader is registered by. Throws TypeError for another.
void write_operation(const Operation& operation, ByteSink& sink);
/// Reads it back. Throws NotFound if the name is not registered.
std::shared_ptr<const Operation> read_operation(ByteSource& source);

}  // namespace treadle::graph
