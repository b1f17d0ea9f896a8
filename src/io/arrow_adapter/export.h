#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "columnar/column.h"

namespace treadle::io {

/// `column` as an Arrow array in the same layout: views as utf8_view, codes as a dictionary array. Shares the
/// buffers; only times in seconds and milliseconds, which have 32 bits in Arrow, are copied.
std::shared_ptr<arrow::Array> export_column(const columnar::Column& column);

}  // namespace treadle::io
