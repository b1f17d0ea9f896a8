#pragma once

#include <nanobind/nanobind.h>

#include <string>

#include "treadle/expression.h"

namespace treadle::python {

/// A Python value as a literal of the type that `type` names.
Expression typed_literal(nanobind::handle value, const std::string& type);

}  // namespace treadle::python
