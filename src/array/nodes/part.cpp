#include "array/nodes/part.h"

#include <algorithm>
#include <utility>

#include "array/kernels/program_codec.h"
#include "array/operations/chunk_call.h"

namespace treadle::array {
namespace {

/// A chunk of the answer along one axis: which chunk of the input, and what of it.
struct ChunkSlice {
  std::size_t chunk;
  AxisSlice slice;
};

/// The parts of a slice of an axis in its chunks, in the order of the slice.
std::vector<ChunkSlice> cut_slice(const AxisSlice& slice, const std::vector<std::int64_t>& chunks) {
  std::vector<ChunkSlice> parts;
  std::int64_t begin = 0;
  for (std::size_t chunk = 0; chunk < chunks.size(); ++chunk) {
    const std::int64_t end = begin + chunks[chunk];
    // Which numbers of the slice lie in [begin, end).
    const std::int64_t step = slice.step > 0 ? slice.step : -slice.step;
    const auto ceil_div = [](std::int64_t a, std::int64_t b) { return a <= 0 ? 0 : (a - 1) / b + 1; };
    const std::int64_t low =
        slice.step > 0 ? ceil_div(begin - slice.start, step) : ceil_div(slice.start - end + 1, step);
    const std::int64_t high =
        slice.step > 0 ? ceil_div(end - slice.start, step) : ceil_div(slice.start - begin + 1, step);
    const std::int64_t last = std::min(high, slice.count);
    if (low < last)
      parts.push_back({chunk, {slice.start + low * slice.step - begin, slice.step, last - low}});
    begin = end;
  }
  if (slice.step < 0) std::reverse(parts.begin(), parts.end());
  if (parts.empty()) parts.push_back({0, {0, 1, 0}});
  return parts;
}

std::vector<ChunkSlice> chunk_slices(const AxisPart& part, const std::vector<std::int64_t>& chunks) {
  if (!part.whole) return cut_slice(part.slice, chunks);
  std::vector<ChunkSlice> slices;
  for (std::size_t i = 0; i < chunks.size(); ++i) slices.push_back({i, {0, 1, chunks[i]}});
  return slices;
}

Chunks part_chunks(const PartSpec& spec, const Chunks& before) {
  std::vector<std::vector<std::int64_t>> axes;
  for (const auto& axis : spec.output_axes) {
    if (!axis) {
      axes.push_back({1});
      continue;
    }
    std::vector<std::int64_t>& lengths = axes.emplace_back();
    for (const ChunkSlice& part : chunk_slices(spec.input_axes[*axis], before.axis(*axis)))
      lengths.push_back(part.slice.count);
  }
  return Chunks(std::move(axes));
}

using OutputAxes = std::vector<std::optional<std::size_t>>;

NdArray index_chunk(std::span<const NdArray> chunks, TaskContext&, const std::vector<AxisSlice>& slices,
                    const OutputAxes& output_axes) {
  return part_of(chunks[0], slices, output_axes);
}

constexpr ChunkCall kIndex("index", index_chunk);
[[maybe_unused]] const bool kRegistered = register_chunk_call<kIndex>();

}  // namespace

void PartSpec::add_to(KeyBuilder& key) const {
  key.add("array.part").add(static_cast<std::uint64_t>(input_axes.size()));
  for (const AxisPart& axis : input_axes) {
    key.add(axis.whole).add(axis.dropped);
    if (!axis.whole) key.add(axis.slice.start).add(axis.slice.step).add(axis.slice.count);
  }
  for (const auto& axis : output_axes) key.add(axis ? static_cast<std::int64_t>(*axis) : -1);
}

void PartSpec::write(ByteSink& sink) const {
  Codec<std::uint64_t>::write(input_axes.size(), sink);
  for (const AxisPart& axis : input_axes) {
    Codec<AxisSlice>::write(axis.slice, sink);
    Codec<bool>::write(axis.whole, sink);
    Codec<bool>::write(axis.dropped, sink);
  }
  Codec<OutputAxes>::write(output_axes, sink);
}

PartSpec PartSpec::read(ByteSource& source) {
  PartSpec spec;
  for (auto count = Codec<std::uint64_t>::read(source); count != 0; --count) {
    const AxisSlice slice = Codec<AxisSlice>::read(source);
    const bool whole = Codec<bool>::read(source);
    spec.input_axes.push_back({slice, whole, Codec<bool>::read(source)});
  }
  spec.output_axes = Codec<OutputAxes>::read(source);
  return spec;
}

Part::Part(PartSpec spec, const lazy::NodePtr& input)
    : ArrayNode(as_array(input).dtype(), part_chunks(spec, as_array(input).chunks()), {input}),
      spec_(std::move(spec)) {}

std::string Part::parameters() const {
  std::string text;
  for (const AxisPart& axis : spec_.input_axes) {
    text += text.empty() ? "" : ", ";
    if (axis.whole) {
      text += ':';
      continue;
    }
    text += std::to_string(axis.slice.start);
    if (axis.dropped) continue;
    text += ':' + std::to_string(axis.slice.start + axis.slice.count * axis.slice.step);
    if (axis.slice.step != 1) text += ':' + std::to_string(axis.slice.step);
  }
  return text;
}

lazy::NodePtr Part::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const Part>(spec_, inputs[0]);
}

