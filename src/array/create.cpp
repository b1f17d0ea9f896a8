#include <algorithm>
#include <cmath>
#include <utility>

#include "array/kernels/program_codec.h"
#include "array/kernels/ufunc.h"
#include "array/nodes/portable_source.h"
#include "array/nodes/source.h"
#include "memory/buffer.h"
#include "treadle/array.h"
#include "treadle/codecs.h"
#include "treadle/error.h"

// Arrays that come from memory or from a formula.
namespace treadle::array {
namespace {

/// One element as another type.
NdArray cast_element(const NdArray& value, DType dtype) {
  if (value.dtype() == dtype) return value;
  if (value.dtype().is_time() != dtype.is_time()) {
    throw TypeError("expected a value of " + dtype.name() + ", found one of " + value.dtype().name());
  }
  BufferBuilder bytes(dtype.size());
  const void* from = value.data();
  cast_function(value.dtype().kind(), dtype.kind())(&from, bytes.data(), 1);
  const BufferPtr buffer = bytes.finish();
  return {dtype, {}, {}, buffer->data(), buffer->owner(), buffer->size()};
}

class InMemory final : public PortableSource {
 public:
  explicit InMemory(NdArray array) : array_(std::move(array)) {}
  std::string to_string() const override { return "memory " + treadle::to_string(array_.shape()); }
  NdArray read(std::span<const AxisSlice> region, TaskContext&) const override {
    const NdArray view = array_.sliced(region);
    // The array is there as long as the plan is: its chunks hold nothing more.
    return {view.dtype(), view.shape(), view.strides(), view.data(), view.owner(), 0};
  }
  std::size_t read_bytes(std::size_t) const override { return 0; }
  std::string_view reader_name() const override { return kReader; }
  void write(ByteSink& sink) const override { Codec<NdArray>::write(array_, sink); }
  static std::shared_ptr<const ArraySource> read(ByteSource& source) {
    return std::make_shared<const InMemory>(Codec<NdArray>::read(source));
  }
  static constexpr std::string_view kReader = "memory";

 private:
  NdArray array_;
};

class Constant final : public PortableSource {
 public:
  explicit Constant(NdArray value) : value_(std::move(value)) {}
  std::string to_string() const override { return "full " + value_.to_string(); }
  NdArray read(std::span<const AxisSlice> region, TaskContext&) const override {
    Shape shape;
    for (const AxisSlice& axis : region) shape.push_back(axis.count);
    return NdArray::full(std::move(shape), value_);
  }
  std::size_t read_bytes(std::size_t) const override { return value_.nbytes(); }
  void add_to(KeyBuilder& key) const override {
    key.add("full").add(value_.dtype().name());
    key.add_bytes({reinterpret_cast<const std::byte*>(value_.data()), value_.nbytes()});
  }
  std::string_view reader_name() const override { return kReader; }
  void write(ByteSink& sink) const override { Codec<NdArray>::write(value_, sink); }
  static std::shared_ptr<const ArraySource> read(ByteSource& source) {
    return std::make_shared<const Constant>(Codec<NdArray>::read(source));
  }
  static constexpr std::string_view kReader = "full";

 private:
  NdArray value_;
};

/// The elements of a region in C order: `element(index)` for each, cast to `dtype`.
template <class T, class Element>
NdArray generate(std::span<const AxisSlice> region, DType dtype, Element&& element) {
  Shape shape;
  for (const AxisSlice& axis : region) shape.push_back(axis.count);
  const auto count = static_cast<std::size_t>(num_elements(shape));
  BufferBuilder values(count * sizeof(T));
  if (count != 0) element(values.as<T>());
  BufferBuilder bytes;
  if (dtype.kind() == element_kind_of<T>() || (dtype.is_time() && std::is_same_v<T, std::int64_t>)) {
    bytes = std::move(values);
  } else {
    bytes.resize(count * dtype.size());
    const void* from = values.data();
    cast_function(*element_kind_of<T>(), dtype.kind())(&from, bytes.data(), count);
  }
  const BufferPtr buffer = bytes.finish();
  std::vector<std::int64_t> strides = packed_strides(shape, dtype.size());
  return {dtype, std::move(shape), std::move(strides), buffer->data(), buffer->owner(), buffer->size()};
}

/// start + index * step.
template <class T>
class Range final : public PortableSource {
 public:
  Range(T start, T step, DType dtype) : start_(start), step_(step), dtype_(dtype) {}
  std::string to_string() const override {
    return "range from " + std::to_string(start_) + " by " + std::to_string(step_);
  }
  NdArray read(std::span<const AxisSlice> region, TaskContext&) const override {
    const AxisSlice& axis = region[0];
    return generate<T>(region, dtype_, [&](T* to) {
      for (std::int64_t i = 0; i < axis.count; ++i) {
        to[i] = start_ + static_cast<T>(axis.start + i * axis.step) * step_;
      }
    });
  }
  void add_to(KeyBuilder& key) const override {
    key.add("range").add(dtype_.name()).add(start_).add(step_).add(std::is_integral_v<T>);
  }
  std::string_view reader_name() const override { return kReader; }
  void write(ByteSink& sink) const override {
    Codec<T>::write(start_, sink);
    Codec<T>::write(step_, sink);
    Codec<DType>::write(dtype_, sink);
  }
  static std::shared_ptr<const ArraySource> read(ByteSource& source) {
    const T start = Codec<T>::read(source);
    const T step = Codec<T>::read(source);
    return std::make_shared<const Range>(start, step, Codec<DType>::read(source));
  }
  static constexpr std::string_view kReader = std::is_integral_v<T> ? "range of integers" : "range of floats";

