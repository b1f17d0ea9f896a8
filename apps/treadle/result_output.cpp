#include "result_output.h"

#include <unistd.h>

#include <cerrno>
#include <functional>
#include <optional>

#include "columnar/batch.h"
#include "error_report.h"
#include "io/writers/text_encoder.h"
#include "jobs/output_file.h"
#include "treadle/error.h"

namespace treadle::app {
namespace {

using Write = std::function<void(std::string_view)>;

WriteMode mode_of(const CommandLine& line) {
  return line.overwrite ? WriteMode::kOverwrite : WriteMode::kError;
}

void write_text(const DataFrame& frame, const ComputeOptions& options, io::TextEncoder& encoder,
                const Write& write) {
  std::string text;
  encoder.begin(text, frame.schema());
  BatchReader batches = frame.batches(options);
  for (Table piece; batches.next(piece); text.clear()) {
    for (const columnar::Batch& batch : piece.batches()) encoder.append(text, batch);
    write(text);
  }
  encoder.end(text);
  write(text);
}

void write_result(const DataFrame& frame, const CommandLine& line, const ComputeOptions& options,
                  const Write& write) {
  switch (line.resolved_format()) {
    case Format::kCsv:
      return write_text(frame, options, *io::make_csv_encoder({}), write);
    case Format::kJson:
      return write_text(frame, options, *io::make_json_encoder(false), write);
    default:
      return write(frame.compute(options).to_string(kTableRows));
  }
}

}  // namespace

void print(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EPIPE) throw OutputClosed();
    if (written < 0) throw IoError::from_errno("cannot write", "standard output", errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void deliver(const DataFrame& frame, const CommandLine& line, const ComputeOptions& options,
             const std::function<void()>& before_print) {
  if (line.resolved_format() == Format::kParquet) {
    if (line.output.empty()) throw InvalidArgument("--format parquet needs --output DIRECTORY");
    ParquetWriteOptions write;
    write.mode = mode_of(line);
    frame.write_parquet(line.output, write, options);
    return;
  }
  if (line.output.empty()) {
    return write_result(frame, line, options, [&](std::string_view text) {
      before_print();
      print(text);
    });
  }
  jobs::OutputFile file(line.output, mode_of(line));
  write_result(frame, line, options, [&](std::string_view text) { file.write(text); });
  file.commit();
}

void deliver_text(std::string_view text, const CommandLine& line) {
  if (line.output.empty()) return print(text);
  jobs::OutputFile file(line.output, mode_of(line));
  file.write(text);
  file.commit();
}

}  // namespace treadle::app
