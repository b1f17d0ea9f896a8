#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "treadle/nd_array.h"
#include "treadle/operation.h"

namespace treadle::array {

/// What a task makes of chunks.
using ChunkFunction = std::function<NdArray(std::span<const NdArray> inputs, TaskContext& context)>;

/// What the memory that a task takes besides its inputs is known to be at most.
struct ChunkMemory {
  std::size_t output = 0;
  std::size_t scratch = 0;
};

/// An operation "array.NAME" on chunks. `identity`: everything that determines the result besides the inputs.
std::shared_ptr<const Operation> chunk_operation(std::string_view name, const Key& identity,
                                                 ChunkMemory memory, ChunkFunction run);
/// The same with an identity of its own: for users' functions.
std::shared_ptr<const Operation> unique_chunk_operation(std::string_view name, ChunkMemory memory,
                                                        ChunkFunction run);
/// An operation of several slots.
using ChunksFunction =
    std::function<std::vector<NdArray>(std::span<const NdArray> inputs, TaskContext& context)>;
std::shared_ptr<const Operation> chunks_operation(std::string_view name, const Key& identity,
                                                  std::uint32_t num_slots, ChunkMemory memory,
                                                  ChunksFunction run);

}  // namespace treadle::array
