#pragma once

#include <functional>
#include <string>
#include <vector>

#include "io/staged_output.h"
#include "io/table_writer.h"
#include "treadle/data_frame.h"

namespace treadle::session {

/// Writes more outputs, staged, from the tables of a run that has ended.
using StageMore = std::function<std::vector<io::StagedOutput*>(const std::vector<Table>&)>;

/// treadle::run_sinks(), with outputs of other kinds: these and the data sets are published together, or
/// none. The outputs outlive the call.
std::vector<Table> run_sinks(const std::vector<Sink>& sinks, const ComputeOptions& options,
                             const StageMore& stage_more);

/// DataFrame::write_parquet() with what its options do not say.
void write_parquet(const DataFrame& frame, const std::string& directory, const ParquetWriteOptions& write,
                   const io::FileDetails& details, const ComputeOptions& options);

}  // namespace treadle::session
