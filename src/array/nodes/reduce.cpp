#include "array/nodes/reduce.h"

#include <algorithm>
#include <map>
#include <utility>

#include "array/kernels/program_codec.h"
#include "array/nodes/elementwise.h"
#include "array/operations/chunk_call.h"

namespace treadle::array {
namespace {

/// So many states merge in one task.
constexpr std::size_t kFanIn = 16;
/// Fewer where states are large, as of the mean of a few long rows: a merge holds all of its inputs. By shape
/// alone, so that the bits are the same whatever memory there is.
constexpr std::size_t kMergedBytes = std::size_t{32} << 20;

Chunks reduced_chunks(const Chunks& whole, const ReduceSpec& spec) {
  std::vector<std::vector<std::int64_t>> axes;
  for (std::size_t i = 0; i < whole.ndim(); ++i) {
    if (!spec.axes[i])
      axes.push_back(whole.axis(i));
    else if (spec.keep_axes)
      axes.push_back({1});
  }
  return Chunks(std::move(axes));
}

std::size_t states_bytes(const Chunks& whole, const std::vector<bool>& reduced, std::size_t state_size) {
  std::size_t bytes = state_size;
  for (std::size_t i = 0; i < whole.ndim(); ++i) {
    if (reduced[i] || whole.axis(i).empty()) continue;
    const std::int64_t longest = *std::max_element(whole.axis(i).begin(), whole.axis(i).end());
    bytes *= static_cast<std::size_t>(std::max<std::int64_t>(longest, 1));
  }
  return bytes;
}

/// A reduction by its number in Reduction.
using ReductionNumber = std::uint8_t;

NdArray reduce_chunks(std::span<const NdArray> chunks, TaskContext&, const ReductionNumber& number,
                      const Program& program, const std::vector<bool>& axes, const std::int64_t& base,
                      const std::vector<std::int64_t>& weights) {
  const Shape shape = broadcast_shape(chunks);
  const Reducer reducer = find_reducer(static_cast<Reduction>(number), program.result_type());
  return reduce_chunk(reducer, program, broadcast_all(chunks, shape), shape, axes, {base, weights});
}

NdArray merge_chunks(std::span<const NdArray> chunks, TaskContext&, const ReductionNumber& number,
                     const DType& input) {
  return merge_states(find_reducer(static_cast<Reduction>(number), input), chunks);
}

NdArray finish_chunk(std::span<const NdArray> chunks, TaskContext&, const ReductionNumber& number,
                     const DType& input, const std::vector<bool>& axes, const bool& keep_axes,
                     const double& ddof) {
  return finish_states(find_reducer(static_cast<Reduction>(number), input), chunks[0], ddof, axes, keep_axes);
}

constexpr ChunkCall kReduce("reduce.chunk", reduce_chunks);
constexpr ChunkCall kMerge("reduce.merge", merge_chunks);
constexpr ChunkCall kFinish("reduce", finish_chunk);
[[maybe_unused]] const bool kRegistered =
    register_chunk_call<kReduce>() && register_chunk_call<kMerge>() && register_chunk_call<kFinish>();

}  // namespace

Reduce::Reduce(ReduceSpec spec, Program program, Chunks whole, std::vector<lazy::NodePtr> inputs)
    : ArrayNode(find_reducer(spec.reduction, program.result_type()).output, reduced_chunks(whole, spec),
                std::move(inputs)),
      spec_(std::move(spec)),
      program_(std::move(program)),
      whole_(std::move(whole)) {}

std::string Reduce::parameters() const {
  std::string text(name_of(spec_.reduction));
  text += ' ' + program_.to_string() + " over (";
  bool first = true;
  for (std::size_t i = 0; i < spec_.axes.size(); ++i) {
    if (!spec_.axes[i]) continue;
    text += (first ? "" : ", ") + std::to_string(i);
    first = false;
  }
  return text + ")";
}

lazy::NodePtr Reduce::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const Reduce>(spec_, program_, whole_, std::move(inputs));
}

void Reduce::add_to(KeyBuilder& key) const { key.add(identity()); }

Key Reduce::identity() const {
  KeyBuilder key("array.reduce");
  program_.add_to(key);
  key.add(name_of(spec_.reduction)).add(spec_.keep_axes).add(spec_.ddof);
  for (const bool axis : spec_.axes) key.add(axis);
  return key.finish();
}

IndexWeights Reduce::index_weights(std::span<const std::size_t> place) const {
  IndexWeights indices;
  if (!gives_index(spec_.reduction)) return indices;
  const Shape shape = whole_.shape();
  const Shape offset = whole_.block_offset(place);
  indices.weights.assign(shape.size(), 0);
  std::int64_t weight = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    if (!spec_.axes[i]) continue;
    indices.weights[i] = weight;
    indices.base += offset[i] * weight;
    weight *= shape[i];
  }
  return indices;
}

std::shared_ptr<const Operation> Reduce::partial_operation(const Reducer& reducer,
                                                           IndexWeights weights) const {
  const ChunkMemory memory{states_bytes(whole_, spec_.axes, reducer.state_size), 0};
  return kReduce({.memory = memory, .shown = std::string(name_of(spec_.reduction)) + ".chunk"},
                 static_cast<ReductionNumber>(spec_.reduction), program_, spec_.axes, weights.base,
                 std::move(weights.weights));
}

std::vector<TaskOutput> Reduce::lower(lazy::Lowering& lowering) const {
  const Reducer reducer = find_reducer(spec_.reduction, program_.result_type());
  const bool has_indices = gives_index(spec_.reduction);
  std::shared_ptr<const Operation> partial;
  // For each chunk of the result the states of the chunks it is made from, in their order.
  std::vector<std::vector<TaskOutput>> states(chunks().size());
  for (std::size_t block = 0; block < whole_.size(); ++block) {
    const std::vector<std::size_t> place = whole_.place(block);
    if (partial == nullptr || has_indices) partial = partial_operation(reducer, index_weights(place));
    const TaskOutput made{lowering.graph().add(partial, aligned_blocks(lowering, inputs(), whole_, place))};
    std::vector<std::size_t> to;
    for (std::size_t i = 0; i < place.size(); ++i) {
      if (!spec_.axes[i])
        to.push_back(place[i]);
      else if (spec_.keep_axes)
        to.push_back(0);
    }
    states[chunks().number(to)].push_back(made);
  }

  const std::size_t bytes = states_bytes(whole_, spec_.axes, reducer.state_size);
  const std::size_t fan_in =
      std::clamp<std::size_t>(kMergedBytes / std::max<std::size_t>(bytes, 1), 2, kFanIn);
  const auto number = static_cast<ReductionNumber>(spec_.reduction);
  const DType input = program_.result_type();
  const std::string name(name_of(spec_.reduction));
  const auto merge = kMerge({.memory = {bytes, 0}, .shown = name + ".merge"}, number, input);
  const auto finish = kFinish({.memory = {chunk_bytes(), 0}, .shown = name}, number, input, spec_.axes,
                              spec_.keep_axes, spec_.ddof);
  std::vector<TaskOutput> blocks;
  for (std::vector<TaskOutput>& level : states) {
    while (level.size() > 1) {
      std::vector<TaskOutput> merged;
      for (std::size_t i = 0; i < level.size(); i += fan_in) {
        const std::size_t count = std::min(fan_in, level.size() - i);
        merged.push_back({lowering.graph().add(merge, std::span(level).subspan(i, count))});
      }
      level = std::move(merged);
    }
    blocks.push_back({lowering.graph().add(finish, std::span<const TaskOutput>(level))});
  }
  return blocks;
}

}  // namespace treadle::array
