#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "src/binding.h"
#include "treadle/nd_array.h"

namespace treadle::python {

/// An object with `__array_interface__` (a NumPy array) as an NdArray that copies nothing and keeps the
/// object. `borrowed`: see NdArray. Under the GIL. Throws TypeError for elements that NdArrays do not have.
NdArray nd_array_from(nb::handle object, bool borrowed);

/// A NumPy array over the elements, which it keeps. `writable`: nobody else looks at them.
nb::object numpy_from(const NdArray& array, bool writable);

}  // namespace treadle::python
