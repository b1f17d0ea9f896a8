#pragma once

#include "src/binding.h"

namespace treadle::python {

/// That part of bind_bag() which reads functions over JSON.
void bind_json_steps(nb::module_& module);

}  // namespace treadle::python
