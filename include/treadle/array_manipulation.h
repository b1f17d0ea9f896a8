#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "treadle/array.h"

// Other arrangements of an array's elements. Nothing is copied where a view will do.
namespace treadle::array {

/// start:stop:step, as Python reads it: negative positions count from the end, what is not given is the end
/// that the step comes from or goes to.
struct Slice {
  std::optional<std::int64_t> start = {};
  std::optional<std::int64_t> stop = {};
  std::optional<std::int64_t> step = {};
};
/// Puts an axis of length 1 here.
struct NewAxis {};
/// As many whole axes as are not mentioned.
struct Ellipsis {};

/// What may stand between the brackets: a position (its axis goes), a slice, a new axis, the ellipsis,
/// positions in any order and number, or a condition along one axis.
using Index = std::variant<std::int64_t, Slice, NewAxis, Ellipsis, std::vector<std::int64_t>, Array>;

/// x[indices]. Axes not mentioned stay whole. At most one list of positions or condition. A condition (bool)
/// leaves chunks of unknown length. Throws InvalidArgument for too many indices and positions out of bounds.
Array index(const Array& x, const std::vector<Index>& indices);
/// x[condition] of a condition with x's shape: the elements where it holds, in C order.
Array select(const Array& x, const Array& condition);
/// Elements at positions along an axis.
Array take(const Array& x, std::vector<std::int64_t> positions, std::int64_t axis);
/// The slices along an axis where the condition, of one axis, holds.
Array compress(const Array& condition, const Array& x, std::int64_t axis);

/// The same elements in C order. One length may be -1: what is left.
Array reshape(const Array& x, Shape shape);
/// All elements along one axis.
Array ravel(const Array& x);
/// With axes of length 1 at these places of the answer.
Array expand_dims(const Array& x, std::vector<std::int64_t> axes);
/// Without these axes of length 1; without arguments, without all of them.
Array squeeze(const Array& x, std::optional<std::vector<std::int64_t>> axes = {});
/// Reversed along axes; without arguments along all.
Array flip(const Array& x, std::optional<std::vector<std::int64_t>> axes = {});
/// Repeated along new axes and axes of length 1, without copying.
Array broadcast_to(const Array& x, const Shape& shape);
/// One behind the other along an axis.
Array concatenate(const std::vector<Array>& arrays, std::int64_t axis = 0);
/// Along a new axis.
Array stack(const std::vector<Array>& arrays, std::int64_t axis = 0);

}  // namespace treadle::array
