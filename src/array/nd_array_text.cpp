#include <charconv>
#include <cmath>
#include <limits>

#include "treadle/nd_array.h"

// An array in memory as text: short, for messages, plans and examples.
namespace treadle {
namespace {

constexpr std::int64_t kMostPerAxis = 6;

template <class T>
std::string number_text(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  }
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  std::string result(text, end);
  if constexpr (std::is_floating_point_v<T>) {
    if (result.find_first_of(".e") == std::string::npos) result += '.';
  }
  return result;
}

template <class T>
std::string complex_text(std::complex<T> value) {
  const std::string imaginary = number_text(value.imag());
  return number_text(value.real()) + (imaginary.starts_with('-') ? "" : "+") + imaginary + "j";
}

std::string element_text(DType dtype, const std::uint8_t* at) {
  const auto as = [&]<class T>(T) { return *reinterpret_cast<const T*>(at); };
  switch (dtype.kind()) {
    case ElementKind::kBool:
      return as(bool{}) ? "True" : "False";
    case ElementKind::kInt8:
      return number_text(as(std::int8_t{}));
    case ElementKind::kInt16:
      return number_text(as(std::int16_t{}));
    case ElementKind::kInt32:
      return number_text(as(std::int32_t{}));
    case ElementKind::kInt64:
      return number_text(as(std::int64_t{}));
    case ElementKind::kUInt8:
      return number_text(as(std::uint8_t{}));
    case ElementKind::kUInt16:
      return number_text(as(std::uint16_t{}));
    case ElementKind::kUInt32:
      return number_text(as(std::uint32_t{}));
    case ElementKind::kUInt64:
      return number_text(as(std::uint64_t{}));
    case ElementKind::kFloat32:
      return number_text(as(float{}));
    case ElementKind::kFloat64:
      return number_text(as(double{}));
    case ElementKind::kComplex64:
      return complex_text(as(std::complex<float>{}));
    case ElementKind::kComplex128:
      return complex_text(as(std::complex<double>{}));
    case ElementKind::kDatetime:
    case ElementKind::kTimedelta:
      const auto count = as(std::int64_t{});
      return count == std::numeric_limits<std::int64_t>::min() ? "NaT" : number_text(count);
  }
  return {};
}

std::string axis_text(const NdArray& array, std::size_t axis, const std::uint8_t* at) {
  if (axis == array.ndim()) return element_text(array.dtype(), at);
  const std::int64_t length = array.shape()[axis];
  std::string text = "[";
  for (std::int64_t i = 0; i < length; ++i) {
    if (i != 0) text += ", ";
    if (length > kMostPerAxis && i == kMostPerAxis / 2) {
      text += "..., ";
      i = length - kMostPerAxis / 2;
    }
    text += axis_text(array, axis + 1, at + i * array.strides()[axis]);
  }
  return text + "]";
}

}  // namespace

std::string NdArray::to_string() const { return axis_text(*this, 0, data_); }

}  // namespace treadle
