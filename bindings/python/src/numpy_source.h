#pragma once

#include <optional>
#include <string>

#include "io/mapped_memory.h"
#include "treadle/array.h"

namespace treadle::python {

/// Chunks that are views of a NumPy array. Of a memory map, the pages of a chunk are given back once nothing
/// looks at it any more; of one of mode c, whose changed pages must stay where they are, a chunk is a view of
/// another map of the file, with the changes in it.
class NumpySource final : public ArraySource {
 public:
  explicit NumpySource(NdArray array);

  std::string to_string() const override;
  NdArray read(std::span<const AxisSlice> region, TaskContext& context) const override;
  std::size_t read_bytes(std::size_t) const override { return 0; }

 private:
  NdArray array_;
  std::optional<io::MappedMemory> map_;
};

}  // namespace treadle::python
