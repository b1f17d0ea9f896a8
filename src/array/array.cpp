#include "treadle/array.h"

#include "array/kernels/copy.h"
#include "array/nodes/array_node.h"
#include "array/rules/rules.h"
#include "lazy/node.h"
#include "memory/buffer.h"
#include "treadle/error.h"

namespace treadle {

DType Array::dtype() const { return node_->dtype(); }
const Chunks& Array::chunks() const { return node_->chunks(); }
Shape Array::shape() const { return chunks().shape(); }

std::int64_t Array::size() const {
  if (!chunks().known()) {
    throw InvalidArgument("expected chunks of known sizes for the number of elements, found the chunks " +
                          chunks().to_string() + "; call compute_chunk_sizes() first");
  }
  return num_elements(shape());
}

std::string Array::explain(bool optimized) const {
  std::vector<lazy::NodePtr> roots = {node_};
  if (optimized) roots = lazy::rewrite(lazy::share_equal(roots), array::rules());
  return lazy::print(roots);
}

std::string Array::to_string() const {
  return "array<" + std::string(node_->kind()) + ", shape=" + treadle::to_string(shape()) +
         ", dtype=" + dtype().name() + ", chunks=" + chunks().to_string() + ">";
}

namespace array {

NdArray join_chunks(const Chunks& chunks, std::span<const NdArray> blocks, DType dtype) {
  if (blocks.size() == 1) return blocks[0];
  // What is unknown in the plan is known now: from the first chunk of each row of the grid.
  std::vector<std::vector<std::int64_t>> axes(chunks.ndim());
  std::vector<std::size_t> place(chunks.ndim(), 0);
  for (std::size_t i = 0; i < chunks.ndim(); ++i) {
    for (std::size_t k = 0; k < chunks.axis(i).size(); ++k) {
      place[i] = k;
      axes[i].push_back(blocks[chunks.number(place)].shape()[i]);
    }
    place[i] = 0;
  }
  const Chunks found(std::move(axes));
  const Shape shape = found.shape();
  const std::vector<std::int64_t> strides = packed_strides(shape, dtype.size());
  BufferBuilder bytes(static_cast<std::size_t>(num_elements(shape)) * dtype.size());
  for (std::size_t block = 0; block < blocks.size(); ++block) {
    const std::vector<std::size_t> at = found.place(block);
    if (blocks[block].shape() != found.block_shape(at)) {
      throw InvalidArgument("expected chunks that form a grid, found " + to_string(blocks[block].shape()) +
                            " for " + to_string(found.block_shape(at)));
    }
    const Shape offset = found.block_offset(at);
    std::int64_t first = 0;
    for (std::size_t i = 0; i < offset.size(); ++i) first += offset[i] * strides[i];
    if (blocks[block].size() != 0) copy_elements(blocks[block], bytes.data() + first, strides);
  }
  const BufferPtr buffer = bytes.finish();
  return {dtype, shape, strides, buffer->data(), buffer->owner(), buffer->size()};
}

}  // namespace array
}  // namespace treadle
