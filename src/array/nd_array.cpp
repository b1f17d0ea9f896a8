#include "treadle/nd_array.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "array/kernels/copy.h"
#include "memory/buffer.h"
#include "treadle/error.h"

namespace treadle {
namespace {

void require(bool holds, const char* what) {
  if (!holds) throw InternalError(std::string("a view of an array in memory: ") + what);
}

NdArray make_owned(DType dtype, Shape shape, const BufferPtr& bytes) {
  std::vector<std::int64_t> strides = packed_strides(shape, dtype.size());
  return {dtype, std::move(shape), std::move(strides), bytes->data(), bytes->owner(), bytes->size()};
}

}  // namespace

std::string to_string(const Shape& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i != 0) text += ", ";
    text += shape[i] < 0 ? "?" : std::to_string(shape[i]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

std::int64_t num_elements(std::span<const std::int64_t> shape) {
  std::int64_t count = 1;
  bool too_many = false;
  for (const std::int64_t length : shape) {
    if (length < 0) throw InvalidArgument("expected lengths of 0 or more, found " + std::to_string(length));
    // A length of 0 makes all others count for nothing, however large.
    too_many |= __builtin_mul_overflow(count, std::max<std::int64_t>(length, 1), &count);
  }
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  if (too_many) {
    throw InvalidArgument("expected fewer than 2^63 elements, found the shape " +
                          to_string(Shape(shape.begin(), shape.end())));
  }
  return count;
}

std::vector<std::int64_t> packed_strides(std::span<const std::int64_t> shape, std::size_t element_size) {
  std::vector<std::int64_t> strides(shape.size());
  auto stride = static_cast<std::int64_t>(element_size);
  for (std::size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= std::max<std::int64_t>(shape[i], 1);
  }
  return strides;
}

NdArray::NdArray() : NdArray(ElementKind::kFloat64, {0}, nullptr, nullptr, true) {}

NdArray::NdArray(DType dtype, Shape shape, const void* data, std::shared_ptr<const void> owner, bool borrowed)
    : NdArray(dtype, shape, packed_strides(shape, dtype.size()), data, std::move(owner),
              borrowed ? 0 : static_cast<std::size_t>(num_elements(shape)) * dtype.size()) {}

NdArray::NdArray(DType dtype, Shape shape, std::vector<std::int64_t> strides, const void* data,
                 std::shared_ptr<const void> owner, std::size_t owned_bytes)
    : dtype_(dtype),
      shape_(std::move(shape)),
      strides_(std::move(strides)),
      size_(num_elements(shape_)),
      data_(static_cast<const std::uint8_t*>(data)),
      owner_(std::move(owner)),
      owned_bytes_(owned_bytes) {
  require(strides_.size() == shape_.size(), "expected a stride for each axis");
}

NdArray NdArray::copy_of(DType dtype, const void* values, std::size_t count, Shape shape) {
  if (count != static_cast<std::size_t>(num_elements(shape))) {
    throw InvalidArgument("expected as many values as the shape " + treadle::to_string(shape) +
                          " has, found " + std::to_string(count));
  }
  return make_owned(dtype, std::move(shape), Buffer::copy(values, count * dtype.size()));
}

NdArray NdArray::full(Shape shape, const NdArray& value) {
  require(value.size() == 1, "expected one element to repeat");
  std::vector<std::int64_t> strides(shape.size(), 0);
  return {value.dtype(), std::move(shape), std::move(strides),
          value.data(),  value.owner(),    value.owned_bytes()};
}

bool NdArray::contiguous() const noexcept {
  if (size_ <= 1) return true;
  auto expected = static_cast<std::int64_t>(dtype_.size());
  for (std::size_t i = shape_.size(); i-- > 0;) {
    if (shape_[i] == 1) continue;
    if (strides_[i] != expected) return false;
    expected *= shape_[i];
  }
  return true;
}

void NdArray::check_values(ElementKind kind) const {
  const bool same = dtype_.kind() == kind || (dtype_.is_time() && kind == ElementKind::kInt64);
  if (!same) throw TypeError("expected elements of " + DType(kind).name() + ", found " + dtype_.name());
  if (!contiguous()) {
    throw InvalidArgument("expected elements that lie in C order, found a strided view; see packed()");
  }
}

void NdArray::check_item(ElementKind kind) const {
  if (size_ != 1)
    throw InvalidArgument("expected one element, found the shape " + treadle::to_string(shape_));
  check_values(kind);
}

NdArray NdArray::packed() const {
  if (contiguous()) return *this;
  BufferBuilder bytes(nbytes());
  array::copy_elements(*this, bytes.data());
  return make_owned(dtype_, shape_, bytes.finish());
}

NdArray NdArray::sliced(std::span<const AxisSlice> slices) const {
  require(slices.size() == ndim(), "expected a slice for each axis");
  Shape shape(ndim());
  std::vector<std::int64_t> strides(ndim());
  const std::uint8_t* data = data_;
  for (std::size_t i = 0; i < ndim(); ++i) {
    const AxisSlice& slice = slices[i];
    if (slice.count > 0) {
      const std::int64_t last = slice.start + (slice.count - 1) * slice.step;
      require(slice.start >= 0 && slice.start < shape_[i] && last >= 0 && last < shape_[i],
              "a slice leaves its axis");
      if (size_ != 0) data += slice.start * strides_[i];
    }
    shape[i] = slice.count;
    strides[i] = strides_[i] * slice.step;
  }
  return {dtype_, std::move(shape), std::move(strides), data, owner_, owned_bytes_};
}

NdArray NdArray::transposed(std::span<const std::size_t> axes) const {
  require(axes.size() == ndim(), "expected each axis once");
  Shape shape;
  std::vector<std::int64_t> strides;
  for (const std::size_t axis : axes) {
    shape.push_back(shape_.at(axis));
    strides.push_back(strides_.at(axis));
  }
  return {dtype_, std::move(shape), std::move(strides), data_, owner_, owned_bytes_};
}

NdArray NdArray::broadcast(const Shape& shape) const {
  require(shape.size() >= ndim(), "expected at least as many axes");
  const std::size_t added = shape.size() - ndim();
  std::vector<std::int64_t> strides(shape.size(), 0);
  for (std::size_t i = 0; i < ndim(); ++i) {
    if (shape_[i] == shape[added + i])
      strides[added + i] = shape_[i] == 1 ? 0 : strides_[i];
    else
      require(shape_[i] == 1, "lengths do not match");
  }
  return {dtype_, shape, std::move(strides), data_, owner_, owned_bytes_};
}

NdArray NdArray::reshaped(const Shape& shape) const {
  require(num_elements(shape) == size_, "another number of elements");
  const NdArray flat = packed();
  return {dtype_, shape, packed_strides(shape, dtype_.size()), flat.data_, flat.owner_, flat.owned_bytes_};
}

NdArray NdArray::viewed_as(DType dtype) const {
  require(dtype.size() == dtype_.size(), "another size of elements");
  return {dtype, shape_, strides_, data_, owner_, owned_bytes_};
}

NdArray NdArray::compacted() const {
  if (owned_bytes_ <= 2 * nbytes() + 4096) return *this;
  BufferBuilder bytes(nbytes());
  array::copy_elements(*this, bytes.data());
  return make_owned(dtype_, shape_, bytes.finish());
}

void Codec<NdArray>::write(const NdArray& array, ByteSink& sink) {
  const auto kind = static_cast<std::uint8_t>(array.dtype().kind());
  const auto unit = static_cast<std::uint8_t>(array.dtype().unit());
  const std::uint32_t ndim = static_cast<std::uint32_t>(array.ndim());
  sink.write(&kind, 1);
  sink.write(&unit, 1);
  sink.write(&ndim, sizeof ndim);
  sink.write(array.shape().data(), ndim * sizeof(std::int64_t));
  const NdArray packed = array.packed();
  sink.write(packed.data(), packed.nbytes());
}

NdArray Codec<NdArray>::read(ByteSource& source) {
  std::uint8_t kind = 0;
  std::uint8_t unit = 0;
  std::uint32_t ndim = 0;
  source.read(&kind, 1);
  source.read(&unit, 1);
  source.read(&ndim, sizeof ndim);
  if (kind >= kNumElementKinds || unit > static_cast<std::uint8_t>(DateUnit::kAtto) || ndim > 64) {
    throw IoError("expected a written array, found other bytes");
  }
  Shape shape(ndim);
  source.read(shape.data(), ndim * sizeof(std::int64_t));
  const DType dtype(static_cast<ElementKind>(kind), static_cast<DateUnit>(unit));
  BufferBuilder bytes(static_cast<std::size_t>(num_elements(shape)) * dtype.size());
  source.read(bytes.data(), bytes.size());
  return make_owned(dtype, std::move(shape), bytes.finish());
}

}  // namespace treadle
