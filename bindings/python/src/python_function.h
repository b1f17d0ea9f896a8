#pragma once

#include <memory>
#include <string>

#include "src/binding.h"
#include "treadle/partition_function.h"
#include "treadle/schema.h"

namespace treadle::python {

/// A Python function of a Table and a partition's number that gives something with __arrow_c_stream__. It is
/// called and dropped under the GIL, whichever thread does it.
std::shared_ptr<const PartitionFunction> make_python_function(nb::object function, std::string name,
                                                              Schema schema);
/// The same function, called as `runner(function, rows, number)`; null for one that is not Python's, or that
/// is called through one already. Under the GIL.
std::shared_ptr<const PartitionFunction> function_through(
    const std::shared_ptr<const PartitionFunction>& function, nb::handle runner);

}  // namespace treadle::python
