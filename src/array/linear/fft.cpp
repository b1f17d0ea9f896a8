#include <algorithm>
#include <climits>
#include <cmath>
#include <string>
#include <utility>

#include "array/align.h"
#include "array/kernels/make_array.h"
#include "array/kernels/visit.h"
#include "array/linear/linear_library.h"
#include "array/nodes/step.h"
#include "array/operations/chunk_call.h"
#include "treadle/array_fft.h"
#include "treadle/array_manipulation.h"
#include "treadle/error.h"

namespace treadle::array {
namespace {

using K = ElementKind;

/// What the six transforms have in common: from what to what, and which way.
struct Kind {
  std::string_view name;
  bool real_in;
  bool real_out;
  /// Whether the inverse's sign and scale are meant.
  bool inverse;
};
constexpr Kind kKinds[] = {{"fft", false, false, false},
                           {"ifft", false, false, true},
                           {"rfft", true, false, false},
                           {"irfft", false, true, true}};

const Kind& find_kind(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(kKinds), std::end(kKinds), [&](const Kind& kind) { return kind.name == name; });
  if (found == std::end(kKinds)) {
    throw NotFound("expected fft, ifft, rfft, irfft, hfft or ihfft, found " + std::string(name));
  }
  return *found;
}

DType input_type(const Kind& kind, DType dtype) {
  if (dtype.is_time()) throw TypeError("expected numbers to transform, found " + dtype.name());
  if (kind.real_in && dtype.is_complex())
    throw TypeError("expected real numbers for rfft, found " + dtype.name());
  const bool single = dtype == DType(K::kFloat32) || dtype == DType(K::kComplex64);
  if (kind.real_in) return single ? K::kFloat32 : K::kFloat64;
  return single ? K::kComplex64 : K::kComplex128;
}

bool is_single(DType dtype) { return dtype == DType(K::kFloat32) || dtype == DType(K::kComplex64); }

DType output_type(const Kind& kind, DType input) {
  if (kind.real_out) return is_single(input) ? K::kFloat32 : K::kFloat64;
  return is_single(input) ? K::kComplex64 : K::kComplex128;
}

double scale_of(FftNorm norm, bool inverse, std::int64_t n) {
  if (norm == FftNorm::kOrtho) return 1 / std::sqrt(static_cast<double>(n));
  return (norm == FftNorm::kBackward) == inverse ? 1 / static_cast<double>(n) : 1;
}

template <class T>
void transform(const Kind& kind, const AxisView& view, std::int64_t n, const NdArray& in,
               BufferBuilder& out) {
  const Transforms<T>& library = transforms(T{});
  using Complex = std::complex<T>;
  if (kind.real_in)
    library.real_lines(view.outer, n, view.inner, in.values<T>().data(), out.as<Complex>());
  else if (kind.real_out)
    library.inverse_real_lines(view.outer, n, view.inner, in.values<Complex>().data(), out.as<T>());
  else
    library.complex_lines(view.outer, n, view.inner, in.values<Complex>().data(), out.as<Complex>(),
                          !kind.inverse);
}

template <class T>
void scale_all(BufferBuilder& out, double scale) {
  T* values = out.as<T>();
  for (std::size_t i = 0; i < out.size() / sizeof(T); ++i) values[i] *= static_cast<T>(scale);
}

NdArray transform_chunk(const Kind& kind, const NdArray& chunk, std::size_t axis, std::int64_t n,
                        std::int64_t out_length, double scale) {
  const NdArray packed = chunk.packed();
  const AxisView view(packed.shape(), axis);
  if (view.inner > INT_MAX || n > INT_MAX)
    throw InvalidArgument("expected less than 2^31 elements behind and along an axis to transform");
  Shape shape = packed.shape();
  shape[axis] = out_length;
  const DType dtype = output_type(kind, packed.dtype());
  BufferBuilder out = room_for(dtype, shape);
  if (is_single(dtype))
    transform<float>(kind, view, n, packed, out);
  else
    transform<double>(kind, view, n, packed, out);
  if (scale != 1) {
    if (is_single(dtype))
      scale_all<float>(out, scale);
    else
      scale_all<double>(out, scale);
  }
  return make_array(dtype, std::move(shape), std::move(out));
}

NdArray transform_along(std::span<const NdArray> chunks, TaskContext&, const std::string& name,
                        const std::size_t& axis, const std::int64_t& n, const std::int64_t& out_length,
                        const double& scale) {
  return transform_chunk(find_kind(name), chunks[0], axis, n, out_length, scale);
}

constexpr ChunkCall kTransform("fft", transform_along);
[[maybe_unused]] const bool kRegistered = register_chunk_call<kTransform>();

/// Cut, or filled up with zeros.
Array with_length(const Array& x, std::size_t axis, std::int64_t length) {
  const std::int64_t before = x.shape()[axis];
  if (before == length) return x;
  if (before > length) {
    std::vector<Index> indices(x.ndim(), Slice{});
    indices[axis] = Slice{0, length};
    return index(x, indices);
  }
  Shape more = x.shape();
  more[axis] = length - before;
  return concatenate({x, zeros(more, x.dtype(), -1)}, static_cast<std::int64_t>(axis));
}

std::vector<std::int64_t> chosen_axes(const Array& x, const std::optional<std::vector<std::int64_t>>& axes,
                                      std::size_t count) {
  std::vector<std::int64_t> chosen;
  if (axes) {
    for (const std::int64_t axis : *axes)
      chosen.push_back(static_cast<std::int64_t>(checked_axis(axis, x.ndim())));
    return chosen;
  }
  if (count > x.ndim()) {
    throw InvalidArgument("expected at most " + std::to_string(x.ndim()) + " lengths, found " +
                          std::to_string(count));
  }
  for (std::size_t i = x.ndim() - count; i < x.ndim(); ++i) chosen.push_back(static_cast<std::int64_t>(i));
  return chosen;
}

FftNorm swapped(FftNorm norm) {
  if (norm == FftNorm::kOrtho) return norm;
  return norm == FftNorm::kBackward ? FftNorm::kForward : FftNorm::kBackward;
}

}  // namespace

