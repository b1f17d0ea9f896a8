#pragma once

#include "columnar/column.h"

namespace treadle::columnar {

/// The same text as views: of the bytes where they lie, so nothing is copied but 16 bytes a row.
Column to_views(const Column& column);

/// The same text dictionary-coded, values in order of first appearance.
Column to_dictionary(const Column& column);

}  // namespace treadle::columnar
