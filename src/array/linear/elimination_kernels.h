#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "array/linear/block_columns.h"

// What tasks do with block columns; the graph is made in block_columns.cpp.
namespace treadle::array {

/// Where a step stands: the block column's first column (row) and its width.
struct EliminationStep {
  Elimination elimination = Elimination::kLu;
  std::int64_t first = 0;
  std::int64_t width = 0;
};

/// The block column factored, rows above `first` left as they are; and for kLu its pivots, int32.
/// `refuse_singular`: a zero on U's diagonal is an InvalidArgument.
std::vector<NdArray> factor_column(const EliminationStep& step, const NdArray& column, bool refuse_singular);
/// A later block column, or right sides, after that step. `factored`: the block column, its pivots (kLu).
NdArray eliminate(const EliminationStep& step, std::span<const NdArray> factored, const NdArray& column);
/// The same for a later block column of Cholesky's, whose own first column is `first`: its lower triangle.
NdArray update_symmetric(const EliminationStep& step, const NdArray& factored, const NdArray& column,
                         std::int64_t first);
/// Right sides after the step back: of U, or of L^H.
NdArray substitute_back(const EliminationStep& step, const NdArray& factored, const NdArray& right);
/// L or U of a block column whose own step is `step`; `later`: for each later step its pivots, in order, and
/// its first row.
NdArray lower_part(const EliminationStep& step, const NdArray& factored,
                   std::span<const std::int64_t> later_rows, std::span<const NdArray> later);
NdArray upper_part(const EliminationStep& step, const NdArray& factored);
/// Columns `first` to `first` + `width` of P with a = P L U: `pivots` of all steps, which begin at `rows`.
NdArray permutation_part(std::int64_t first, std::int64_t width, std::int64_t size, DType dtype,
                         std::span<const std::int64_t> rows, std::span<const NdArray> pivots);

}  // namespace treadle::array
