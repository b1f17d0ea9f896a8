#include "treadle/array_files.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "src/array_arguments.h"
#include "src/interrupt.h"

// Arrays in files, for treadle.array.
namespace treadle::python {
namespace {

using Axes = std::optional<ChunkLengths>;

Array read_npy(const std::string& path, const Axes& axes) {
  return axes ? array::read_npy(path, *chunking_of(axes)) : array::read_npy(path);
}

void write_hdf5(const std::string& path, const std::vector<Array>& arrays,
                const std::vector<std::string>& names, const std::vector<Shape>& chunk_shapes, int gzip_level,
                bool shuffle, const ComputeOptions& options) {
  std::vector<array::Hdf5Output> outputs;
  for (std::size_t i = 0; i < arrays.size(); ++i)
    outputs.push_back({names.at(i), arrays[i], {chunk_shapes.at(i), gzip_level, shuffle}});
  run_interruptibly(options,
                    [path, outputs](const ComputeOptions& run) { array::write_hdf5(outputs, path, run); });
}

void write_zarr(const std::string& store, const std::string& component, const Array& x,
                const std::string& compressor, int level, int format, bool overwrite,
                const ComputeOptions& options) {
  const array::ZarrOptions write{compressor, level, format, overwrite};
  run_interruptibly(options, [store, component, x, write](const ComputeOptions& run) {
    array::write_zarr(x, store, component, write, run);
  });
}

}  // namespace

void bind_array_files(nb::module_& module) {
  module.def("array_from_npy", read_npy, nb::arg("path"), nb::arg("chunks").none());
  module.def("array_from_npy_stack", array::read_npy_stack, nb::arg("directory"));
  module.def(
      "array_from_hdf5",
      [](const std::string& path, const std::string& data_set, const Axes& axes) {
        return array::read_hdf5(path, data_set, chunking_of(axes));
      },
      nb::arg("path"), nb::arg("data_set"), nb::arg("chunks").none());
  module.def(
      "array_from_zarr",
      [](const std::string& store, const std::string& component, const Axes& axes) {
        return array::read_zarr(store, component, chunking_of(axes));
      },
      nb::arg("store"), nb::arg("component"), nb::arg("chunks").none());
  module.def("array_write_hdf5", write_hdf5, nb::arg("path"), nb::arg("arrays"), nb::arg("names"),
             nb::arg("chunk_shapes"), nb::arg("gzip_level"), nb::arg("shuffle"), nb::arg("options"));
  module.def("array_write_zarr", write_zarr, nb::arg("store"), nb::arg("component"), nb::arg("array"),
             nb::arg("compressor"), nb::arg("level"), nb::arg("format"), nb::arg("overwrite"),
             nb::arg("options"));
  module.def(
      "array_write_npy_stack",
      [](const std::string& directory, const Array& x, std::int64_t axis, const ComputeOptions& options) {
        run_interruptibly(options, [directory, x, axis](const ComputeOptions& run) {
          array::write_npy_stack(x, directory, axis, run);
        });
      },
      nb::arg("directory"), nb::arg("array"), nb::arg("axis"), nb::arg("options"));
  module.def(
      "array_write_npy",
      [](const std::string& path, const Array& x, const ComputeOptions& options) {
        run_interruptibly(options, [path, x](const ComputeOptions& run) { array::write_npy(x, path, run); });
      },
      nb::arg("path"), nb::arg("array"), nb::arg("options"));
}

}  // namespace treadle::python
