#include "array/nodes/source.h"

#include "array/operations/chunk_operation.h"
#include "treadle/error.h"

namespace treadle::array {

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
    const auto read = [source = source_, region = std::move(region), shape](std::span<const NdArray>,
                                                                            TaskContext& context) {
      NdArray chunk = source->read(region, context);
      if (chunk.shape() != shape) {
        throw InternalError("a source answered with " + to_string(chunk.shape()) + " for " +
                            to_string(shape));
      }
      return chunk;
    };
    blocks.push_back({lowering.graph().add(
        chunk_operation("read", identity.finish(), {source_->read_bytes(bytes), 0}, read))});
  }
  return blocks;
}

}  // namespace treadle::array
