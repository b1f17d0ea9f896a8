#pragma once

#include <optional>
#include <string>

#include "jobs/json_reader.h"
#include "treadle/data_frame.h"
#include "treadle/job.h"

namespace treadle::jobs {

/// One sink of a job, planned.
struct PlannedSink {
  SinkResult::Kind kind = SinkResult::Kind::kTable;
  /// The table's name, the directory or the file.
  std::string name;
  DataFrame frame;
  ParquetWriteOptions write;  // of files: the mode only
  std::int64_t max_rows = 0;
  std::string pointer;
};

/// The kind of a sink and where it goes; `frame` are the rows behind its own steps.
PlannedSink read_sink(const DataFrame& frame, const JsonReader& sink);

/// Runs all sinks from one reading; files and data sets appear together or not at all, tables hold at most
/// their max_rows.
JobResult run_planned(const std::vector<PlannedSink>& sinks, const ComputeOptions& options);

}  // namespace treadle::jobs
