#include <cmath>

#include "treadle/array_linalg.h"
#include "treadle/array_manipulation.h"
#include "treadle/error.h"

// NumPy's norms, made of reductions.
namespace treadle::array {

Array norm(const Array& x, std::optional<double> order, const ReduceOptions& options) {
  const std::size_t num_axes = options.axes.list() ? options.axes.list()->size() : x.ndim();
  const Array size = apply(
      "absolute", {x.dtype().is_float() || x.dtype().is_complex() ? x : x.astype(ElementKind::kFloat64)});
  const bool matrix = num_axes == 2 && order;
  if (!order || (num_axes == 1 && *order == 2)) return apply("sqrt", {apply("square", {size}).sum(options)});
  if (num_axes > 2 || num_axes == 0 || (matrix && std::abs(*order) != 1 && !std::isinf(*order))) {
    throw InvalidArgument("expected an order that a norm over " + std::to_string(num_axes) +
                          " axes has, found " + NdArray::scalar(*order).to_string());
  }
  if (matrix) {
    const std::vector<std::int64_t> axes = options.axes.list().value_or(std::vector<std::int64_t>{0, 1});
    // Sums along the rows for infinities, down the columns for 1; then the largest or least of them.
    const std::size_t first = std::isinf(*order) ? 1 : 0;
    const Array sums = size.sum({axes[first], true});
    const Array best = *order > 0 ? sums.max({axes, true}) : sums.min({axes, true});
    return options.keep_axes ? best : squeeze(best, axes);
  }
  if (std::isinf(*order)) return *order > 0 ? size.max(options) : size.min(options);
  if (*order == 0) return apply("not_equal", {x, 0}).sum(options).astype(size.dtype());
  if (*order == 1) return size.sum(options);
  return apply("power", {apply("power", {size, *order}).sum(options), 1 / *order});
}

}  // namespace treadle::array
