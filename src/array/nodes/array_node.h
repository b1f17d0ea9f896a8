#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lazy/blocks.h"
#include "treadle/chunks.h"
#include "treadle/dtype.h"

// The room of arrays.
//
//   NdArray   elements in memory; a chunk              kernels/     what is computed with elements; no graph
//   Chunks    how an array is cut                      operations/  what tasks do with chunks
//   Array     a lazy array: a handle to an ArrayNode   nodes/       the plan; rules/ make it better
//
//        Reduce sum                   a plan; each node becomes a row of tasks, one or more a chunk, and
//            |                        "Elementwise" runs inside what reads it
//        Elementwise add(a, b)
//          /        \                 .
//      Source     Transpose
//          \________/
namespace treadle::array {

/// A step whose result is an array: its blocks are its chunks, in C order, each an NdArray.
class ArrayNode : public lazy::BlockNode {
 public:
  ArrayNode(DType dtype, Chunks chunks, std::vector<lazy::NodePtr> inputs)
      : BlockNode(std::move(inputs)), dtype_(dtype), chunks_(std::move(chunks)) {}

  DType dtype() const noexcept { return dtype_; }
  const Chunks& chunks() const noexcept { return chunks_; }
  /// Bytes of the largest chunk, 0 if its shape is unknown.
  std::size_t chunk_bytes() const { return static_cast<std::size_t>(chunks_.largest()) * dtype_.size(); }

 private:
  DType dtype_;
  Chunks chunks_;
};

using ArrayNodePtr = std::shared_ptr<const ArrayNode>;

inline const ArrayNode& as_array(const lazy::NodePtr& node) { return static_cast<const ArrayNode&>(*node); }

}  // namespace treadle::array
