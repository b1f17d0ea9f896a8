#pragma once

#include <span>
#include <vector>

#include "lazy/node.h"
#include "treadle/compute_options.h"
#include "treadle/memory.h"
#include "treadle/task_context.h"
#include "treadle/value.h"

// Native items as objects of Python take a multiple of their memory. What they take is reserved before they
// are made.
namespace treadle::python {

/// Room for the objects that stand for `inputs` in a call, held while it runs; `what` is named in
/// OutOfMemory.
Reservation room_for_objects(std::span<const Value> inputs, TaskContext& context);

/// The blocks of `row`, those of native items as lists of Python, which are values of the run like others:
/// they count, and are spilled. `row` itself where nothing native is in it.
lazy::NodePtr as_python(const lazy::NodePtr& row);

/// What kept values are, or their handles, all in memory as objects of Python, if they fit there together.
/// Throws OutOfMemory. Without the GIL.
std::vector<Value> take_kept(std::vector<Value> values, const ComputeOptions& options);

/// What to do with results that do not fit into memory.
extern const char* const kInsteadOfResults;

}  // namespace treadle::python
