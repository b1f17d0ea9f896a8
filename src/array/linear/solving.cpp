#include "array/align.h"
#include "array/linear/block_columns.h"
#include "array/linear/matrices.h"
#include "treadle/array_linalg.h"
#include "treadle/array_manipulation.h"
#include "treadle/error.h"

// Square systems and what stands on them.
namespace treadle::array {
namespace {

Array solve_by(const Array& a, const Array& b, Elimination elimination) {
  require_square(a, "solve");
  require_known(b, "solve");
  if (b.ndim() == 1) return squeeze(solve_by(a, expand_dims(b, {1}), elimination), {{1}});
  if (b.ndim() != 2 || b.shape()[0] != a.shape()[0]) {
    throw InvalidArgument("expected right sides of " + std::to_string(a.shape()[0]) +
                          " rows, found the shape " + to_string(b.shape()));
  }
  const DType dtype = answer_type(promote(a.dtype(), b.dtype()));
  const DType work = working_type(dtype);
  const Array right = b.astype(work).rechunk(Chunking::some({{0, std::int64_t{-1}}}));
  return solve_block_columns(in_block_columns(a.astype(work)), right, elimination).astype(dtype);
}

/// The chunks of the answer are those of the argument.
Array as_cut(const Array& made, const Array& a) { return made.rechunk(Chunking(a.chunks())); }

}  // namespace

Array solve(const Array& a, const Array& b, bool positive_definite) {
  return solve_by(a, b, positive_definite ? Elimination::kCholesky : Elimination::kLu);
}

Array solve_triangular(const Array& a, const Array& b, bool lower) {
  return solve_by(a, b, lower ? Elimination::kLowerTriangle : Elimination::kUpperTriangle);
}

Array inv(const Array& a) {
  require_square(a, "the inverse");
  const Array columns = in_block_columns(a);
  const Array one = eye(a.shape()[0], {}, 0, answer_type(a.dtype()), Chunking(columns.chunks()));
  return as_cut(solve(a, one), a);
}

Array cholesky(const Array& a) {
  require_square(a, "the Cholesky factor");
  const DType dtype = answer_type(a.dtype());
  const Array columns = in_block_columns(a.astype(working_type(dtype)));
  return as_cut(cholesky_block_columns(columns).astype(dtype), a);
}

LuFactors lu(const Array& a) {
  require_square(a, "LU factorisation");
  const DType dtype = answer_type(a.dtype());
  const LuFactors parts = lu_block_columns(in_block_columns(a.astype(working_type(dtype))));
  return {as_cut(parts.p.astype(dtype), a), as_cut(parts.lower.astype(dtype), a),
          as_cut(parts.upper.astype(dtype), a)};
}

Array lstsq(const Array& a, const Array& b) {
  const auto [q, r] = qr(a);
  return solve_triangular(r, tensordot(conjugate_transpose(q), b, 1), false);
}

}  // namespace treadle::array
