#include "array/nodes/source.h"

#include <utility>

#include "array/kernels/program_codec.h"
#include "array/nodes/portable_source.h"
#include "array/operations/chunk_call.h"
#include "treadle/error.h"

namespace treadle::array {
namespace {

NdArray read_chunk(std::span<const NdArray>, TaskContext& context, const SourceField& field,
                   const std::vector<AxisSlice>& region) {
  NdArray chunk = field.source->read(region, context);
  Shape shape;
  for (const AxisSlice& axis : region) shape.push_back(axis.count);
  if (chunk.shape() != shape)
    throw InternalError("a source answered with " + to_string(chunk.shape()) + " for " + to_string(shape));
  return chunk;
}

constexpr ChunkCall kRead("read", read_chunk);
[[maybe_unused]] const bool kRegistered = register_chunk_call<kRead>();

/// Where the source cannot leave the process, neither can the operation.
std::shared_ptr<const Operation> read_operation(const SourceField& field, std::vector<AxisSlice> region,
                                                const Key& identity, std::size_t bytes) {
  const ChunkMemory memory{bytes, 0};
  if (field.portable()) return kRead({.memory = memory, .identity = identity}, field, std::move(region));
  return chunk_operation(
      "read", identity, memory,
      [field, region = std::move(region)](std::span<const NdArray> chunks, TaskContext& context) {
        return read_chunk(chunks, context, field, region);
      });
}

}  // namespace

lazy::NodePtr Source::with_inputs(std::vector<lazy::NodePtr>) const { return shared_from_this(); }

void Source::add_to(KeyBuilder& key) const {
  source_->add_to(key);
  key.add(dtype().name());
  for (const auto& axis : chunks().axes()) {
    key.add(static_cast<std::uint64_t>(axis.size()));
    for (const std::int64_t length : axis) key.add(length);
  }
}

std::vector<TaskOutput> Source::lower(lazy::Lowering& lowering) const {
  std::vector<TaskOutput> blocks;
  for (std::size_t block = 0; block < chunks().size(); ++block) {
    const std::vector<std::size_t> place = chunks().place(block);
    const Shape shape = chunks().block_shape(place);
    const Shape offset = chunks().block_offset(place);
    std::vector<AxisSlice> region;
    KeyBuilder identity("array.source");
    source_->add_to(identity);
    for (std::size_t i = 0; i < shape.size(); ++i) {
      region.push_back({offset[i], 1, shape[i]});
      identity.add(offset[i]).add(shape[i]);
    }
    const auto bytes = static_cast<std::size_t>(num_elements(shape)) * dtype().size();
    blocks.push_back({lowering.graph().add(
        read_operation({source_}, std::move(region), identity.finish(), source_->read_bytes(bytes)))});
  }
  return blocks;
}

}  // namespace treadle::array
