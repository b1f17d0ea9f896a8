#pragma once

#include <span>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "treadle/schema.h"

namespace treadle::io {

/// The paths of Parquet columns that a dictionary would only slow down: numbers that hardly repeat in a
/// sample of the first row group. Depends on rows only.
std::vector<std::string> columns_without_dictionary(const Schema& schema,
                                                    std::span<const columnar::Batch> rows);

}  // namespace treadle::io
