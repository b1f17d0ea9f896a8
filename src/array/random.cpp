#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <tuple>
#include <utility>

#include "array/align.h"
#include "array/kernels/distributions.h"
#include "array/kernels/make_array.h"
#include "array/kernels/program_codec.h"
#include "array/kernels/ufunc.h"
#include "array/nodes/portable_source.h"
#include "array/nodes/step.h"
#include "array/operations/chunk_operation.h"
#include "treadle/array_manipulation.h"
#include "treadle/array_random.h"
#include "treadle/codecs.h"
#include "treadle/error.h"

namespace treadle::array {
namespace {

// Draws: an element from its bits. Each says by what its source is known elsewhere, and what it is made of.

struct UniformSingle {
  using Element = float;
  static constexpr std::string_view kReader = "random uniform float32";
  std::tuple<bool> fields;  // nothing to say
  // Cut, not rounded: 1 is not among them.
  float operator()(ElementBits& bits) const { return static_cast<float>(bits.next() >> 40) * 0x1p-24F; }
};

struct Uniform {
  using Element = double;
  static constexpr std::string_view kReader = "random uniform";
  std::tuple<bool> fields;
  double operator()(ElementBits& bits) const { return bits.uniform(); }
};

struct Integers {
  using Element = std::int64_t;
  static constexpr std::string_view kReader = "random integers";
  /// The lowest, and how many there are.
  std::tuple<std::int64_t, std::uint64_t> fields;
  std::int64_t operator()(ElementBits& bits) const {
    const auto [low, span] = fields;
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + bits.below(span));
  }
};

struct OfDistribution {
  using Element = double;
  static constexpr std::string_view kReader = "random distribution";
  explicit OfDistribution(std::tuple<std::string, std::vector<double>> name_and_parameters)
      : fields(std::move(name_and_parameters)), distribution(&find_distribution(std::get<0>(fields))) {}
  std::tuple<std::string, std::vector<double>> fields;
  const Distribution* distribution;
  double operator()(ElementBits& bits) const { return distribution->draw(bits, std::get<1>(fields)); }
};

struct Weighted {
  using Element = std::int64_t;
  static constexpr std::string_view kReader = "random weighted";
  /// The weights so far.
  std::tuple<std::vector<double>> fields;
  std::int64_t operator()(ElementBits& bits) const {
    const std::vector<double>& sums = std::get<0>(fields);
    const double at = bits.uniform() * sums.back();
    return std::upper_bound(sums.begin(), sums.end() - 1, at) - sums.begin();
  }
};

/// Elements made from their own bits.
template <class Draw>
class RandomSource final : public PortableSource {
 public:
  using T = typename Draw::Element;
  RandomSource(std::string text, std::uint64_t seed, std::uint64_t stream, Shape shape, DType dtype,
               Draw draw)
      : text_(std::move(text)),
        seed_(seed),
        stream_(stream),
        shape_(std::move(shape)),
        dtype_(dtype),
        draw_(std::move(draw)) {}

  std::string to_string() const override { return "random " + text_; }
  NdArray read(std::span<const AxisSlice> region, TaskContext& context) const override {
    Shape shape;
    for (const AxisSlice& axis : region) shape.push_back(axis.count);
    const auto count = static_cast<std::size_t>(num_elements(shape));
    BufferBuilder values(count * sizeof(T));
    T* to = values.as<T>();
    const std::size_t last = region.size() - (region.empty() ? 0 : 1);
    const std::int64_t line = region.empty() ? 1 : shape[last];
    std::vector<std::int64_t> at(last, 0);
    for (std::size_t done = 0; done < count; done += static_cast<std::size_t>(line)) {
      if (done % 65536 < static_cast<std::size_t>(line)) context.check_stopped();
      std::int64_t position = 0;
      for (std::size_t i = 0; i < last; ++i)
        position = position * shape_[i] + region[i].start + at[i] * region[i].step;
      if (!region.empty()) position = position * shape_[last] + region[last].start;
      for (std::int64_t i = 0; i < line; ++i) {
        ElementBits bits(seed_, stream_,
                         static_cast<std::uint64_t>(position + i * (region.empty() ? 0 : region[last].step)));
        *to++ = draw_(bits);
      }
      for (std::size_t i = last; i-- > 0;) {
        if (++at[i] < shape[i]) break;
        at[i] = 0;
      }
    }
    if (dtype_.kind() == element_kind_of<T>()) return make_array(dtype_, std::move(shape), std::move(values));
    BufferBuilder cast(count * dtype_.size());
    const void* from = values.data();
    cast_function(*element_kind_of<T>(), dtype_.kind())(&from, cast.data(), count);
    return make_array(dtype_, std::move(shape), std::move(cast));
  }
  void add_to(KeyBuilder& key) const override {
    key.add("random").add(text_).add(seed_).add(stream_).add(dtype_.name());
    for (const std::int64_t length : shape_) key.add(length);
  }
  std::string_view reader_name() const override { return Draw::kReader; }
  void write(ByteSink& sink) const override {
    Codec<std::string>::write(text_, sink);
    Codec<std::uint64_t>::write(seed_, sink);
    Codec<std::uint64_t>::write(stream_, sink);
    Codec<Shape>::write(shape_, sink);
    Codec<DType>::write(dtype_, sink);
    Codec<decltype(draw_.fields)>::write(draw_.fields, sink);
  }
  static std::shared_ptr<const ArraySource> read(ByteSource& source) {
    auto text = Codec<std::string>::read(source);
    const auto seed = Codec<std::uint64_t>::read(source);
    const auto stream = Codec<std::uint64_t>::read(source);
    auto shape = Codec<Shape>::read(source);
    const DType dtype = Codec<DType>::read(source);
    Draw draw{Codec<decltype(Draw::fields)>::read(source)};
    return std::make_shared<const RandomSource>(std::move(text), seed, stream, std::move(shape), dtype,
                                                std::move(draw));
  }

