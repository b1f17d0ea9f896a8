#pragma once

#include <optional>

#include "io/arrays/element_type.h"
#include "io/hdf5/handle.h"

namespace treadle::io::hdf5 {

/// The elements of a data set's type, as h5py understands it; none for text, records and the like. Under the
/// library's lock.
std::optional<ElementType> element_type_of(hid_t type);

/// The type of such elements in memory and, in the other direction, in a new file: booleans as h5py's
/// enumeration, complex numbers as its pair (r, i), times as its tagged bytes.
Handle hdf5_type_of(const ElementType& element);

}  // namespace treadle::io::hdf5
