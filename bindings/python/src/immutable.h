#pragma once

#include <nanobind/nanobind.h>

namespace treadle::python {

/// copy.copy() and copy.deepcopy() of what never changes: itself.
template <class Class>
void bind_copies(Class& type) {
  type.def("__copy__", [](nanobind::handle self) { return self; })
      .def("__deepcopy__", [](nanobind::handle self, nanobind::handle) { return self; });
}

}  // namespace treadle::python
