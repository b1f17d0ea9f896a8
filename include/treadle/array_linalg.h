#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "treadle/array.h"
#include "treadle/array_random.h"

// Linear algebra: OpenBLAS and LAPACK on chunks, one thread a task. The library is loaded at the first use of
// a product or factorisation.
namespace treadle::array {

/// NumPy's matmul: rows times columns over the last two axes, the others broadcast; a 1-d argument is a row
/// (first) or a column (second). Products of chunks add up in their order.
Array matmul(const Array& a, const Array& b);
/// NumPy's dot: sums over the last axis of `a` and the second last of `b`.
Array dot(const Array& a, const Array& b);
/// Sums over pairs of axes.
Array tensordot(const Array& a, const Array& b, std::vector<std::int64_t> axes_a,
                std::vector<std::int64_t> axes_b);
/// Sums over the last `axes` axes of `a` and the first ones of `b`.
Array tensordot(const Array& a, const Array& b, std::int64_t axes = 2);
/// NumPy's einsum with letters and "...": "ij,jk->ik". Two operands at a time, from the left.
Array einsum(std::string_view subscripts, std::vector<Array> operands);

/// QR of a matrix in one column of chunks (tall and skinny; Benson, Gleich and Demmel, 2013), or in one row
/// of chunks. Throws InvalidArgument naming the rechunk that helps.
std::pair<Array, Array> qr(const Array& a);
struct Svd {
  Array u, s, vt;
};
/// Singular values, descending, of a matrix of one row or one column of chunks.
Svd svd(const Array& a);
/// The `rank` largest, approximately (Halko, Martinsson and Tropp, 2011), by random projection and
/// `num_power_iterations`; for any chunks.
Svd svd_compressed(const Array& a, std::int64_t rank, Random& random, int num_power_iterations = 0,
                   std::int64_t num_oversamples = 10);

// Square matrices larger than a chunk are worked on by block columns of at most 512 columns, several at a
// time (right-looking elimination; Golub and Van Loan, Matrix Computations); a task holds two of them. The
// chunks of the answers are those of the argument.

/// x with a x = b, for square `a`: by LU with partial pivoting, or by Cholesky if `a` is `positive_definite`.
/// Throws InvalidArgument when computing if `a` is singular, or not positive definite.
Array solve(const Array& a, const Array& b, bool positive_definite = false);
/// The same for a triangle; the other half of `a` is not looked at.
Array solve_triangular(const Array& a, const Array& b, bool lower = false);
/// The inverse of a square matrix.
Array inv(const Array& a);
/// The lower triangle whose product with its conjugate transpose is `a`. Looks at the lower half of `a`.
Array cholesky(const Array& a);
struct LuFactors {
  Array p, lower, upper;
};
/// a = p lower upper, with partial pivoting: `p` a permutation, `lower` with ones on its diagonal.
LuFactors lu(const Array& a);
/// The least squares of a x = b for a tall matrix.
Array lstsq(const Array& a, const Array& b);
/// NumPy's norm: `order` is a number (infinities included), or unset for the root of the sum of squares. Over
/// one axis (vectors), two (matrices: unset, 1, -1, and infinities), or all elements.
Array norm(const Array& x, std::optional<double> order = {}, const ReduceOptions& options = {});

}  // namespace treadle::array
