#include "treadle/array_statistics.h"

#include <map>
#include <string>
#include <vector>

#include "src/array_arguments.h"
#include "treadle/error.h"

// Running sums, order statistics and counts of `_core.Array`.
namespace treadle::python {
namespace {

array::QuantileMethod method_of(const std::string& name) {
  using array::QuantileMethod;
  static const std::map<std::string, QuantileMethod, std::less<>> kMethods = {
      {"linear", QuantileMethod::kLinear},
      {"lower", QuantileMethod::kLower},
      {"higher", QuantileMethod::kHigher},
      {"nearest", QuantileMethod::kNearest},
      {"midpoint", QuantileMethod::kMidpoint}};
  const auto found = kMethods.find(name);
  if (found == kMethods.end())
    throw InvalidArgument("expected linear, lower, higher, nearest or midpoint, found \"" + name + '"');
  return found->second;
}

}  // namespace

void bind_array_statistics(nb::module_& module) {
  module.def(
      "array_cumulate",
      [](const std::string& name, const Array& x, std::int64_t axis, const std::string& dtype) {
        return array::cumulate(name, x, axis, DType::parse(dtype));
      },
      nb::arg("name"), nb::arg("array"), nb::arg("axis"), nb::arg("dtype"));
  module.def(
      "array_quantile",
      [](const Array& x, const std::vector<double>& q, std::optional<std::int64_t> axis,
         const std::string& method,
         bool skip_nan) { return array::quantile(x, q, axis, method_of(method), skip_nan); },
      nb::arg("array"), nb::arg("q"), nb::arg("axis").none(), nb::arg("method"), nb::arg("skip_nan"));
  module.def("array_histogram", array::histogram, nb::arg("array"), nb::arg("edges"),
             nb::arg("weights").none());
  module.def("array_digitize", array::digitize, nb::arg("array"), nb::arg("edges"), nb::arg("right"));
  module.def("array_bincount", array::bincount, nb::arg("array"), nb::arg("weights").none(),
             nb::arg("minlength"));
  module.def(
      "array_unique",
      [](const Array& x) {
        const array::Unique found = array::unique(x);
        return nb::make_tuple(found.values, found.first, found.counts);
      },
      nb::arg("array"));
  module.def("array_searchsorted", array::searchsorted, nb::arg("sorted"), nb::arg("values"),
             nb::arg("right"));
  module.def("array_isin", array::isin, nb::arg("array"), nb::arg("among"));
  module.def("array_argwhere", array::argwhere, nb::arg("array"));
  module.def("array_topk", array::topk, nb::arg("array"), nb::arg("k"), nb::arg("axis"));
  module.def("array_argtopk", array::argtopk, nb::arg("array"), nb::arg("k"), nb::arg("axis"));
}

}  // namespace treadle::python
