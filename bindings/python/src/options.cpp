#include "treadle/compute_options.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/machine.h"
#include "base/memory_limits.h"
#include "src/binding.h"
#include "src/engine_handle.h"
#include "src/run_observer.h"
#include "treadle/engine.h"
#include "treadle/error.h"

// ComputeOptions, by Dask's names where it has them.
namespace treadle::python {
namespace {

ComputeOptions make_options(const std::string& scheduler, unsigned num_workers,
                            std::optional<std::size_t> working_memory,
                            std::optional<std::size_t> memory_limit, const std::string& spill_directory,
                            bool optimize, std::uint16_t retries) {
  ComputeOptions options;
  if (scheduler == "synchronous" || scheduler == "sync" || scheduler == "single-threaded") {
    options.engine = make_synchronous_engine();
  } else if (scheduler != "threads" && scheduler != "threading" && scheduler != "threaded") {
    throw InvalidArgument("scheduler: expected \"threads\" or \"synchronous\", found \"" + scheduler + "\"");
  }
  options.run.num_threads = num_workers;
  options.run.working_memory = working_memory;
  options.run.memory_limit = memory_limit;
  options.run.spill_directory = spill_directory;
  options.optimize = optimize;
  options.run.retries = retries;
  return options;
}

}  // namespace

void bind_options(nb::module_& module) {
  module.def("memory_limit", [] { return memory_limits({}, 1).memory_limit; });
  module.def("usable_threads", usable_threads);
  module.def("machine_memory", machine_memory);
  module.def(
      "cgroup_limits",
      [](const std::string& membership, const std::string& mount) {
        const CgroupLimits limits = read_cgroup_limits(membership, mount);
        return std::pair(limits.cpus, limits.memory);
      },
      nb::arg("membership"), nb::arg("mount"));
  nb::class_<EngineHandle>(module, "Engine")
      .def(
          "__init__",
          [](EngineHandle* self, unsigned num_threads) {
            new (self) EngineHandle(make_threaded_engine(num_threads));
          },
          nb::arg("num_threads"))
      .def("close", &EngineHandle::close)
      .def_prop_ro("inside_task", [](const EngineHandle& handle) {
        return handle.engine() != nullptr && handle.engine()->inside_task();
      });
  nb::class_<ComputeOptions>(module, "ComputeOptions")
      .def(
          "__init__",
          [](ComputeOptions* self, const std::string& scheduler, unsigned num_workers,
             std::optional<std::size_t> working_memory, std::optional<std::size_t> memory_limit,
             const std::string& spill_directory, bool optimize, std::shared_ptr<RunObserver> observer,
             const EngineHandle* engine, std::uint16_t retries) {
            new (self) ComputeOptions(make_options(scheduler, num_workers, working_memory, memory_limit,
                                                   spill_directory, optimize, retries));
            self->run.listener = std::move(observer);
            if (engine == nullptr) return;
            if (engine->engine() == nullptr)
              throw InvalidArgument("expected an open engine; this one was closed");
            self->engine = engine->engine();
          },
          nb::kw_only(), nb::arg("scheduler") = "threads", nb::arg("num_workers") = 0,
          nb::arg("working_memory").none() = nb::none(), nb::arg("memory_limit").none() = nb::none(),
          nb::arg("spill_directory") = "", nb::arg("optimize") = true,
          nb::arg("observer").none() = nb::none(), nb::arg("engine").none() = nb::none(),
          nb::arg("retries") = 0);
}

}  // namespace treadle::python
