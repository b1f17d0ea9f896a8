#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "treadle/dtype.h"
#include "treadle/value.h"

namespace treadle {

/// The lengths of an array's axes.
using Shape = std::vector<std::int64_t>;

/// "(3, 4)"; unknown lengths (negative) as "?".
std::string to_string(const Shape& shape);
/// The product of the lengths. Throws InvalidArgument for negative lengths and for more than 2^63 - 1.
std::int64_t num_elements(std::span<const std::int64_t> shape);

/// Some elements of an axis: start, start + step, ...; `count` of them.
struct AxisSlice {
  std::int64_t start = 0;
  std::int64_t step = 1;
  std::int64_t count = 0;
  bool operator==(const AxisSlice&) const = default;
};

/// The C++ type that elements of a kind are stored as; std::int64_t for datetimes and timedeltas.
template <class T>
constexpr std::optional<ElementKind> element_kind_of();

/// An array in memory: a chunk of an Array, or what an Array's compute() answers with. Immutable.
///
/// Elements lie at bytes data() + sum of index * stride; a shared owner keeps them alive, so that slices,
/// transposes, broadcasts and memory of others (memory maps, NumPy's arrays) are views that copy nothing.
/// Thread-safe. Spilled and sent in C order.
class NdArray {
 public:
  /// No elements of float64, of shape (0).
  NdArray();
  /// Elements that `owner` keeps alive, in C order. `borrowed`: the memory belongs to the program (a NumPy
  /// array, a memory map), is there whether or not Treadle looks at it, and so does not count as a value's
  /// size.
  NdArray(DType dtype, Shape shape, const void* data, std::shared_ptr<const void> owner, bool borrowed);
  /// As above with a stride, in bytes and possibly negative or zero, for each axis. `owned_bytes`: what the
  /// owner keeps resident; 0 for borrowed memory.
  NdArray(DType dtype, Shape shape, std::vector<std::int64_t> strides, const void* data,
          std::shared_ptr<const void> owner, std::size_t owned_bytes);
  /// A copy of `values`, in C order. Throws InvalidArgument unless there are as many as `shape` has elements.
  template <class T>
  static NdArray of(std::span<const T> values, Shape shape) {
    return copy_of(element_kind_of<T>().value(), values.data(), values.size(), std::move(shape));
  }
  template <class T>
  static NdArray of(const std::vector<T>& values, Shape shape) {
    return of(std::span<const T>(values), std::move(shape));
  }
  /// One value, without axes.
  template <class T>
  static NdArray scalar(T value) {
    return copy_of(element_kind_of<T>().value(), &value, 1, {});
  }
  /// `value`'s one element at each place of `shape`, held once (all strides are 0).
  static NdArray full(Shape shape, const NdArray& value);

  DType dtype() const noexcept { return dtype_; }
  const Shape& shape() const noexcept { return shape_; }
  const std::vector<std::int64_t>& strides() const noexcept { return strides_; }
  std::size_t ndim() const noexcept { return shape_.size(); }
  std::int64_t size() const noexcept { return size_; }
  /// Bytes of the elements, each counted once for each place.
  std::size_t nbytes() const noexcept { return static_cast<std::size_t>(size_) * dtype_.size(); }
  /// Bytes that the value keeps resident: its owner's.
  std::size_t owned_bytes() const noexcept { return owned_bytes_; }
  /// The first element.
  const std::uint8_t* data() const noexcept { return data_; }
  const std::shared_ptr<const void>& owner() const noexcept { return owner_; }
  /// Whether the elements lie one behind the other in C order.
  bool contiguous() const noexcept;

  /// The elements, in C order. Throws TypeError unless T is the element's type, InvalidArgument unless
  /// contiguous().
  template <class T>
  std::span<const T> values() const {
    check_values(element_kind_of<T>().value());
    return {reinterpret_cast<const T*>(data_), static_cast<std::size_t>(size_)};
  }
  /// The one element of an array of size 1.
  template <class T>
  T item() const {
    check_item(element_kind_of<T>().value());
    return *reinterpret_cast<const T*>(data_);
  }

  /// The same elements, one behind the other; itself if they are.
  NdArray packed() const;
  /// Views. The arguments are checked by InternalError only: Array's methods check what users pass.
  NdArray sliced(std::span<const AxisSlice> slices) const;
  /// Axis i of the answer is axis axes[i] of this.
  NdArray transposed(std::span<const std::size_t> axes) const;
  /// Axes of length 1 become longer, new axes appear in front.
  NdArray broadcast(const Shape& shape) const;
  /// As many elements in C order; a copy unless a view can be had.
  NdArray reshaped(const Shape& shape) const;
  /// The bytes as elements of another type of the same size.
  NdArray viewed_as(DType dtype) const;
  /// A packed copy if it keeps much more memory alive than it has elements, else itself.
  NdArray compacted() const;

  /// The elements as nested brackets, as NumPy prints them, short.
  std::string to_string() const;

 private:
  static NdArray copy_of(DType dtype, const void* values, std::size_t count, Shape shape);
  void check_values(ElementKind kind) const;
  void check_item(ElementKind kind) const;

  DType dtype_;
  Shape shape_;
  std::vector<std::int64_t> strides_;
  std::int64_t size_ = 0;
  const std::uint8_t* data_ = nullptr;
  std::shared_ptr<const void> owner_;
  std::size_t owned_bytes_ = 0;
};

/// The strides, in bytes, of elements in C order.
std::vector<std::int64_t> packed_strides(std::span<const std::int64_t> shape, std::size_t element_size);

template <>
struct Codec<NdArray> {
  static constexpr std::string_view kind = "nd_array";
  static std::size_t nbytes(const NdArray& array) {
    return sizeof array + 2 * array.ndim() * sizeof(std::int64_t) + array.owned_bytes();
  }
  static void write(const NdArray& array, ByteSink& sink);
  static NdArray read(ByteSource& source);
};

template <class T>
constexpr std::optional<ElementKind> element_kind_of() {
  if constexpr (std::is_same_v<T, bool>) return ElementKind::kBool;
  if constexpr (std::is_same_v<T, std::complex<float>>) return ElementKind::kComplex64;
  if constexpr (std::is_same_v<T, std::complex<double>>) return ElementKind::kComplex128;
  if constexpr (std::is_same_v<T, float>) return ElementKind::kFloat32;
  if constexpr (std::is_same_v<T, double>) return ElementKind::kFloat64;
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    constexpr int base = static_cast<int>(std::is_signed_v<T> ? ElementKind::kInt8 : ElementKind::kUInt8);
    constexpr int width = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
    return static_cast<ElementKind>(base + width);
  }
  return std::nullopt;
}

}  // namespace treadle