 private:
  T start_;
  T step_;
  DType dtype_;
};

class Line final : public PortableSource {
 public:
  Line(double start, double stop, std::int64_t num, bool endpoint, DType dtype)
      : start_(start), stop_(stop), num_(num), endpoint_(endpoint), dtype_(dtype) {}
  std::string to_string() const override {
    return "linspace " + std::to_string(start_) + " to " + std::to_string(stop_);
  }
  NdArray read(std::span<const AxisSlice> region, TaskContext&) const override {
    const AxisSlice& axis = region[0];
    const std::int64_t steps = endpoint_ ? num_ - 1 : num_;
    const double step = (stop_ - start_) / static_cast<double>(std::max<std::int64_t>(steps, 1));
    return generate<double>(region, dtype_, [&](double* to) {
      for (std::int64_t i = 0; i < axis.count; ++i) {
        const std::int64_t index = axis.start + i * axis.step;
        to[i] = static_cast<double>(index) * step + start_;
        if (endpoint_ && num_ > 1 && index == num_ - 1) to[i] = stop_;
        if (dtype_.is_integer()) to[i] = std::floor(to[i]);
      }
    });
  }
  void add_to(KeyBuilder& key) const override {
    key.add("linspace").add(dtype_.name()).add(start_).add(stop_).add(num_).add(endpoint_);
  }
  std::string_view reader_name() const override { return kReader; }
  void write(ByteSink& sink) const override {
    Codec<double>::write(start_, sink);
    Codec<double>::write(stop_, sink);
    Codec<std::int64_t>::write(num_, sink);
    Codec<bool>::write(endpoint_, sink);
    Codec<DType>::write(dtype_, sink);
  }
  static std::shared_ptr<const ArraySource> read(ByteSource& source) {
    const double start = Codec<double>::read(source);
    const double stop = Codec<double>::read(source);
    const auto num = Codec<std::int64_t>::read(source);
    const bool endpoint = Codec<bool>::read(source);
    return std::make_shared<const Line>(start, stop, num, endpoint, Codec<DType>::read(source));
  }
  static constexpr std::string_view kReader = "linspace";

 private:
  double start_;
  double stop_;
  std::int64_t num_;
  bool endpoint_;
  DType dtype_;
};

class Diagonal final : public PortableSource {
 public:
  Diagonal(std::int64_t diagonal, DType dtype) : diagonal_(diagonal), dtype_(dtype) {}
  std::string to_string() const override { return "eye " + std::to_string(diagonal_); }
  NdArray read(std::span<const AxisSlice> region, TaskContext&) const override {
    return generate<std::int8_t>(region, dtype_, [&](std::int8_t* to) {
      for (std::int64_t row = 0; row < region[0].count; ++row) {
        for (std::int64_t column = 0; column < region[1].count; ++column) {
          const std::int64_t y = region[0].start + row * region[0].step;
          const std::int64_t x = region[1].start + column * region[1].step;
          *to++ = x == y + diagonal_ ? 1 : 0;
        }
      }
    });
  }
  void add_to(KeyBuilder& key) const override { key.add("eye").add(dtype_.name()).add(diagonal_); }
  std::string_view reader_name() const override { return kReader; }
  void write(ByteSink& sink) const override {
    Codec<std::int64_t>::write(diagonal_, sink);
    Codec<DType>::write(dtype_, sink);
  }
  static std::shared_ptr<const ArraySource> read(ByteSource& source) {
    const auto diagonal = Codec<std::int64_t>::read(source);
    return std::make_shared<const Diagonal>(diagonal, Codec<DType>::read(source));
  }
  static constexpr std::string_view kReader = "eye";

