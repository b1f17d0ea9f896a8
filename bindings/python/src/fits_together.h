#pragma once

#include "src/binding.h"

namespace treadle::python {

/// `_core.fits_together`: a block that is there once the memory for all of a row's blocks was there at once.
void bind_fits_together(nb::module_& module);

}  // namespace treadle::python
