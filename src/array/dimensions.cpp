#include "array/align.h"
#include "treadle/array_manipulation.h"
#include "treadle/error.h"

// Axes put in, dropped and reversed, all of them by indexing.
namespace treadle::array {

Array expand_dims(const Array& x, std::vector<std::int64_t> axes) {
  const std::size_t ndim = x.ndim() + axes.size();
  std::vector<bool> added(ndim, false);
  for (const std::int64_t axis : axes) {
    const std::size_t place = checked_axis(axis, ndim);
    if (added[place])
      throw InvalidArgument("expected each axis once, found axis " + std::to_string(axis) + " twice");
    added[place] = true;
  }
  std::vector<Index> indices;
  for (const bool is_new : added) {
    if (is_new)
      indices.emplace_back(NewAxis{});
    else
      indices.emplace_back(Slice{});
  }
  return index(x, indices);
}

Array squeeze(const Array& x, std::optional<std::vector<std::int64_t>> axes) {
  const Shape shape = x.shape();
  std::vector<Index> indices(x.ndim(), Slice{});
  if (!axes) {
    for (std::size_t i = 0; i < shape.size(); ++i) {
      if (shape[i] == 1) indices[i] = std::int64_t{0};
    }
    return index(x, indices);
  }
  for (const std::int64_t axis : *axes) {
    const std::size_t place = checked_axis(axis, x.ndim());
    if (shape[place] != 1) {
      throw InvalidArgument("expected axes of length 1 to drop, found axis " + std::to_string(axis) +
                            " of the shape " + to_string(shape));
    }
    indices[place] = std::int64_t{0};
  }
  return index(x, indices);
}

Array flip(const Array& x, std::optional<std::vector<std::int64_t>> axes) {
  std::vector<Index> indices(x.ndim(), axes ? Slice{} : Slice{{}, {}, -1});
  if (axes) {
    for (const std::int64_t axis : *axes) indices[checked_axis(axis, x.ndim())] = Slice{{}, {}, -1};
  }
  return index(x, indices);
}

}  // namespace treadle::array