std::int64_t Part::touched_elements() const {
  const Chunks& before = as_array(inputs()[0]).chunks();
  std::int64_t elements = 1;
  for (std::size_t i = 0; i < spec_.input_axes.size(); ++i) {
    std::int64_t length = 0;
    for (const ChunkSlice& part : chunk_slices(spec_.input_axes[i], before.axis(i))) {
      const std::int64_t chunk = before.axis(i).empty() ? 0 : before.axis(i)[part.chunk];
      if (chunk == kUnknownLength) return kUnknownLength;
      length += chunk;
    }
    elements *= length;
  }
  return elements;
}

NdArray part_of(const NdArray& array, std::span<const AxisSlice> slices,
                const std::vector<std::optional<std::size_t>>& output_axes) {
  std::vector<AxisSlice> own(slices.begin(), slices.end());
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (own[i].count == kUnknownLength) own[i].count = array.shape()[i];
  }
  const NdArray part = array.sliced(own);
  Shape shape;
  std::vector<std::int64_t> strides;
  for (const auto& axis : output_axes) {
    shape.push_back(axis ? part.shape()[*axis] : 1);
    strides.push_back(axis ? part.strides()[*axis] : 0);
  }
  return NdArray(part.dtype(), std::move(shape), std::move(strides), part.data(), part.owner(),
                 part.owned_bytes())
      .compacted();
}

std::vector<TaskOutput> Part::lower(lazy::Lowering& lowering) const {
  const Chunks& before = as_array(inputs()[0]).chunks();
  const std::vector<TaskOutput>& from = lowering.blocks(inputs()[0]);
  std::vector<std::vector<ChunkSlice>> axes;
  for (std::size_t i = 0; i < before.ndim(); ++i)
    axes.push_back(chunk_slices(spec_.input_axes[i], before.axis(i)));
  std::vector<TaskOutput> blocks;
  for (std::size_t block = 0; block < chunks().size(); ++block) {
    const std::vector<std::size_t> place = chunks().place(block);
    std::vector<std::size_t> at(axes.size(), 0);
    for (std::size_t i = 0; i < place.size(); ++i) {
      if (spec_.output_axes[i]) at[*spec_.output_axes[i]] = place[i];
    }
    std::vector<AxisSlice> slices;
    std::vector<std::size_t> chunk;
    for (std::size_t i = 0; i < at.size(); ++i) {
      const ChunkSlice& part = axes[i][at[i]];
      chunk.push_back(part.chunk);
      slices.push_back(part.slice);
    }
    const auto operation = kIndex({}, std::move(slices), spec_.output_axes);
    blocks.push_back({lowering.graph().add(operation, {from[before.number(chunk)]})});
  }
  return blocks;
}

}  // namespace treadle::array
