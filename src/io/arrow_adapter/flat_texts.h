#pragma once

#include <cstddef>
#include <memory>

#include "io/arrow_adapter/flat_column.h"

namespace treadle::io {

/// A column of text or bytes. `most_codes`: if its chunk has nothing but codes into a dictionary of so many
/// values at most, it comes as codes; 0 if it has other pages, too.
std::unique_ptr<FlatColumn> make_flat_texts(ColumnPages pages, const DataType& type, std::size_t most_codes,
                                            arrow::MemoryPool& pool);

}  // namespace treadle::io
