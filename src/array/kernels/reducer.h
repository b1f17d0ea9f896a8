#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "array/kernels/program.h"
#include "treadle/dtype.h"
#include "treadle/nd_array.h"

namespace treadle::array {

/// What values are reduced to. The nan-variants leave NaN (NaT) out.
enum class Reduction : std::uint8_t {
  kSum,
  kProd,
  kMean,
  kVar,
  kStd,
  kMin,
  kMax,
  kAny,
  kAll,
  kArgMin,
  kArgMax,
  kNanSum,
  kNanProd,
  kNanMean,
  kNanVar,
  kNanStd,
  kNanMin,
  kNanMax,
  kNanArgMin,
  kNanArgMax,
};

/// NumPy's name: "nanmean".
std::string_view name_of(Reduction reduction);
bool gives_index(Reduction reduction);
/// Whether nothing at all can be reduced: the sum of nothing is 0, the largest of nothing is an error.
bool has_identity(Reduction reduction);

/// A tile of values, one row behind the other, and the states that take them in.
struct ReduceTile {
  const void* values;
  std::int64_t rows;
  std::int64_t columns;
  /// For each row the number of the state of its first column.
  const std::int64_t* row_states;
  /// From a column's state to the next one's: 0 if columns are reduced, else 1.
  std::int64_t column_step;
  /// For each row the index of its first value, and from a column's to the next one's; for gives_index().
  const std::int64_t* row_indices;
  std::int64_t column_index_step;
};

/// How values of one type are reduced: by states, plain bytes that are made, take in tiles, merge and become
/// results. Sums add in eight lanes within a tile and with compensation (Neumaier, 1974) between tiles, so
/// that the error does not grow with the number of values.
struct Reducer {
  DType output;
  std::size_t state_size;
  void (*start)(void* states, std::size_t count);
  void (*add)(void* states, const ReduceTile& tile);
  void (*merge)(void* into, const void* from, std::size_t count);
  void (*finish)(const void* states, std::size_t count, double ddof, void* out);
};

/// Throws TypeError naming both if values of `input` cannot be so reduced.
Reducer find_reducer(Reduction reduction, DType input);

/// Where a chunk's elements stand in the whole array's count: that of index i is base + sum of i * weight.
struct IndexWeights {
  std::int64_t base = 0;
  std::vector<std::int64_t> weights;
};

/// The states of a program's values, reduced over some axes of `shape`: an array of bytes whose shape is
/// `shape` with 1 for each reduced axis, and the bytes of a state behind it.
NdArray reduce_chunk(const Reducer& reducer, const Program& program, std::span<const NdArray> inputs,
                     const Shape& shape, const std::vector<bool>& reduced, const IndexWeights& indices);
/// States of one shape, taken together in their order.
NdArray merge_states(const Reducer& reducer, std::span<const NdArray> states);
/// The results. `reduced` axes are dropped unless `keep_axes`.
NdArray finish_states(const Reducer& reducer, const NdArray& states, double ddof,
                      const std::vector<bool>& reduced, bool keep_axes);

}  // namespace treadle::array
