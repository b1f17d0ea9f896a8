#include <utility>

#include "array/kept_chunks.h"
#include "array/nodes/step.h"
#include "treadle/array.h"
#include "treadle/error.h"

namespace treadle::array {

Array from_chunks(const Chunks& chunks, std::vector<NdArray> blocks) {
  if (blocks.size() != chunks.size() || blocks.empty()) {
    throw InvalidArgument("expected as many blocks as there are chunks in " + chunks.to_string() +
                          ", found " + std::to_string(blocks.size()));
  }
  const DType dtype = blocks[0].dtype();
  for (std::size_t block = 0; block < blocks.size(); ++block) {
    const Shape expected = chunks.block_shape(chunks.place(block));
    const Shape& found = blocks[block].shape();
    bool same = found.size() == expected.size() && blocks[block].dtype() == dtype;
    for (std::size_t i = 0; same && i < found.size(); ++i) same = expected[i] < 0 || expected[i] == found[i];
    if (!same) {
      throw InvalidArgument("expected a block of " + dtype.name() + " and shape " + to_string(expected) +
                            ", found " + blocks[block].dtype().name() + " and " + to_string(found));
    }
    // The plan holds them: they are no memory of a run's.
    const NdArray& own = blocks[block];
    blocks[block] = NdArray(own.dtype(), own.shape(), own.strides(), own.data(), own.owner(), 0);
  }
  std::vector<Value> values;
  for (NdArray& block : blocks) values.push_back(Value::of(std::move(block)));
  return of_kept_chunks(chunks, dtype, std::move(values));
}

Array of_kept_chunks(const Chunks& chunks, DType dtype, std::vector<Value> values) {
  return Array(std::make_shared<const Step>(
      "Chunks", chunks.to_string(), unique_key(), dtype, chunks, std::vector<lazy::NodePtr>{},
      [values = std::move(values)](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>&) {
        std::vector<TaskOutput> outputs;
        for (const Value& value : values) outputs.push_back({lowering.graph().add_value(value)});
        return outputs;
      }));
}

}  // namespace treadle::array
