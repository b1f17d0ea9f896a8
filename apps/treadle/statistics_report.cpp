#include "statistics_report.h"

#include <cstdio>
#include <string>

#include "base/byte_size.h"
#include "base/machine.h"
#include "progress_display.h"

namespace treadle::app {
namespace {

std::string rows_and_bytes(const Progress& progress, Counter rows, Counter bytes) {
  return readable_count(progress.counter(rows)) + " rows, " +
         readable_bytes(static_cast<double>(progress.counter(bytes)));
}

void write_line(const char* what, const std::string& value) {
  std::fprintf(stderr, "%-8s %s\n", what, value.c_str());
}

}  // namespace

void report_warnings(const Statistics& statistics) {
  for (const std::string& warning : statistics.warnings)
    std::fprintf(stderr, "treadle: warning: %s\n", warning.c_str());
}

void report_statistics(const Statistics& statistics) {
  const Progress& progress = statistics.progress;
  const double seconds = std::chrono::duration<double>(statistics.wall).count();
  const auto bytes = static_cast<double>(progress.counter(Counter::kBytesRead));
  char time[64];
  std::snprintf(time, sizeof time, "%.3f s", seconds);
  write_line("read", rows_and_bytes(progress, Counter::kRowsRead, Counter::kBytesRead));
  write_line("written", rows_and_bytes(progress, Counter::kRowsWritten, Counter::kBytesWritten));
  if (progress.counter(Counter::kBytesSpilled) > 0) {
    write_line("spilled", readable_bytes(static_cast<double>(progress.counter(Counter::kBytesSpilled))));
  }
  if (progress.counter(Counter::kRowsSkipped) > 0) {
    write_line("skipped", readable_count(progress.counter(Counter::kRowsSkipped)) + " bad rows");
  }
  write_line("time", time + (seconds > 0 ? ", " + readable_bytes(bytes / seconds) + "/s" : std::string()));
  write_line("memory", "peak " + format_byte_size(peak_resident_bytes()) + " resident, " +
                           format_byte_size(statistics.peak_working_memory) + " working");
}

}  // namespace treadle::app
