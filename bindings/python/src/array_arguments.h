#pragma once

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/binding.h"
#include "treadle/array.h"

// What the package hands over to functions of arrays.
namespace treadle::python {

/// The lengths of the chunks along each axis; -1 where they are unknown.
using ChunkLengths = std::vector<std::vector<std::int64_t>>;

inline Chunking chunking_of(const ChunkLengths& lengths) { return Chunking(Chunks(lengths)); }

inline std::optional<Chunking> chunking_of(const std::optional<ChunkLengths>& lengths) {
  if (!lengths) return std::nullopt;
  return chunking_of(*lengths);
}

/// NumPy's code of a type ("<f8").
inline std::optional<DType> dtype_of(const std::optional<std::string>& code) {
  if (!code) return std::nullopt;
  return DType::parse(*code);
}

}  // namespace treadle::python
