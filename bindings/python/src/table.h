#pragma once

#include "src/binding.h"
#include "treadle/table.h"

namespace treadle::python {

/// The rows of an object that has __arrow_c_stream__. Throws TypeError for another.
Table table_from_arrow(nb::handle object);

}  // namespace treadle::python
