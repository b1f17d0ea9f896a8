#pragma once

#include <span>

#include "dataframe/operators/scan_fragment.h"
#include "treadle/operation.h"

namespace treadle::dataframe {

/// Warns once of all bad rows that a scan passed over, naming files and counts; of none if there were none.
void warn_of_skipped_rows(const io::Source& source, std::span<const ScanSummary* const> summaries,
                          TaskContext& context);

}  // namespace treadle::dataframe
