#pragma once

#include <vector>

#include "treadle/array_linalg.h"

// Square systems larger than a chunk: right-looking factorisation by block columns (Golub and Van Loan,
// Matrix Computations, 4th ed., sections 3.2.11 and 4.2.9; LAPACK's and LINPACK's order of work).
//
//     | F0 |    |    |     step 0 factors block column 0, pivots chosen in all of its rows;
//     |    | A1 | A2 |     then every later block column takes that step: rows exchanged, its part of U
//     |    |    |    |     found by the triangle of F0, what F0 explains subtracted. Step 1 factors A1 ...
//
// Right sides are block columns that take all steps, and then the steps back. A task holds two block columns.
namespace treadle::array {

/// How a matrix is taken apart.
enum class Elimination : std::uint8_t {
  /// P a = L U, rows exchanged.
  kLu,
  /// a = L L^H of the lower triangle of `a`.
  kCholesky,
  /// `a` is a triangle already.
  kLowerTriangle,
  kUpperTriangle,
};

/// `a` (square, of a working type) in block columns: all of it if it is small, else of 512 columns, fewer
/// where a block column would be larger than 64 MiB.
Array in_block_columns(const Array& a);

/// x with a x = b, for `a` in block columns and `b` in chunks of whole columns. Throws InvalidArgument when
/// computing if a number to divide by is 0, or `a` is not positive definite.
Array solve_block_columns(const Array& a, const Array& b, Elimination elimination);

/// L of Cholesky's, in the block columns of `a`.
Array cholesky_block_columns(const Array& a);

/// P, L and U, in the block columns of `a`. Zeros on U's diagonal are left there.
LuFactors lu_block_columns(const Array& a);

}  // namespace treadle::array
