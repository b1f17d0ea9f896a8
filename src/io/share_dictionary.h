#pragma once

#include <memory>

#include "columnar/column.h"

namespace treadle::io {

/// The column with `*latest` in place of an equal dictionary of its own, which otherwise becomes `*latest`.
/// What is done with the pieces of a column then follows from their rows, not from which of them shared an
/// object before they went through a file. Columns without a dictionary are as they are.
columnar::Column share_dictionary(const columnar::Column& column,
                                  std::shared_ptr<const columnar::Column>& latest);

}  // namespace treadle::io
