#include <algorithm>
#include <utility>

#include "array/align.h"
#include "array/nodes/reduce.h"
#include "treadle/array.h"
#include "treadle/error.h"

// Reductions as plans.
namespace treadle::array {
namespace {

constexpr std::size_t kNumReductions = static_cast<std::size_t>(Reduction::kNanArgMax) + 1;

Reduction find_reduction(std::string_view name) {
  std::string all;
  for (std::size_t i = 0; i < kNumReductions; ++i) {
    const auto reduction = static_cast<Reduction>(i);
    if (name_of(reduction) == name) return reduction;
    all += (all.empty() ? "" : ", ") + std::string(name_of(reduction));
  }
  throw NotFound("expected a reduction (" + all + "), found " + std::string(name));
}

std::vector<bool> reduced_axes(const Array& x, const std::optional<std::vector<std::int64_t>>& axes) {
  if (!axes) return std::vector<bool>(x.ndim(), true);
  std::vector<bool> reduced(x.ndim(), false);
  for (const std::int64_t axis : *axes) {
    const std::size_t checked = checked_axis(axis, x.ndim());
    if (reduced[checked])
      throw InvalidArgument("expected each axis once, found axis " + std::to_string(axis) + " twice");
    reduced[checked] = true;
  }
  return reduced;
}

bool spread(Reduction reduction) {
  return reduction == Reduction::kVar || reduction == Reduction::kStd || reduction == Reduction::kNanVar ||
         reduction == Reduction::kNanStd;
}

/// The spread of complex numbers is that of their parts together.
Array complex_spread(Reduction reduction, const Array& x, const ReduceOptions& options) {
  const bool nan = reduction == Reduction::kNanVar || reduction == Reduction::kNanStd;
  const std::string_view name = nan ? "nanvar" : "var";
  const Array both = reduce(name, apply("real", {x}), options) + reduce(name, apply("imag", {x}), options);
  const bool root = reduction == Reduction::kStd || reduction == Reduction::kNanStd;
  return root ? apply("sqrt", {both}) : both;
}

/// NaN is left out before floats become integers, which have none.
Array without_nan(Reduction reduction, const Array& x, DType wanted) {
  const bool sums = reduction == Reduction::kNanSum || reduction == Reduction::kNanProd;
  const auto has_nan = [](DType dtype) { return dtype.is_float() || dtype.is_complex(); };
  if (!sums || !has_nan(x.dtype()) || has_nan(wanted)) return x;
  return where(apply("isnan", {x}), reduction == Reduction::kNanProd ? 1 : 0, x);
}

/// An index is counted from offsets and lengths: of all reduced axes but that the first may be one chunk of
/// any length.
void check_countable(const Array& x, const std::vector<bool>& reduced) {
  bool first = true;
  for (std::size_t i = 0; i < reduced.size(); ++i) {
    if (!reduced[i]) continue;
    const bool one = first && x.chunks().axis(i).size() == 1;
    if (!x.chunks().known(i) && !one) require_known(x, "the index of an element");
    first = false;
  }
}

void check_not_empty(Reduction reduction, const Array& x, const std::vector<bool>& reduced) {
  if (has_identity(reduction)) return;
  const Shape shape = x.shape();
  bool nothing = false;
  bool wanted = true;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (reduced[i])
      nothing |= shape[i] == 0;
    else
      wanted &= shape[i] != 0;
  }
  if (nothing && wanted) {
    throw InvalidArgument("expected elements for " + std::string(name_of(reduction)) +
                          ", which has no answer for none; found the shape " + to_string(shape));
  }
}

}  // namespace

Array reduce(std::string_view name, const Array& x, const ReduceOptions& options) {
  const Reduction reduction = find_reduction(name);
  const Array values = options.dtype ? without_nan(reduction, x, *options.dtype).astype(*options.dtype) : x;
  if (spread(reduction) && values.dtype().is_complex()) return complex_spread(reduction, values, options);
  ReduceSpec spec{reduction, reduced_axes(x, options.axes.list()), options.keep_axes, options.ddof};
  if (gives_index(reduction)) {
    check_countable(x, spec.axes);
    if (options.axes.list() && options.axes.list()->size() != 1) {
      throw InvalidArgument("expected one axis or all for " + std::string(name) + ", found " +
                            std::to_string(options.axes.list()->size()));
    }
  }
  check_not_empty(reduction, x, spec.axes);
  const Array result(std::make_shared<const Reduce>(std::move(spec), Program(values.dtype()), values.chunks(),
                                                    std::vector<lazy::NodePtr>{values.node()}));
  return options.dtype && !gives_index(reduction) && !result.dtype().is_bool() ? result.astype(*options.dtype)
                                                                               : result;
}

}  // namespace treadle::array

namespace treadle {

Array Array::sum(const ReduceOptions& options) const { return array::reduce("sum", *this, options); }
Array Array::prod(const ReduceOptions& options) const { return array::reduce("prod", *this, options); }
Array Array::mean(const ReduceOptions& options) const { return array::reduce("mean", *this, options); }
Array Array::var(const ReduceOptions& options) const { return array::reduce("var", *this, options); }
Array Array::std(const ReduceOptions& options) const { return array::reduce("std", *this, options); }
Array Array::min(const ReduceOptions& options) const { return array::reduce("min", *this, options); }
Array Array::max(const ReduceOptions& options) const { return array::reduce("max", *this, options); }
Array Array::any(const ReduceOptions& options) const { return array::reduce("any", *this, options); }
Array Array::all(const ReduceOptions& options) const { return array::reduce("all", *this, options); }
Array Array::argmin(const ReduceOptions& options) const { return array::reduce("argmin", *this, options); }
Array Array::argmax(const ReduceOptions& options) const { return array::reduce("argmax", *this, options); }

}  // namespace treadle
