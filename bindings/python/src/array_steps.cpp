#include <nanobind/stl/pair.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "src/array_arguments.h"
#include "src/nd_array.h"
#include "treadle/array_manipulation.h"
#include "treadle/array_random.h"
#include "treadle/error.h"

// Parts, other shapes and random numbers of `_core.Array`.
namespace treadle::python {
namespace {

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

/// Positions come as NumPy's array of int64.
Array take(const Array& x, nb::handle positions, std::int64_t axis) {
  const NdArray numbers = nd_array_from(positions, false).packed();
  const auto values = numbers.values<std::int64_t>();
  return array::take(x, {values.begin(), values.end()}, axis);
}

ArrayOperand::Number number_of(nb::handle object) {
  if (PyLong_Check(object.ptr())) return nb::cast<std::int64_t>(object);
  return nb::cast<double>(object);
}

using array::Random;

Array integers(Random& random, std::int64_t low, std::int64_t high, const Shape& shape,
               const ChunkLengths& axes, const std::string& dtype) {
  return random.integers(low, high, shape, chunking_of(axes), DType::parse(dtype));
}

}  // namespace

void bind_array_steps(nb::module_& module) {
  module.def("array_index", index, nb::arg("array"), nb::arg("entries"));
  module.def("array_concatenate", array::concatenate, nb::arg("arrays"), nb::arg("axis"));
  module.def("array_take", take, nb::arg("array"), nb::arg("positions"), nb::arg("axis"));
  module.def("array_compress", array::compress, nb::arg("condition"), nb::arg("array"), nb::arg("axis"));
  module.def("array_reshape", array::reshape, nb::arg("array"), nb::arg("shape"));
  module.def(
      "array_arange",
      [](nb::handle start, nb::handle stop, nb::handle step, const std::string& dtype,
         const ChunkLengths& axes) {
        return array::arange(number_of(start), number_of(stop), number_of(step), DType::parse(dtype),
                             chunking_of(axes));
      },
      nb::arg("start"), nb::arg("stop"), nb::arg("step"), nb::arg("dtype"), nb::arg("chunks"));
  module.def(
      "array_linspace",
      [](double start, double stop, std::int64_t num, bool endpoint, const std::string& dtype,
         const ChunkLengths& axes) {
        return array::linspace(start, stop, num, endpoint, DType::parse(dtype), chunking_of(axes));
      },
      nb::arg("start"), nb::arg("stop"), nb::arg("num"), nb::arg("endpoint"), nb::arg("dtype"),
      nb::arg("chunks"));
  nb::class_<Random>(module, "Random")
      .def(nb::init<std::optional<std::uint64_t>>(), nb::arg("seed").none())
      .def(nb::init<Random::State>(), nb::arg("state"))
      .def_prop_ro("state", &Random::state)
      .def("random",
           [](Random& random, const Shape& shape, const ChunkLengths& axes, const std::string& dtype) {
             return random.random(shape, chunking_of(axes), DType::parse(dtype));
           })
      .def("integers", integers)
      .def("distribution", [](Random& random, const std::string& name, const std::vector<double>& parameters,
                              const Shape& shape, const ChunkLengths& axes) {
        return random.distribution(name, parameters, shape, chunking_of(axes));
      });
}

}  // namespace treadle::python