Array fft(std::string_view name, const Array& x, std::optional<std::int64_t> length,
          std::int64_t axis_or_negative, FftNorm norm) {
  // A spectrum of real samples is what a real spectrum's samples are, conjugated.
  if (name == "hfft") return fft("irfft", apply("conjugate", {x}), length, axis_or_negative, swapped(norm));
  if (name == "ihfft") return apply("conjugate", {fft("rfft", x, length, axis_or_negative, swapped(norm))});
  const Kind kind = find_kind(name);
  const std::size_t axis = checked_axis(axis_or_negative, x.ndim());
  if (!x.chunks().known(axis)) require_known(x, "a transform");
  const std::int64_t n = length.value_or(kind.real_out ? 2 * (x.shape()[axis] - 1) : x.shape()[axis]);
  if (n < 1) throw InvalidArgument("expected at least one element to transform, found " + std::to_string(n));
  const DType in_type = input_type(kind, x.dtype());
  const Array whole = with_length(x.astype(in_type), axis, kind.real_out ? n / 2 + 1 : n)
                          .rechunk(Chunking::some({{static_cast<std::int64_t>(axis), std::int64_t{-1}}}));
  const std::int64_t out_length = kind.real_in ? n / 2 + 1 : n;
  const double scale = scale_of(norm, kind.inverse, n);
  std::vector<std::vector<std::int64_t>> axes = whole.chunks().axes();
  axes[axis] = {out_length};
  const Chunks after(std::move(axes));
  KeyBuilder identity("array.fft");
  const Key key = identity.add(name).add(static_cast<std::uint64_t>(axis)).add(n).add(scale).finish();
  const DType dtype = output_type(kind, in_type);
  return Array(std::make_shared<const Step>(
      "FFT", std::string(name) + " axis " + std::to_string(axis), key, dtype, after,
      std::vector<lazy::NodePtr>{whole.node()},
      [=](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        const std::size_t bytes = static_cast<std::size_t>(after.largest()) * dtype.size();
        const auto operation =
            kTransform({.memory = {bytes, 0}}, std::string(kind.name), axis, n, out_length, scale);
        std::vector<TaskOutput> blocks;
        for (const TaskOutput& block : lowering.blocks(inputs[0]))
          blocks.push_back({lowering.graph().add(operation, {block})});
        return blocks;
      }));
}

Array fftn(std::string_view name, const Array& x, const std::optional<std::vector<std::int64_t>>& lengths,
           const std::optional<std::vector<std::int64_t>>& axes, FftNorm norm) {
  const Kind& kind = find_kind(name);
  const std::vector<std::int64_t> chosen = chosen_axes(x, axes, lengths ? lengths->size() : x.ndim());
  if (chosen.empty() || (lengths && lengths->size() != chosen.size())) {
    throw InvalidArgument("expected a length for each of " + std::to_string(chosen.size()) + " axes, found " +
                          std::to_string(lengths ? lengths->size() : 0));
  }
  const auto along = [&](const Array& array, std::string_view which, std::size_t i) {
    return fft(which, array, lengths ? std::optional((*lengths)[i]) : std::nullopt, chosen[i], norm);
  };
  // The half spectrum is of the last axis: made first, undone last.
  const std::size_t last = chosen.size() - 1;
  Array result = kind.real_out ? x : along(x, name, last);
  for (std::size_t i = last; i-- > 0;) result = along(result, kind.inverse ? "ifft" : "fft", i);
  return kind.real_out ? along(result, name, last) : result;
}

Array fftshift(const Array& x, const std::optional<std::vector<std::int64_t>>& axes, bool inverse) {
  Array result = x;
  for (const std::int64_t axis : chosen_axes(x, axes, x.ndim())) {
    const std::int64_t length = x.shape()[static_cast<std::size_t>(axis)];
    const std::int64_t middle = inverse ? length / 2 : length - length / 2;
    std::vector<Index> front(x.ndim(), Slice{});
    std::vector<Index> back(x.ndim(), Slice{});
    front[static_cast<std::size_t>(axis)] = Slice{0, middle};
    back[static_cast<std::size_t>(axis)] = Slice{middle, {}};
    result = concatenate({index(result, back), index(result, front)}, axis);
  }
  return result;
}

Array fftfreq(std::int64_t n, double spacing, bool half, const Chunking& chunking) {
  if (n < 1) throw InvalidArgument("expected at least one sample, found " + std::to_string(n));
  const std::int64_t positive = half ? n / 2 + 1 : (n - 1) / 2 + 1;
  const Array first = arange(std::int64_t{0}, positive, std::int64_t{1});
  const Array all = half ? first : concatenate({first, arange(-(n / 2), std::int64_t{0}, std::int64_t{1})});
  return all.rechunk(chunking) * (1 / (static_cast<double>(n) * spacing));
}

}  // namespace treadle::array
