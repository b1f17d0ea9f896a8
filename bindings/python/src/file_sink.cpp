#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/spill_folder.h"
#include "io/parquet.h"
#include "io/table_writer.h"
#include "io/writers/text_writers.h"
#include "memory/spill_file.h"
#include "src/binding.h"
#include "src/interrupt.h"
#include "src/runner_engine.h"
#include "treadle/data_frame.h"
#include "treadle/error.h"

// Frames into single files, batch by batch: what Polars' sink_*() and write_*() make.
namespace treadle::python {
namespace {

namespace fs = std::filesystem;

/// A name beside the target that takes its place when the file is whole; removed if it never is.
class StagedFile {
 public:
  explicit StagedFile(fs::path target) : target_(std::move(target)), staged_(target_) {
    staged_.replace_filename("." + target_.filename().string() + ".partial");
    if (fs::is_directory(target_)) {
      throw IoError("expected the name of a file, found a directory: " + target_.string());
    }
    std::error_code ignored;
    fs::remove(staged_, ignored);
  }
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;
  ~StagedFile() {
    std::error_code ignored;
    fs::remove(staged_, ignored);
  }

  std::string path() const { return staged_.string(); }
  void commit() {
    std::error_code error;
    fs::rename(staged_, target_, error);
    if (error) throw IoError::from_errno("cannot rename to", target_.string(), error.value());
  }

 private:
  fs::path target_;
  fs::path staged_;
};

/// What a writer may hold back in memory: a share of what the run may use.
std::size_t bytes_held_back(const RunOptions& run) {
  constexpr std::size_t kMost = 64U << 20, kShare = 16;
  const std::optional<std::size_t> limit = run.working_memory ? run.working_memory : run.memory_limit;
  return limit ? std::min(kMost, *limit / kShare) : kMost;
}

void write(const DataFrame& frame, const std::string& path, const io::TableWriterFactory& open,
           const ComputeOptions& options) {
  StagedFile file(path);
  engine::SpillFolder folder(options.run.spill_directory);
  const std::size_t held_back = bytes_held_back(options.run);
  BatchReader reader = frame.batches(options);
  Table rows;
  bool more = reader.next(rows);
  // The first batch knows the final types, which may be wider than the sample's.
  const Schema schema = more ? rows.schema() : frame.schema();
  const std::unique_ptr<io::TableWriter> writer = open(file.path(), std::make_shared<const Schema>(schema));
  writer->spill_to([&] { return std::make_shared<SpillFile>(folder.path()); });
  for (; more; more = reader.next(rows)) {
    for (const columnar::Batch& batch : rows.batches()) writer->write(batch);
    if (writer->bytes_in_memory() > held_back) writer->set_aside();
  }
  writer->close();
  file.commit();
}

void write_file(const DataFrame& frame, const std::string& path, const ComputeOptions& options,
                io::TableWriterFactory open) {
  run_interruptibly(options, [frame = through_runner(frame, options), path, open = std::move(open)](
                                 const ComputeOptions& run) { write(frame, path, open, run); });
}

void write_csv(const DataFrame& frame, const std::string& path, const ComputeOptions& options, char delimiter,
               bool header) {
  write_file(frame, path, options, io::open_csv_writer({.delimiter = delimiter, .header = header}));
}

void write_pandas_csv(const DataFrame& frame, const std::string& path, const ComputeOptions& options,
                      char delimiter, bool header, std::vector<std::string> names, std::string null_text) {
  write_file(frame, path, options,
             io::open_pandas_csv_writer({delimiter, header, std::move(names), std::move(null_text)}));
}

void write_json(const DataFrame& frame, const std::string& path, const ComputeOptions& options, bool lines) {
  write_file(frame, path, options, io::open_json_writer(lines));
}

void write_parquet_file(const DataFrame& frame, const std::string& path, const ComputeOptions& options,
                        const std::string& compression, std::int64_t row_group_rows) {
  ParquetWriteOptions write;
  write.compression = compression;
  write.row_group_rows = row_group_rows;
  write_file(frame, path, options, io::open_parquet_writer(write));
}

}  // namespace

void bind_file_sink(nb::module_& module) {
  module.def("write_csv", write_csv, nb::arg("frame"), nb::arg("path"), nb::arg("options"),
             nb::arg("delimiter"), nb::arg("header"));
  module.def("write_pandas_csv", write_pandas_csv, nb::arg("frame"), nb::arg("path"), nb::arg("options"),
             nb::arg("delimiter"), nb::arg("header"), nb::arg("names"), nb::arg("null_text"));
  module.def("write_json", write_json, nb::arg("frame"), nb::arg("path"), nb::arg("options"),
             nb::arg("lines"));
  module.def("write_parquet_file", write_parquet_file, nb::arg("frame"), nb::arg("path"), nb::arg("options"),
             nb::arg("compression"), nb::arg("row_group_rows"));
}

}  // namespace treadle::python