 private:
  std::int64_t diagonal_;
  DType dtype_;
};

template <class... Sources>
bool register_sources() {
  return (register_source(Sources::kReader, &Sources::read) && ...);
}
[[maybe_unused]] const bool kRegistered =
    register_sources<InMemory, Constant, Range<std::int64_t>, Range<double>, Line, Diagonal>();

double as_double(const ArrayOperand::Number& number) {
  if (std::holds_alternative<std::complex<double>>(number)) {
    throw TypeError("expected real numbers for a range, found a complex one");
  }
  if (const auto* real = std::get_if<double>(&number)) return *real;
  if (const auto* integer = std::get_if<std::int64_t>(&number)) return static_cast<double>(*integer);
  return std::get<bool>(number) ? 1 : 0;
}

bool is_integer(const ArrayOperand::Number& number) {
  return std::holds_alternative<std::int64_t>(number) || std::holds_alternative<bool>(number);
}

std::int64_t as_integer(const ArrayOperand::Number& number) {
  if (const auto* integer = std::get_if<std::int64_t>(&number)) return *integer;
  return std::get<bool>(number) ? 1 : 0;
}

/// How many of first, first + step, ... come before `stop`.
std::int64_t num_steps(std::int64_t first, std::int64_t stop, std::int64_t step) {
  if (step > 0 ? first >= stop : first <= stop) return 0;
  const auto distance = [](std::int64_t from, std::int64_t to) {
    return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
  };
  const std::uint64_t way = step > 0 ? distance(first, stop) : distance(stop, first);
  const std::uint64_t stride = step > 0 ? static_cast<std::uint64_t>(step) : distance(step, 0);
  return static_cast<std::int64_t>((way - 1) / stride + 1);
}

}  // namespace

Array from_source(std::shared_ptr<const ArraySource> source, const Shape& shape, DType dtype,
                  const Chunking& chunking) {
  num_elements(shape);
  return Array(
      std::make_shared<const Source>(std::move(source), dtype, chunking.chunks_of(shape, dtype.size())));
}

Array from_nd_array(NdArray array, const Chunking& chunking) {
  const Shape shape = array.shape();
  const DType dtype = array.dtype();
  return from_source(std::make_shared<const InMemory>(std::move(array)), shape, dtype, chunking);
}

Array full(const Shape& shape, const NdArray& value, std::optional<DType> dtype, const Chunking& chunking) {
  if (value.size() != 1) {
    throw InvalidArgument("expected one value to fill with, found the shape " + to_string(value.shape()));
  }
  const NdArray element = cast_element(value, dtype.value_or(value.dtype()));
  return from_source(std::make_shared<const Constant>(element), shape, element.dtype(), chunking);
}

Array zeros(const Shape& shape, DType dtype, const Chunking& chunking) {
  const NdArray zero = NdArray::scalar(std::int64_t{0});
  return full(shape, dtype.is_time() ? zero.viewed_as(dtype) : zero, dtype, chunking);
}

Array ones(const Shape& shape, DType dtype, const Chunking& chunking) {
  const NdArray one = NdArray::scalar(std::int64_t{1});
  return full(shape, dtype.is_time() ? one.viewed_as(dtype) : one, dtype, chunking);
}

Array arange(ArrayOperand::Number start, ArrayOperand::Number stop, ArrayOperand::Number step,
             std::optional<DType> dtype, const Chunking& chunking) {
  const double by = as_double(step);
  if (by == 0 || !std::isfinite(by))
    throw InvalidArgument("expected a step other than 0, found " + std::to_string(by));
  if (is_integer(start) && is_integer(stop) && is_integer(step)) {
    const std::int64_t first = as_integer(start);
    const std::int64_t stride = as_integer(step);
    const DType type = dtype.value_or(ElementKind::kInt64);
    const Shape shape = {num_steps(first, as_integer(stop), stride)};
    return from_source(std::make_shared<const Range<std::int64_t>>(first, stride, type), shape, type,
                       chunking);
  }
  const double count = std::ceil((as_double(stop) - as_double(start)) / by);
  if (!(count < 9e18))
    throw InvalidArgument("expected a range of finite length, found " + std::to_string(count));
  const DType type = dtype.value_or(ElementKind::kFloat64);
  const Shape shape = {count > 0 ? static_cast<std::int64_t>(count) : 0};
  // The distance of the first two elements, as NumPy takes it: `by` itself may lie between two numbers there.
  const double first = as_double(start);
  const double stride = (first + by) - first;
  return from_source(std::make_shared<const Range<double>>(first, stride, type), shape, type, chunking);
}

Array arange(std::int64_t stop, const Chunking& chunking) {
  return arange(std::int64_t{0}, stop, std::int64_t{1}, std::nullopt, chunking);
}

Array linspace(double start, double stop, std::int64_t num, bool endpoint, DType dtype,
               const Chunking& chunking) {
  if (num < 0)
    throw InvalidArgument("expected a number of points of 0 or more, found " + std::to_string(num));
  return from_source(std::make_shared<const Line>(start, stop, num, endpoint, dtype), {num}, dtype, chunking);
}

Array eye(std::int64_t rows, std::optional<std::int64_t> columns, std::int64_t diagonal, DType dtype,
          const Chunking& chunking) {
  return from_source(std::make_shared<const Diagonal>(diagonal, dtype), {rows, columns.value_or(rows)}, dtype,
                     chunking);
}

}  // namespace treadle::array
