#include "treadle/array.h"

#include <nanobind/stl/complex.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "array/nodes/array_node.h"
#include "array/nodes/step.h"
#include "src/array_arguments.h"
#include "src/blocks.h"
#include "src/nd_array.h"
#include "src/numpy_source.h"
#include "src/python_object.h"
#include "src/python_raised.h"
#include "src/recorded_blocks.h"
#include "src/shared_object.h"
#include "treadle/error.h"
#include "treadle/operation.h"

// `_core.Array`: the lazy array of the core, which treadle.array's stands on where it can.
namespace treadle::python {
namespace {

ArrayOperand operand_of(nb::handle object) {
  if (const Array* array = nullptr; nb::try_cast(object, array)) return *array;
  if (PyBool_Check(object.ptr())) return nb::cast<bool>(object);
  if (PyLong_Check(object.ptr())) return nb::cast<std::int64_t>(object);
  if (PyFloat_Check(object.ptr())) return nb::cast<double>(object);
  if (PyComplex_Check(object.ptr())) return nb::cast<std::complex<double>>(object);
  return array::from_nd_array(nd_array_from(object, false));
}

Array apply(const std::string& function, const nb::list& arguments) {
  std::vector<ArrayOperand> operands;
  for (const nb::handle argument : arguments) operands.push_back(operand_of(argument));
  return array::apply(function, operands);
}

Array reduce(const std::string& name, const Array& array, std::optional<std::vector<std::int64_t>> axes,
             bool keep_axes, const std::optional<std::string>& dtype, double ddof) {
  return array::reduce(name, array, {std::move(axes), keep_axes, dtype_of(dtype), ddof});
}

/// Makes elements of the type that was promised out of what Python functions answered with.
class FromPython final : public Operation {
 public:
  FromPython(DType dtype, Shape shape) : dtype_(dtype), shape_(std::move(shape)) {}

  std::string_view name() const override { return "array.from_python"; }
  void add_to(KeyBuilder& key) const override {
    key.add("array.from_python").add(dtype_.name());
    for (const std::int64_t length : shape_) key.add(length);
  }
  Outcome run(std::span<const Value> inputs, TaskContext&) const override {
    if (inputs[0].holds<NdArray>() && inputs[0].get<NdArray>().dtype() == dtype_) {
      check(inputs[0].get<NdArray>());
      return std::vector<Value>{inputs[0]};
    }
    return with_gil_in_task([&] { return std::vector<Value>{converted(inputs[0])}; });
  }

 private:
  Value converted(const Value& input) const {
    const nb::object numpy = nb::module_::import_("numpy");
    const nb::object answer = to_python(input);
    if (nb::cast<bool>(numpy.attr("ma").attr("is_masked")(answer))) {
      throw TypeError(
          "expected a chunk without masked elements, which the core does not have, found a masked "
          "array; fill them, map_blocks(numpy.ma.filled, x, value)");
    }
    const nb::object value = numpy.attr("asarray")(answer, nb::arg("dtype") = dtype_.code());
    NdArray array = nd_array_from(value, false);
    check(array);
    return Value::of(std::move(array));
  }
  void check(const NdArray& array) const {
    bool fits = array.ndim() == shape_.size();
    for (std::size_t axis = 0; fits && axis < shape_.size(); ++axis)
      fits = shape_[axis] < 0 || shape_[axis] == array.shape()[axis];
    if (fits) return;
    throw InvalidArgument("expected a function to answer with a chunk of shape " +
                          treadle::to_string(shape_) + ", found " + treadle::to_string(array.shape()) +
                          "; chunks= tells map_blocks and blockwise what comes out");
  }