 private:
  std::string text_;
  std::uint64_t seed_;
  std::uint64_t stream_;
  Shape shape_;
  DType dtype_;
  Draw draw_;
};

template <class... Draws>
bool register_draws() {
  return (register_source(Draws::kReader, &RandomSource<Draws>::read) && ...);
}
[[maybe_unused]] const bool kRegistered =
    register_draws<UniformSingle, Uniform, Integers, OfDistribution, Weighted>();

template <class Draw>
Array from_draws(std::string text, std::uint64_t seed, std::uint64_t stream, const Shape& shape, DType dtype,
                 const Chunking& chunking, Draw draw) {
  return from_source(std::make_shared<const RandomSource<Draw>>(std::move(text), seed, stream, shape, dtype,
                                                                std::move(draw)),
                     shape, dtype, chunking);
}

std::string text_of(std::string_view name, const std::vector<double>& parameters) {
  std::string text(name);
  for (const double parameter : parameters) text += ' ' + NdArray::scalar(parameter).to_string();
  return text;
}

std::uint64_t seed_of_the_system() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

bool fits(std::int64_t low, std::int64_t last, DType dtype) {
  if (dtype.is_bool()) return low >= 0 && last <= 1;
  if (!dtype.is_integer()) return false;
  if (dtype.is_unsigned() && low < 0) return false;
  if (dtype.size() == 8) return true;
  const std::int64_t span = std::int64_t{1} << (8 * dtype.size() - (dtype.is_signed() ? 1 : 0));
  return low >= (dtype.is_signed() ? -span : 0) && last < span;
}

/// Elements of `from`, in memory of each task as a whole, at positions that an array holds.
Array gather_whole(const Array& from, const Array& positions) {
  const Array whole = from.rechunk(-1);
  KeyBuilder identity("array.gather");
  const Key key = identity.finish();
  const Chunks after = positions.chunks();
  return Array(std::make_shared<const Step>(
      "Gather", "", key, from.dtype(), after, std::vector<lazy::NodePtr>{whole.node(), positions.node()},
      [after, key, dtype = from.dtype()](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        const std::size_t bytes = static_cast<std::size_t>(after.largest()) * dtype.size();
        const auto operation = chunk_operation(
            "gather", key, {bytes, 0}, [dtype](std::span<const NdArray> chunks, TaskContext&) {
              const NdArray table = chunks[0].packed();
              const NdArray at = chunks[1].packed();
              BufferBuilder out = room_for(dtype, at.shape());
              for (std::size_t i = 0; i < static_cast<std::size_t>(at.size()); ++i) {
                const auto position = static_cast<std::size_t>(at.values<std::int64_t>()[i]);
                std::copy_n(table.data() + position * dtype.size(), dtype.size(),
                            out.data() + i * dtype.size());
              }
              return make_array(dtype, at.shape(), std::move(out));
            });
        std::vector<TaskOutput> blocks;
        for (std::size_t block = 0; block < after.size(); ++block) {
          blocks.push_back({lowering.graph().add(
              operation, {lowering.blocks(inputs[0])[0], lowering.blocks(inputs[1])[block]})});
        }
        return blocks;
      }));
}

}  // namespace

Random::Random(std::optional<std::uint64_t> seed) : seed_(seed ? *seed : seed_of_the_system()) {}

std::uint64_t Random::next_stream() { return ++calls_; }

Array Random::random(const Shape& shape, const Chunking& chunking, DType dtype) {
  if (!dtype.is_float())
    throw TypeError("expected float32 or float64 for numbers in [0, 1), found " + dtype.name());
  if (dtype == DType(ElementKind::kFloat32))
    return from_draws("uniform", seed_, next_stream(), shape, dtype, chunking, UniformSingle{});
  return from_draws("uniform", seed_, next_stream(), shape, dtype, chunking, Uniform{});
}

