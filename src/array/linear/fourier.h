#pragma once

#include "array/linear/linear_library.h"

namespace treadle::array {

/// Puts the Fourier transforms in.
void add_fourier(LinearLibrary& library);

}  // namespace treadle::array
