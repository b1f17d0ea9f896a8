#include "io/arrays/stored_array.h"

#include "treadle/error.h"

namespace treadle::io {

std::size_t Box::num_elements() const {
  std::size_t number = 1;
  for (const std::int64_t length : count) number *= static_cast<std::size_t>(length);
  return number;
}

std::string Box::to_string() const {
  std::string text = "[";
  for (std::size_t axis = 0; axis < start.size(); ++axis) {
    if (axis > 0) text += ", ";
    text += std::to_string(start[axis]) + ':' + std::to_string(start[axis] + count[axis]);
  }
  return text + ']';
}

std::size_t ArrayLayout::num_elements(const std::string& place) const {
  return num_bytes(place) / element.size;
}

std::size_t ArrayLayout::num_bytes(const std::string& place) const {
  std::int64_t bytes = element.size;
  bool fits = true;
  bool empty = false;
  for (const std::int64_t length : shape) {
    if (length == 0) {
      empty = true;
    } else {
      fits = fits && !__builtin_mul_overflow(bytes, length, &bytes);
    }
  }
  if (empty) return 0;
  if (!fits) {
    throw InvalidArgument(place + ": an array of shape " + to_string(shape) + " and " +
                          std::to_string(element.size) +
                          " bytes an element is larger than memory can address");
  }
  return static_cast<std::size_t>(bytes);
}

void check_box(const Box& box, const Extents& shape, const std::string& place) {
  bool inside = box.start.size() == shape.size() && box.count.size() == shape.size();
  for (std::size_t axis = 0; inside && axis < shape.size(); ++axis) {
    inside = box.start[axis] >= 0 && box.count[axis] >= 0 && box.start[axis] <= shape[axis] &&
             box.count[axis] <= shape[axis] - box.start[axis];
  }
  if (inside) return;
  throw InvalidArgument(place + ": expected a box within the shape " + to_string(shape) + ", found " +
                        box.to_string());
}

std::string to_string(const Extents& extents) {
  std::string text = "(";
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    if (axis > 0) text += ", ";
    text += std::to_string(extents[axis]);
  }
  return text + (extents.size() == 1 ? ",)" : ")");
}

}  // namespace treadle::io
