#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "dataframe/lower/lower.h"
#include "dataframe/rules/rules.h"
#include "io/staged_output.h"
#include "lazy/node.h"
#include "treadle/data_frame.h"
#include "treadle/engine.h"

namespace treadle::session {

/// Plans as they would be lowered now: files pinned, equal parts shared and, if asked for, optimised. Types
/// that decide_divisions() has not decided are assumed. Throws what cannot be planned.
std::vector<lazy::NodePtr> plan_now(
    const std::vector<lazy::NodePtr>& roots, bool optimize,
    dataframe::ResultPartitions results = dataframe::ResultPartitions::kUnseen);

/// The tasks of some plans as they would be submitted now: of plan_now().
dataframe::LoweredPlan lower_now(const std::vector<lazy::NodePtr>& roots, bool optimize,
                                 std::shared_ptr<dataframe::BatchChannel> deliver = nullptr);

/// A plan under way. Destroyed before its run ended: the run is cancelled and waited for; what it wrote is
/// removed.
class StartedRun {
 public:
  /// Decides what only values decide, which may take runs of its own, optimises, lowers and submits. Throws
  /// what cannot be planned or decided; the run's own errors come from tables() or wait().
  StartedRun(const std::vector<lazy::NodePtr>& roots, const ComputeOptions& options,
             std::shared_ptr<dataframe::BatchChannel> deliver = nullptr);
  StartedRun(const StartedRun&) = delete;
  StartedRun& operator=(const StartedRun&) = delete;
  ~StartedRun();

  /// Waits for the end; the rows of each root, an empty table for a Write. Throws what the run ended with.
  std::vector<Table> tables();
  /// Behind tables(): what was written appears, together with `more`, or nothing does. Throws IoError.
  void publish(std::vector<io::StagedOutput*> more = {});
  Run& run() { return *run_; }

 private:
  std::shared_ptr<Engine> engine_;
  std::vector<std::vector<std::size_t>> roots_;
  std::vector<std::shared_ptr<dataframe::WriteTarget>> writes_;
  std::optional<Run> run_;
};

}  // namespace treadle::session
