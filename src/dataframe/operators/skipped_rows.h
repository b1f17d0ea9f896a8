#pragma once

#include <memory>
#include <span>

#include "dataframe/operators/scan_fragment.h"
#include "treadle/operation.h"

namespace treadle::dataframe {

/// Warns once of all bad rows that a scan passed over, naming files and counts; of none if there were none.
void warn_of_skipped_rows(const io::Source& source, std::span<const ScanSummary* const> summaries,
                          TaskContext& context);

/// Does so at the end of a scan that nothing else ends. Inputs: the summaries of all partitions.
std::shared_ptr<const Operation> make_end_scan(std::shared_ptr<const ScanFragmentSpec> spec);

}  // namespace treadle::dataframe
