#pragma once

#include <string>

#include "treadle/error.h"

namespace treadle::python {

/// The class in treadle.errors that an exception of the core becomes.
std::string error_class(const Error& error);

}  // namespace treadle::python
