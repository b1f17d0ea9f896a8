#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dataframe/plan/node.h"
#include "session/run_sinks.h"
#include "session/start_run.h"
#include "treadle/data_frame.h"
#include "treadle/error.h"

// The methods of DataFrame that start work.
namespace treadle {

Table DataFrame::compute(const ComputeOptions& options) const {
  return session::StartedRun({plan_}, options).tables()[0];
}

void DataFrame::write_parquet(const std::string& directory, const ParquetWriteOptions& write,
                              const ComputeOptions& options) const {
  run_sinks({{*this, directory, write}}, options);
}

void session::write_parquet(const DataFrame& frame, const std::string& directory,
                            const ParquetWriteOptions& write, const io::FileDetails& details,
                            const ComputeOptions& options) {
  StartedRun run({std::make_shared<const dataframe::Write>(frame.plan(), directory, write, details)},
                 options);
  run.tables();
  run.publish();
}

std::vector<Table> run_sinks(const std::vector<Sink>& sinks, const ComputeOptions& options) {
  return session::run_sinks(sinks, options, {});
}

std::vector<Table> session::run_sinks(const std::vector<Sink>& sinks, const ComputeOptions& options,
                                      const StageMore& stage_more) {
  std::vector<lazy::NodePtr> roots;
  std::set<std::string> directories;
  for (const Sink& sink : sinks) {
    if (sink.parquet_directory.empty()) {
      roots.push_back(sink.frame.plan());
      continue;
    }
    if (!directories.insert(sink.parquet_directory).second) {
      throw InvalidArgument("expected a directory of its own for each data set, found " +
                            sink.parquet_directory + " twice");
    }
    roots.push_back(
        std::make_shared<const dataframe::Write>(sink.frame.plan(), sink.parquet_directory, sink.write));
  }
  StartedRun run(roots, options);
  std::vector<Table> tables = run.tables();
  run.publish(stage_more ? stage_more(tables) : std::vector<io::StagedOutput*>());
  return tables;
}

}  // namespace treadle
