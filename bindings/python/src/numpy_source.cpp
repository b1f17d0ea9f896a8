#include "src/numpy_source.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace treadle::python {
namespace {

/// The bytes that the elements of a view lie in.
std::pair<const std::uint8_t*, std::size_t> extent_of(const NdArray& view) {
  if (view.size() == 0) return {view.data(), 0};
  const std::uint8_t* first = view.data();
  const std::uint8_t* last = view.data() + view.dtype().size();
  for (std::size_t axis = 0; axis < view.ndim(); ++axis) {
    const std::int64_t reach = view.strides()[axis] * (view.shape()[axis] - 1);
    (reach < 0 ? first : last) += reach;
  }
  return {first, static_cast<std::size_t>(last - first)};
}

}  // namespace

NumpySource::NumpySource(NdArray array) : array_(std::move(array)) {
  const auto [begin, size] = extent_of(array_);
  if (size > 0) map_ = io::MappedMemory::find(begin, size);
}

std::string NumpySource::to_string() const {
  const std::string shape = treadle::to_string(array_.shape());
  return map_ ? "map of " + map_->path + ' ' + shape : "numpy " + shape;
}

NdArray NumpySource::read(std::span<const AxisSlice> region, TaskContext&) const {
  const NdArray view = array_.sliced(region);
  const auto [begin, size] = extent_of(view);
  if (!map_ || size == 0) return {view.dtype(), view.shape(), view.strides(), view.data(), view.owner(), 0};
  if (!map_->shared) {
    if (auto copy = io::snapshot(*map_, begin, size)) {
      const auto* first = static_cast<const std::uint8_t*>(copy.get()) + (view.data() - begin);
      return {view.dtype(), view.shape(), view.strides(), first, std::move(copy), 0};
    }
  }
  std::shared_ptr<const void> owner(
      begin, [begin = begin, size = size, shared = map_->shared, array = view.owner()](const void*) {
        shared ? io::give_back_pages(begin, size) : io::make_pages_cold(begin, size);
      });
  return {view.dtype(), view.shape(), view.strides(), view.data(), std::move(owner), 0};
}

}  // namespace treadle::python
