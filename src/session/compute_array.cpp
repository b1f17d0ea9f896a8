#include <span>
#include <utility>
#include <vector>

#include "array/kept_chunks.h"
#include "array/nodes/array_node.h"
#include "memory/kept_values.h"
#include "session/compute_blocks.h"
#include "treadle/array.h"

// The methods of Array that start work.
namespace treadle {
namespace {

/// The chunks of each array, in one run.
std::vector<std::vector<NdArray>> compute_chunks(std::span<const Array> arrays,
                                                 const ComputeOptions& options) {
  std::vector<lazy::NodePtr> roots;
  for (const Array& array : arrays) roots.push_back(array.node());
  std::vector<std::vector<NdArray>> chunks;
  for (const std::vector<Value>& blocks : session::compute_blocks(roots, options)) {
    std::vector<NdArray>& own = chunks.emplace_back();
    for (const Value& block : blocks) own.push_back(block.get<NdArray>());
  }
  return chunks;
}

/// The lengths that chunks turned out to have. `blocks`: values or handles.
Chunks known_chunks(const Chunks& planned, const std::vector<Value>& blocks) {
  if (planned.known()) return planned;
  std::vector<std::vector<std::int64_t>> axes = planned.axes();
  std::vector<std::size_t> place(axes.size(), 0);
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    for (std::size_t k = 0; k < axes[axis].size(); ++k) {
      place[axis] = k;
      axes[axis][k] = resolved(blocks[planned.number(place)]).get<NdArray>().shape()[axis];
    }
    place[axis] = 0;
  }
  return Chunks(std::move(axes));
}

}  // namespace

std::vector<NdArray> array::compute(std::span<const Array> arrays, const ComputeOptions& options) {
  const std::vector<std::vector<NdArray>> chunks = compute_chunks(arrays, options);
  std::vector<NdArray> results;
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    results.push_back(join_chunks(arrays[i].chunks(), chunks[i], arrays[i].dtype()));
  }
  return results;
}

NdArray Array::compute(const ComputeOptions& options) const { return array::compute({this, 1}, options)[0]; }

Array Array::persist(const ComputeOptions& options) const {
  const lazy::NodePtr root = node();
  std::vector<Value> blocks = std::move(session::persist_blocks({&root, 1}, options).front());
  const Chunks found = known_chunks(chunks(), blocks);
  return array::of_kept_chunks(found, dtype(), std::move(blocks));
}

Array Array::compute_chunk_sizes(const ComputeOptions& options) const {
  return chunks().known() ? *this : persist(options);
}

}  // namespace treadle
