#include "jobs/sinks.h"

#include <array>

#include "jobs/fault.h"

namespace treadle::jobs {
namespace {

constexpr std::int64_t kMaxInlineRows = 10000;
constexpr std::array<std::string_view, 2> kModes = {"error", "overwrite"};

WriteMode read_mode(const JsonReader& sink) {
  const auto mode = sink.find("mode");
  return mode && mode->choice(kModes) == 1 ? WriteMode::kOverwrite : WriteMode::kError;
}

std::string read_path(const JsonReader& value) {
  std::string path = value.text();
  if (path.empty()) value.fail_expected("a path");
  return path;
}

void read_parquet_sink(PlannedSink& planned, const JsonReader& sink) {
  sink.expect("parquet_sink");
  planned.kind = SinkResult::Kind::kParquet;
  planned.name = read_path(sink.at("directory"));
  planned.write.mode = read_mode(sink);
  if (const auto columns = sink.find("partition_on")) {
    planned.write.partition_on = columns->texts();
    at(columns->pointer(), [&] {
      for (const std::string& name : planned.write.partition_on) planned.frame.schema().index_of(name);
    });
  }
  constexpr std::array<std::string_view, 6> kCompressions = {"snappy", "zstd",   "lz4",
                                                             "gzip",   "brotli", "none"};
  if (const auto compression = sink.find("compression")) {
    planned.write.compression = kCompressions[compression->choice(kCompressions)];
  }
  if (const auto rows = sink.find("row_group_rows")) planned.write.row_group_rows = rows->whole_number(1);
}

void read_file_sink(PlannedSink& planned, const JsonReader& sink, SinkResult::Kind kind) {
  sink.expect("file_sink");
  planned.kind = kind;
  planned.name = read_path(sink.at("file"));
  planned.write.mode = read_mode(sink);
}

void read_table_sink(PlannedSink& planned, const JsonReader& sink) {
  planned.name = sink.at("table").text();
  const auto rows = sink.find("max_rows");
  planned.max_rows = rows ? rows->whole_number(1, 1'000'000'000) : kMaxInlineRows;
  // One more than is shown tells whether there are more.
  planned.frame = planned.frame.head(planned.max_rows + 1);
}

}  // namespace

PlannedSink read_sink(const DataFrame& frame, const JsonReader& sink) {
  PlannedSink planned{.name = {}, .frame = frame, .write = {}, .pointer = sink.pointer()};
  const int targets = sink.has("table") + sink.has("parquet") + sink.has("csv") + sink.has("json");
  if (targets != 1) {
    fail(sink.pointer(), "a sink has one of \"table\", \"parquet\", \"csv\" and \"json\", found " +
                             std::to_string(targets) + " of them");
  }
  if (sink.has("max_rows") && !sink.has("table"))
    fail(sink.at("max_rows").pointer(), "\"max_rows\" belongs to a \"table\"");
  if (sink.has("table")) read_table_sink(planned, sink);
  if (sink.has("parquet")) read_parquet_sink(planned, sink.at("parquet"));
  if (sink.has("csv")) read_file_sink(planned, sink.at("csv"), SinkResult::Kind::kCsv);
  if (sink.has("json")) read_file_sink(planned, sink.at("json"), SinkResult::Kind::kJson);
  return planned;
}

}  // namespace treadle::jobs
