#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "src/binding.h"
#include "treadle/array_linalg.h"
#include "treadle/array_manipulation.h"
#include "treadle/array_random.h"

// Parts, products and random numbers of `_core.Array`.
namespace treadle::python {
namespace {

using Axes = std::vector<std::vector<std::int64_t>>;

Chunking chunking_of(const Axes& axes) { return Chunking(Chunks(axes)); }

/// An int, a slice or None.
array::Index index_of(nb::handle entry) {
  if (entry.is_none()) return array::NewAxis{};
  if (!PySlice_Check(entry.ptr())) return nb::cast<std::int64_t>(entry);
  using Bound = std::optional<std::int64_t>;
  return array::Slice{nb::cast<Bound>(nb::getattr(entry, "start")),
                      nb::cast<Bound>(nb::getattr(entry, "stop")),
                      nb::cast<Bound>(nb::getattr(entry, "step"))};
}

Array index(const Array& x, const nb::list& entries) {
  std::vector<array::Index> indices;
  for (const nb::handle entry : entries) indices.push_back(index_of(entry));
  return array::index(x, indices);
}

using array::Random;

Array integers(Random& random, std::int64_t low, std::int64_t high, const Shape& shape, const Axes& axes,
               const std::string& dtype) {
  return random.integers(low, high, shape, chunking_of(axes), DType::parse(dtype));
}

}  // namespace

void bind_array_steps(nb::module_& module) {
  module.def("array_index", index, nb::arg("array"), nb::arg("entries"));
  module.def("array_concatenate", array::concatenate, nb::arg("arrays"), nb::arg("axis"));
  module.def("array_matmul", array::matmul, nb::arg("a"), nb::arg("b"));
  nb::class_<Random>(module, "Random")
      .def(nb::init<std::optional<std::uint64_t>>(), nb::arg("seed").none())
      .def("random",
           [](Random& random, const Shape& shape, const Axes& axes, const std::string& dtype) {
             return random.random(shape, chunking_of(axes), DType::parse(dtype));
           })
      .def("integers", integers)
      .def("distribution", [](Random& random, const std::string& name, const std::vector<double>& parameters,
                              const Shape& shape, const Axes& axes) {
        return random.distribution(name, parameters, shape, chunking_of(axes));
      });
}

}  // namespace treadle::python
