#pragma once

#include <cstddef>

#include "columnar/batch.h"

namespace treadle::dataframe {

/// Bytes that the rows of a column or batch need by themselves. Column::nbytes() counts buffers whole, which
/// a slice of text shares with its neighbours: added up over all slices of a batch it would count each text
/// many times.
std::size_t slice_bytes(const columnar::Column& column);
std::size_t slice_bytes(const columnar::Batch& batch);

}  // namespace treadle::dataframe