  DType dtype_;
  Shape shape_;
};

Array from_blocks(const Blocks& blocks, const std::string& code, const ChunkLengths& axes) {
  const Chunks chunks(axes);
  const DType dtype = DType::parse(code);
  if (const auto* recorded = dynamic_cast<const RecordedBlocks*>(blocks.node().get())) {
    const auto array = std::dynamic_pointer_cast<const array::ArrayNode>(recorded->inputs()[0]);
    if (array && array->dtype() == dtype && array->chunks() == chunks) return Array(array);
  }
  if (blocks.num_blocks() != chunks.size())
    throw InvalidArgument("expected " + std::to_string(chunks.size()) + " blocks, found " +
                          std::to_string(blocks.num_blocks()));
  KeyBuilder key("array.from_python");
  key.add(dtype.name()).add(chunks.to_string());
  return Array(std::make_shared<const array::Step>(
      "FromPython", "", key.finish(), dtype, chunks, std::vector<lazy::NodePtr>{blocks.node()},
      [dtype, chunks](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        std::vector<TaskOutput> made;
        const std::vector<TaskOutput> before = lowering.blocks(inputs[0]);
        for (std::size_t block = 0; block < before.size(); ++block) {
          auto operation = std::make_shared<const FromPython>(dtype, chunks.block_shape(chunks.place(block)));
          made.push_back({lowering.graph().add(std::move(operation), {&before[block], 1}), 0});
        }
        return made;
      }));
}

/// Of an array whose `_recipe` is known (src/recipe.cpp), blocks that can be pickled.
Blocks blocks_of(nb::handle object) {
  const auto& array = nb::cast<const Array&>(object);
  lazy::NodePtr node = array.node();
  if (nb::hasattr(object, "_recipe")) {
    node = std::make_shared<const RecordedBlocks>(std::move(node),
                                                  std::make_shared<const SharedObject>(nb::borrow(object)));
  }
  return {std::move(node), array.chunks().size()};
}

/// Chunks of any array that can be had as an NdArray without copying.
Array from_numpy(nb::handle object, const ChunkLengths& axes) {
  const NdArray whole = nd_array_from(object, true);
  return array::from_source(std::make_shared<const NumpySource>(whole), whole.shape(), whole.dtype(),
                            chunking_of(axes));
}

void bind_creation(nb::module_& module) {
  module.def("array_from_blocks", from_blocks, nb::arg("blocks"), nb::arg("dtype"), nb::arg("chunks"));
  module.def("array_from_numpy", from_numpy, nb::arg("array"), nb::arg("chunks"));
  module.def(
      "array_full",
      [](const Shape& shape, nb::handle value, const std::string& dtype, const ChunkLengths& axes) {
        return array::full(shape, nd_array_from(value, false), DType::parse(dtype), chunking_of(axes));
      },
      nb::arg("shape"), nb::arg("value"), nb::arg("dtype"), nb::arg("chunks"));
  module.def(
      "array_eye",
      [](std::int64_t rows, std::int64_t columns, std::int64_t diagonal, const std::string& dtype,
         const ChunkLengths& axes) {
        return array::eye(rows, columns, diagonal, DType::parse(dtype), chunking_of(axes));
      },
      nb::arg("rows"), nb::arg("columns"), nb::arg("diagonal"), nb::arg("dtype"), nb::arg("chunks"));
}

}  // namespace

void bind_array(nb::module_& module) {
  nb::class_<Array>(module, "Array", nb::dynamic_attr())
      .def_prop_ro("dtype", [](const Array& array) { return array.dtype().code(); })
      .def_prop_ro("chunks", [](const Array& array) { return array.chunks().axes(); })
      .def_prop_ro("blocks", blocks_of)
      .def("astype",
           [](const Array& array, const std::string& code) { return array.astype(DType::parse(code)); })
      .def("rechunk",
           [](const Array& array, const ChunkLengths& axes) { return array.rechunk(chunking_of(axes)); })
      .def("transpose",
           [](const Array& array, std::vector<std::int64_t> axes) { return array.transpose(axes); })
      .def("explain", &Array::explain, nb::arg("optimized") = true);
  module.def("array_functions", array::function_names);
  module.def("array_apply", apply, nb::arg("function"), nb::arg("arguments"));
  module.def(
      "array_where",
      [](const Array& condition, nb::handle yes, nb::handle no) {
        return array::where(condition, operand_of(yes), operand_of(no));
      },
      nb::arg("condition"), nb::arg("yes"), nb::arg("no"));
  module.def("array_reduce", reduce, nb::arg("name"), nb::arg("array"), nb::arg("axes").none(),
             nb::arg("keep_axes"), nb::arg("dtype").none(), nb::arg("ddof"));
  bind_creation(module);
}

}  // namespace treadle::python
