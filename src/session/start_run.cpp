#include "session/start_run.h"

#include <chrono>
#include <utility>

#include "columnar/batch_list.h"
#include "dataframe/plan/integer_division.h"
#include "dataframe/plan/node.h"
#include "dataframe/rules/rules.h"
#include "lazy/rewrite.h"
#include "session/decide_divisions.h"
#include "session/default_engine.h"

namespace treadle::session {
namespace {

/// The batches of a root's values as one table: nothing is copied.
Table to_table(const std::vector<Value>& outputs, const std::vector<std::size_t>& wanted) {
  if (wanted.empty()) return {};
  std::vector<columnar::Batch> batches;
  for (const std::size_t output : wanted) {
    const auto& list = outputs[output].get<columnar::BatchList>();
    batches.insert(batches.end(), list.batches.begin(), list.batches.end());
  }
  return {*outputs[wanted[0]].get<columnar::BatchList>().schema, std::move(batches)};
}

/// Files are those of the frame, as they are now: the types that were found in them stay assumptions.
std::vector<lazy::NodePtr> pin_files(const std::vector<lazy::NodePtr>& roots) {
  return lazy::transform(roots, [](const lazy::NodePtr& node, const lazy::NodePtr&) -> lazy::NodePtr {
    const auto* scan = dataframe::node_as<dataframe::Scan>(node);
    const std::shared_ptr<const io::Source> now = scan == nullptr ? nullptr : scan->source()->renewed();
    if (now == nullptr) return node;
    return std::make_shared<const dataframe::Scan>(now, scan->request().columns, scan->request().prune);
  });
}

}  // namespace

std::vector<lazy::NodePtr> plan_now(const std::vector<lazy::NodePtr>& roots, bool optimize,
                                    dataframe::ResultPartitions results) {
  const std::vector<lazy::NodePtr> pinned = dataframe::assume_no_zero(pin_files(roots));
  return optimize ? dataframe::optimize(pinned, results) : lazy::share_equal(pinned);
}

dataframe::LoweredPlan lower_now(const std::vector<lazy::NodePtr>& roots, bool optimize,
                                 std::shared_ptr<dataframe::BatchChannel> deliver) {
  return dataframe::lower(plan_now(roots, optimize), std::move(deliver));
}

StartedRun::StartedRun(const std::vector<lazy::NodePtr>& roots, const ComputeOptions& options,
                       std::shared_ptr<dataframe::BatchChannel> deliver)
    : engine_(options.engine ? options.engine : default_engine()) {
  dataframe::LoweredPlan lowered =
      lower_now(decide_divisions(roots, options), options.optimize, std::move(deliver));
  roots_ = std::move(lowered.roots);
  writes_ = std::move(lowered.writes);
  RunOptions run = options.run;
  run.on_failure = OnFailure::kStopRun;  // all tasks work for one result: there is no use in the others
  run_ = engine_->submit(std::move(lowered.graph), run);
  if (options.on_start) options.on_start(*run_);
}

StartedRun::~StartedRun() {
  if (!run_) return;
  if (!run_->wait_for(std::chrono::milliseconds(0))) {
    run_->cancel();
    run_->statistics();
  }
  for (const auto& write : writes_) write->staged.abandon();
}

std::vector<Table> StartedRun::tables() {
  const std::vector<Value> outputs = run_->outputs();
  std::vector<Table> tables;
  for (const auto& wanted : roots_) tables.push_back(to_table(outputs, wanted));
  return tables;
}

void StartedRun::publish(std::vector<io::StagedOutput*> more) {
  std::vector<io::StagedOutput*> outputs;
  for (const auto& write : writes_) outputs.push_back(&write->staged);
  outputs.insert(outputs.end(), more.begin(), more.end());
  io::publish_together(outputs);
}

}  // namespace treadle::session
