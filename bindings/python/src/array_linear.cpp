#include <nanobind/stl/pair.h>
#include <nanobind/stl/tuple.h>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "src/array_arguments.h"
#include "treadle/array_fft.h"
#include "treadle/array_linalg.h"
#include "treadle/error.h"

// Products, factorisations and Fourier transforms of `_core.Array`.
namespace treadle::python {
namespace {

using Axes = std::optional<std::vector<std::int64_t>>;

array::FftNorm norm_of(const std::string& name) {
  if (name == "backward") return array::FftNorm::kBackward;
  if (name == "ortho") return array::FftNorm::kOrtho;
  if (name == "forward") return array::FftNorm::kForward;
  throw InvalidArgument("expected the norm \"backward\", \"ortho\" or \"forward\", found \"" + name + '"');
}

std::tuple<Array, Array, Array> svd(const Array& a) {
  array::Svd parts = array::svd(a);
  return {std::move(parts.u), std::move(parts.s), std::move(parts.vt)};
}

std::tuple<Array, Array, Array> lu(const Array& a) {
  array::LuFactors parts = array::lu(a);
  return {std::move(parts.p), std::move(parts.lower), std::move(parts.upper)};
}

void bind_products(nb::module_& module) {
  module.def("array_matmul", array::matmul, nb::arg("a"), nb::arg("b"));
  module.def(
      "array_tensordot",
      [](const Array& a, const Array& b, std::vector<std::int64_t> axes_a, std::vector<std::int64_t> axes_b) {
        return array::tensordot(a, b, std::move(axes_a), std::move(axes_b));
      },
      nb::arg("a"), nb::arg("b"), nb::arg("axes_a"), nb::arg("axes_b"));
  module.def(
      "array_einsum",
      [](const std::string& subscripts, std::vector<Array> operands) {
        return array::einsum(subscripts, std::move(operands));
      },
      nb::arg("subscripts"), nb::arg("operands"));
}

}  // namespace

void bind_array_linear(nb::module_& module) {
  bind_products(module);
  module.def("array_qr", array::qr, nb::arg("a"));
  module.def("array_svd", svd, nb::arg("a"));
  module.def("array_lu", lu, nb::arg("a"));
  module.def("array_solve", array::solve, nb::arg("a"), nb::arg("b"), nb::arg("positive_definite"));
  module.def("array_solve_triangular", array::solve_triangular, nb::arg("a"), nb::arg("b"), nb::arg("lower"));
  module.def("array_inv", array::inv, nb::arg("a"));
  module.def("array_cholesky", array::cholesky, nb::arg("a"));
  module.def(
      "array_fft",
      [](const std::string& kind, const Array& x, std::optional<std::int64_t> length, std::int64_t axis,
         const std::string& norm) { return array::fft(kind, x, length, axis, norm_of(norm)); },
      nb::arg("kind"), nb::arg("array"), nb::arg("length").none(), nb::arg("axis"), nb::arg("norm"));
  module.def(
      "array_fftn",
      [](const std::string& kind, const Array& x, const Axes& lengths, const Axes& axes,
         const std::string& norm) { return array::fftn(kind, x, lengths, axes, norm_of(norm)); },
      nb::arg("kind"), nb::arg("array"), nb::arg("lengths").none(), nb::arg("axes").none(), nb::arg("norm"));
}

}  // namespace treadle::python
