#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "session/run_sinks.h"
#include "src/binding.h"
#include "src/gil.h"
#include "src/interrupt.h"
#include "src/run_observer.h"
#include "src/runner_engine.h"
#include "treadle/data_frame.h"

// What starts work: compute, batches, write.
namespace treadle::python {
namespace {

std::vector<Table> compute(const std::vector<DataFrame>& frames, const ComputeOptions& options) {
  std::vector<Sink> sinks;
  for (const DataFrame& frame : frames) sinks.push_back({through_runner(frame, options), {}, {}});
  const auto tables = std::make_shared<std::vector<Table>>();
  run_interruptibly(options, [tables, sinks = std::move(sinks)](const ComputeOptions& run) {
    *tables = run_sinks(sinks, run);
  });
  return std::move(*tables);
}

WriteMode mode_of(bool overwrite, bool append) {
  if (append) return WriteMode::kAppend;
  return overwrite ? WriteMode::kOverwrite : WriteMode::kError;
}

/// By column: the categories, or None for those that occur, and whether they are ordered.
using CategoryMap = std::map<std::string, std::pair<std::optional<std::vector<std::string>>, bool>>;

io::FileDetails details_of(std::map<std::string, std::string> metadata, CategoryMap categories,
                           std::map<std::string, std::string> compressions) {
  io::FileDetails details{std::move(metadata), {}, std::move(compressions)};
  for (auto& [column, kind] : categories) details.categories[column] = {std::move(kind.first), kind.second};
  return details;
}

void write_parquet(const DataFrame& frame, const std::string& directory, const ComputeOptions& options,
                   std::vector<std::string> partition_on, const std::string& compression, bool overwrite,
                   std::map<std::string, std::string> metadata, bool append, CategoryMap categories,
                   std::map<std::string, std::string> compressions) {
  ParquetWriteOptions write;
  write.partition_on = std::move(partition_on);
  write.compression = compression;
  write.mode = mode_of(overwrite, append);
  run_interruptibly(options, [frame = through_runner(frame, options), directory, write,
                              details = details_of(std::move(metadata), std::move(categories),
                                                   std::move(compressions))](const ComputeOptions& run) {
    session::write_parquet(frame, directory, write, details, run);
  });
}

/// A reader of batches, and the next of them. Iterating waits for rows with the GIL released; Ctrl-C is seen
/// between two batches and while one is awaited.
class Batches {
 public:
  Batches(const DataFrame& frame, const ComputeOptions& options) : options_(options) {
    cancel_when_interpreter_ends(options_);
    observer_ = observer_of(options_);
    if (observer_) observer_->begin();
    const DataFrame plan = through_runner(frame, options_);
    const GilReleased release;
    reader_ = std::make_shared<BatchReader>(plan.batches(options_));
  }

  Table next() {
    if (reader_ == nullptr) throw nb::stop_iteration();
    const auto batch = std::make_shared<Table>();
    const auto more = std::make_shared<bool>(false);
    ComputeOptions waiting;
    try {
      run_interruptibly(
          waiting, [batch, more, reader = reader_](const ComputeOptions&) { *more = reader->next(*batch); });
    } catch (...) {
      end(true);
      throw;
    }
    if (!*more) {
      close();
      throw nb::stop_iteration();
    }
    return std::move(*batch);
  }

  void close() { end(false); }

 private:
  void end(bool failed) {
    {
      const GilReleased release;
      reader_.reset();
    }
    if (const auto observer = std::exchange(observer_, nullptr)) observer->end(failed);
  }

  ComputeOptions options_;
  std::shared_ptr<RunObserver> observer_;
  std::shared_ptr<BatchReader> reader_;
};

}  // namespace

void bind_compute(nb::module_& module) {
  nb::class_<Batches>(module, "Batches")
      .def("__iter__", [](nb::handle self) { return self; })
      .def("__next__", &Batches::next)
      .def("close", &Batches::close);
  module.def("leave", leave);
  module.def("compute", compute);
  module.def("write_parquet", write_parquet, nb::arg("frame"), nb::arg("directory"), nb::arg("options"),
             nb::arg("partition_on"), nb::arg("compression"), nb::arg("overwrite"),
             nb::arg("metadata") = std::map<std::string, std::string>(), nb::arg("append") = false,
             nb::arg("categories") = CategoryMap(),
             nb::arg("compressions") = std::map<std::string, std::string>());
  module.def("batches",
             [](const DataFrame& frame, const ComputeOptions& options) { return Batches(frame, options); });
}

}  // namespace treadle::python
