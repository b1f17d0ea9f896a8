#include <chrono>
#include <cstdio>

#include "base/machine.h"
#include "jobs/json_rows.h"
#include "treadle/job.h"

namespace treadle {
namespace {

using jobs::append_json_text;

void append_number(std::string& out, const char* key, std::uint64_t value) {
  out += std::string(",\"") + key + "\":" + std::to_string(value);
}

void append_table(std::string& out, const SinkResult& sink) {
  out += "{\"table\":";
  append_json_text(out, sink.name);
  out += ",\"columns\":";
  jobs::append_json_columns(out, sink.table.schema());
  out += ",\"rows\":";
  jobs::append_json_rows(out, sink.table, sink.num_rows);
  append_number(out, "num_rows", static_cast<std::uint64_t>(sink.num_rows));
  out += sink.truncated ? ",\"truncated\":true}" : ",\"truncated\":false}";
}

void append_files(std::string& out, const SinkResult& sink) {
  const bool parquet = sink.kind == SinkResult::Kind::kParquet;
  out += parquet ? "{\"parquet\":" : sink.kind == SinkResult::Kind::kCsv ? "{\"csv\":" : "{\"json\":";
  append_json_text(out, sink.name);
  append_number(out, "num_rows", static_cast<std::uint64_t>(sink.num_rows));
  append_number(out, "num_files", sink.num_files);
  append_number(out, "num_bytes", sink.num_bytes);
  out += '}';
}

void append_statistics(std::string& out, const Statistics& statistics) {
  const Progress& progress = statistics.progress;
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.6f", std::chrono::duration<double>(statistics.wall).count());
  out += std::string("{\"seconds\":") + seconds;
  append_number(out, "rows_read", progress.counter(Counter::kRowsRead));
  append_number(out, "bytes_read", progress.counter(Counter::kBytesRead));
  append_number(out, "rows_written", progress.counter(Counter::kRowsWritten));
  append_number(out, "bytes_written", progress.counter(Counter::kBytesWritten));
  append_number(out, "bytes_spilled", progress.counter(Counter::kBytesSpilled));
  append_number(out, "rows_skipped", progress.counter(Counter::kRowsSkipped));
  append_number(out, "peak_working_memory", statistics.peak_working_memory);
  append_number(out, "peak_resident_memory", peak_resident_bytes());
  out += '}';
}

}  // namespace

std::string JobResult::to_json() const {
  std::string out = "{\"status\":\"ok\",\"sinks\":[";
  for (const SinkResult& sink : sinks) {
    if (&sink != &sinks.front()) out += ',';
    sink.kind == SinkResult::Kind::kTable ? append_table(out, sink) : append_files(out, sink);
  }
  out += "],\"statistics\":";
  append_statistics(out, statistics);
  out += ",\"warnings\":[";
  for (const std::string& warning : statistics.warnings) {
    if (&warning != &statistics.warnings.front()) out += ',';
    append_json_text(out, warning);
  }
  return out + "]}\n";
}

}  // namespace treadle
