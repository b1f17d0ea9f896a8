#include <algorithm>
#include <numeric>
#include <utility>

#include "array/align.h"
#include "array/linear/contract.h"
#include "treadle/array_linalg.h"
#include "treadle/array_manipulation.h"
#include "treadle/error.h"

// Products of arrays, all of them contractions of axes brought into order.
namespace treadle::array {
namespace {

using Axes = std::vector<std::int64_t>;

Axes range(std::int64_t begin, std::int64_t end) {
  Axes axes(static_cast<std::size_t>(std::max<std::int64_t>(end - begin, 0)));
  std::iota(axes.begin(), axes.end(), begin);
  return axes;
}

[[noreturn]] void refuse_shapes(const Array& a, const Array& b) {
  throw InvalidArgument("expected shapes whose inner lengths agree, found " + to_string(a.shape()) + " and " +
                        to_string(b.shape()));
}

}  // namespace

Array tensordot(const Array& a, const Array& b, std::vector<std::int64_t> axes_a,
                std::vector<std::int64_t> axes_b) {
  if (axes_a.size() != axes_b.size()) {
    throw InvalidArgument("expected as many axes of both, found " + std::to_string(axes_a.size()) + " and " +
                          std::to_string(axes_b.size()));
  }
  const auto order = [](const Array& x, const Axes& summed, bool summed_last) {
    std::vector<bool> taken(x.ndim(), false);
    Axes chosen;
    for (const std::int64_t axis : summed) {
      chosen.push_back(static_cast<std::int64_t>(checked_axis(axis, x.ndim())));
      taken[static_cast<std::size_t>(chosen.back())] = true;
    }
    Axes own;
    for (std::size_t i = 0; i < x.ndim(); ++i) {
      if (!taken[i]) own.push_back(static_cast<std::int64_t>(i));
    }
    Axes all = summed_last ? own : chosen;
    const Axes& rest = summed_last ? chosen : own;
    all.insert(all.end(), rest.begin(), rest.end());
    return x.transpose(all);
  };
  Array left = order(a, axes_a, true);
  Array right = order(b, axes_b, false);
  if (axes_a.empty()) {
    left = expand_dims(left, {-1});
    right = expand_dims(right, {0});
  }
  return contract(left, right, {0, std::max<std::size_t>(axes_a.size(), 1)});
}

Array tensordot(const Array& a, const Array& b, std::int64_t axes) {
  const auto ndim = static_cast<std::int64_t>(a.ndim());
  if (axes < 0 || axes > ndim || axes > static_cast<std::int64_t>(b.ndim())) {
    throw InvalidArgument("expected at most as many axes as both arrays have, found " + std::to_string(axes));
  }
  return tensordot(a, b, range(ndim - axes, ndim), range(0, axes));
}

Array dot(const Array& a, const Array& b) {
  if (a.ndim() == 0 || b.ndim() == 0) return a * b;
  return tensordot(a, b, {-1}, {b.ndim() == 1 ? 0 : -2});
}

Array matmul(const Array& a, const Array& b) {
  if (a.ndim() == 0 || b.ndim() == 0) refuse_shapes(a, b);
  if (a.ndim() <= 2 && b.ndim() <= 2) return dot(a, b);
  if (a.ndim() == 1) return squeeze(matmul(expand_dims(a, {0}), b), {{-2}});
  if (b.ndim() == 1) return squeeze(matmul(a, expand_dims(b, {1})), {{-1}});
  return einsum("...ij,...jk->...ik", {a, b});
}

}  // namespace treadle::array