Array Random::integers(std::int64_t low, std::int64_t high, const Shape& shape, const Chunking& chunking,
                       DType dtype) {
  if (low >= high) {
    throw InvalidArgument("expected a low end below the high one, found " + std::to_string(low) + " and " +
                          std::to_string(high));
  }
  if (!fits(low, high - 1, dtype)) {
    throw InvalidArgument("expected a type that holds " + std::to_string(low) + " to " +
                          std::to_string(high - 1) + ", found " + dtype.name());
  }
  const std::uint64_t span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  return from_draws("integers " + std::to_string(low) + " " + std::to_string(high), seed_, next_stream(),
                    shape, dtype, chunking, Integers{{low, span}});
}

Array Random::distribution(std::string_view name, const std::vector<double>& parameters, const Shape& shape,
                           const Chunking& chunking) {
  const Distribution& found = find_distribution(name);
  if (parameters.size() != found.num_parameters) {
    throw InvalidArgument("expected " + std::to_string(found.num_parameters) + " parameters of " +
                          std::string(name) + ", found " + std::to_string(parameters.size()));
  }
  if (!found.allows(parameters)) {
    throw InvalidArgument("expected parameters for which there is such a distribution, found " +
                          text_of(name, parameters));
  }
  return from_draws(text_of(name, parameters), seed_, next_stream(), shape,
                    found.counts ? ElementKind::kInt64 : ElementKind::kFloat64, chunking,
                    OfDistribution({std::string(name), parameters}));
}

std::vector<std::int64_t> Random::permutation(std::int64_t count) {
  if (count < 0) throw InvalidArgument("expected a count of 0 or more, found " + std::to_string(count));
  const std::uint64_t stream = next_stream();
  std::vector<std::pair<std::uint64_t, std::int64_t>> drawn;
  for (std::int64_t i = 0; i < count; ++i) {
    drawn.emplace_back(ElementBits(seed_, stream, static_cast<std::uint64_t>(i)).next(), i);
  }
  std::sort(drawn.begin(), drawn.end());
  std::vector<std::int64_t> order;
  for (const auto& [bits, i] : drawn) order.push_back(i);
  return order;
}

Array Random::permutation(const Array& x) {
  require_known(x, "a permutation");
  checked_axis(0, x.ndim());
  return take(x, permutation(x.shape()[0]), 0);
}

Array Random::choice(const Array& from, std::int64_t count, bool replace,
                     const std::optional<std::vector<double>>& weights, const Chunking& chunking) {
  if (from.ndim() != 1)
    throw InvalidArgument("expected a 1-d array to choose from, found the shape " + to_string(from.shape()));
  const std::int64_t size = from.size();
  if (count < 0 || (size == 0 && count > 0) || (!replace && count > size)) {
    throw InvalidArgument("expected at most " + std::to_string(size) +
                          " elements to choose without replacement, found " + std::to_string(count));
  }
  std::vector<double> sums;
  if (weights) {
    const bool allowed =
        std::all_of(weights->begin(), weights->end(), [](double weight) { return weight >= 0; });
    sums.resize(weights->size());
    std::partial_sum(weights->begin(), weights->end(), sums.begin());
    if (!allowed || static_cast<std::int64_t>(sums.size()) != size ||
        (size > 0 && std::abs(sums.back() - 1) > 1e-8)) {
      throw InvalidArgument("expected " + std::to_string(size) + " probabilities that add up to 1, found " +
                            std::to_string(sums.size()) + " that add up to " +
                            std::to_string(sums.empty() ? 0 : sums.back()));
    }
  }
  if (!replace) {
    std::vector<std::int64_t> order = permutation(size);
    if (weights) {
      // The least of exponential times with these rates (Efraimidis and Spirakis, 2006).
      const std::uint64_t stream = next_stream();
      std::vector<double> times;
      for (std::int64_t i = 0; i < size; ++i) {
        ElementBits bits(seed_, stream, static_cast<std::uint64_t>(i));
        times.push_back(-std::log(bits.uniform_above_zero()) / (*weights)[static_cast<std::size_t>(i)]);
      }
      std::sort(order.begin(), order.end(), [&](auto a, auto b) {
        return std::pair(times[static_cast<std::size_t>(a)], a) <
               std::pair(times[static_cast<std::size_t>(b)], b);
      });
    }
    order.resize(static_cast<std::size_t>(count));
    return take(from, std::move(order), 0).rechunk(chunking);
  }
  if (!weights) return gather_whole(from, integers(0, std::max<std::int64_t>(size, 1), {count}, chunking));
  std::string text = "choice";
  for (const double weight : *weights) text += ' ' + NdArray::scalar(weight).to_string();
  return gather_whole(from, from_draws(text, seed_, next_stream(), {count}, ElementKind::kInt64, chunking,
                                       Weighted{{std::move(sums)}}));
}

}  // namespace treadle::array
