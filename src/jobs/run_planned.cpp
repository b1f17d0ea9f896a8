#include <algorithm>
#include <filesystem>
#include <list>

#include "columnar/batch.h"
#include "io/writers/text_encoder.h"
#include "jobs/fault.h"
#include "jobs/output_file.h"
#include "jobs/sinks.h"
#include "session/run_sinks.h"

namespace treadle::jobs {
namespace {

namespace fs = std::filesystem;

bool is_file(SinkResult::Kind kind) {
  return kind == SinkResult::Kind::kCsv || kind == SinkResult::Kind::kJson;
}

Sink to_sink(const PlannedSink& planned) {
  Sink sink{planned.frame, {}, planned.write};
  if (planned.kind == SinkResult::Kind::kParquet) sink.parquet_directory = planned.name;
  return sink;
}

void write_table(OutputFile& file, const Table& table, SinkResult::Kind kind) {
  const auto encoder =
      kind == SinkResult::Kind::kCsv ? io::make_csv_encoder({}) : io::make_json_encoder(false);
  std::string text;
  encoder->begin(text, table.schema());
  for (const columnar::Batch& batch : table.batches()) {
    encoder->append(text, batch);
    file.write(text);
    text.clear();
  }
  encoder->end(text);
  file.write(text);
}

/// Fills the files, which are in the order of their sinks.
std::vector<io::StagedOutput*> write_files(std::list<OutputFile>& files,
                                           const std::vector<PlannedSink>& planned,
                                           const std::vector<Table>& tables) {
  std::vector<io::StagedOutput*> written;
  auto file = files.begin();
  for (std::size_t i = 0; i < planned.size(); ++i) {
    if (!is_file(planned[i].kind)) continue;
    write_table(*file, tables[i], planned[i].kind);
    written.push_back(&*file++);
  }
  return written;
}

void measure_directory(SinkResult& result) {
  for (const auto& entry : fs::recursive_directory_iterator(result.name)) {
    if (!entry.is_regular_file()) continue;
    ++result.num_files;
    result.num_bytes += entry.file_size();
  }
}

// A data set's rows are what its files say: the run counts the rows of all data sets together.
void count_rows(std::vector<SinkResult>& results, std::uint64_t rows_written) {
  const auto is_parquet = [](const SinkResult& r) { return r.kind == SinkResult::Kind::kParquet; };
  const auto num_sets = std::count_if(results.begin(), results.end(), is_parquet);
  for (SinkResult& result : results) {
    if (!is_parquet(result)) continue;
    if (num_sets == 1) {
      result.num_rows = static_cast<std::int64_t>(rows_written);
    } else if (result.num_files > 0) {
      const Table rows = read_parquet(result.name).select({count().alias("rows")}).compute();
      result.num_rows = std::get<std::int64_t>(rows.at(0, "rows").storage());
    }
  }
}

}  // namespace

JobResult run_planned(const std::vector<PlannedSink>& planned, const ComputeOptions& options) {
  // Files are opened first: what exists or cannot be written ends the job before it reads anything.
  std::list<OutputFile> files;
  std::vector<Sink> sinks;
  for (const PlannedSink& sink : planned) {
    sinks.push_back(to_sink(sink));
    if (is_file(sink.kind)) at(sink.pointer, [&] { files.emplace_back(sink.name, sink.write.mode); });
  }
  std::optional<Run> run;
  ComputeOptions watched = options;
  watched.on_start = [&](const Run& started) {
    run = started;
    if (options.on_start) options.on_start(started);
  };
  const std::vector<Table> tables = session::run_sinks(
      sinks, watched, [&](const std::vector<Table>& made) { return write_files(files, planned, made); });

  JobResult result;
  auto file = files.begin();
  for (std::size_t i = 0; i < planned.size(); ++i) {
    SinkResult& made = result.sinks.emplace_back();
    made.kind = planned[i].kind;
    made.name = planned[i].name;
    if (made.kind == SinkResult::Kind::kParquet) {
      measure_directory(made);
      continue;
    }
    made.num_rows = tables[i].num_rows();
    if (is_file(made.kind)) {
      made.num_bytes = file->bytes_written();
      made.num_files = 1;
      ++file;
    } else {
      made.table = tables[i];
      made.truncated = made.num_rows > planned[i].max_rows;
      made.num_rows = std::min(made.num_rows, planned[i].max_rows);
    }
  }
  if (run) result.statistics = run->statistics();
  count_rows(result.sinks, result.statistics.progress.counter(Counter::kRowsWritten));
  return result;
}

}  // namespace treadle::jobs
