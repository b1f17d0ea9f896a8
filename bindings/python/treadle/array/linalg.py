"""Linear algebra: factors of tall matrices block by block, of others as wholes."""

from __future__ import annotations

from typing import Any

import numpy as np

from treadle import _core
from treadle.array import blocks as rows
from treadle.array.collection import Array
from treadle.array.creation import asarray
from treadle.array.functions import whole
from treadle.array.products import dot

__all__ = [
    "cholesky",
    "inv",
    "lstsq",
    "lu",
    "norm",
    "qr",
    "sfqr",
    "solve",
    "solve_triangular",
    "svd",
    "svd_compressed",
    "tsqr",
]


def _matrix(a: Any, square: bool = False) -> Array:
    a = asarray(a)
    if a.ndim != 2:
        raise ValueError(f"expected a matrix, found an array of shape {a.shape}")
    if square and a.shape[0] != a.shape[1]:
        raise ValueError(f"expected a square matrix, found one of shape {a.shape}")
    return a if a.dtype.kind in "fc" else a.astype(float)


def _field(values: Any, i: int) -> Any:
    return values[i]


def _fields(row: _core.Blocks, number: int) -> list[_core.Blocks]:
    return [rows.call_each(_field, [row, i], {}, row.num_blocks, "field") for i in range(number)]


def tsqr(data: Any, compute_svd: bool = False, _max_vchunk_size: Any = None) -> tuple[Array, ...]:
    """QR or SVD of a tall matrix: of each block, then of their factors R."""
    data = _matrix(data)
    if data.numblocks[1] > 1:
        raise ValueError(
            f"Input must have the following properties: 1. Have two dimensions 2. Have only one column of blocks. "
            f"Found chunks {data.chunks}; rechunk({{1: -1}}) makes them so"
        )
    heights, width = data.chunks[0], data.shape[1]
    first = rows.call_each(np.linalg.qr, [data._blocks], {}, data.npartitions, "qr")
    q_parts, r_parts = _fields(first, 2)
    second = rows.call_one(_qr_of_stacked, ([r_parts[i] for i in range(data.npartitions)],), "qr")
    inner = rows.call_each(_field, [second, 0], {}, 1, "qr")
    r = rows.call_each(_field, [second, 1], {}, 1, "qr")
    # Each block's factor R has as many rows as it has columns, or rows if those are fewer.
    borders = np.cumsum([0, *(min(height, width) for height in heights)]).tolist()
    rank = min(sum(heights), width, borders[-1])
    made = rows.call_numbered(_q_part, [q_parts, inner, borders], {}, data.npartitions, "qr")
    q_array = Array(made, (heights, (rank,)), data.dtype, "qr")
    r_array = Array(r, ((rank,), (width,)), data.dtype, "qr")
    if not compute_svd:
        return q_array, r_array
    least = min(rank, width)
    factors = rows.call_one(_svd, (r,), "svd")
    u, s, vh = _fields(factors, 3)
    left = dot(q_array, Array(u, ((rank,), (least,)), data.dtype, "svd"))
    real = np.zeros((), data.dtype).real.dtype
    return left, Array(s, ((least,),), real, "svd"), Array(vh, ((least,), (width,)), data.dtype, "svd")


def _qr_of_stacked(parts: Any) -> Any:
    return tuple(np.linalg.qr(np.concatenate(parts, axis=0)))


def _q_part(number: int, q: Any, inner: Any, borders: Any) -> Any:
    return q @ inner[borders[number] : borders[number + 1]]


def _svd(a: Any) -> Any:
    return tuple(np.linalg.svd(a, full_matrices=False))


def sfqr(data: Any, name: Any = None) -> tuple[Array, Array]:
    """QR of a short matrix: of its first block, the others turned by it."""
    data = _matrix(data)
    if data.numblocks[0] > 1 or data.chunks[0][0] > data.chunks[1][0]:
        data = data.rechunk(
            (-1, (data.shape[1],) if data.shape[1] <= data.shape[0] else (data.shape[0], data.shape[1] - data.shape[0]))
        )
    first = data[:, : data.chunks[1][0]]
    factors = rows.call_one(_qr_of_stacked, ([first._blocks],), "qr")
    q = Array(_fields(factors, 2)[0], (data.chunks[0], data.chunks[0]), data.dtype, "qr")
    return q, dot(q.T.conj(), data)


def qr(a: Any) -> tuple[Array, ...]:
    """QR factors of a matrix in one column of blocks (tall), or one row of them (short)."""
    a = _matrix(a)
    if a.numblocks[1] == 1:
        return tsqr(a)
    if a.numblocks[0] == 1:
        return sfqr(a)
    raise NotImplementedError(
        f"qr currently supports only tall-and-skinny (single column chunk/block; see tsqr) and short-and-fat "
        f"(single row "
        f"chunk/block; see sfqr) matrices, found chunks {a.chunks}; rechunk({{1: -1}}) makes a column of blocks"
    )


def svd(a: Any, coerce_signs: bool = True) -> tuple[Array, Array, Array]:
    """The singular value decomposition of a matrix with one column or one row of blocks."""
    a = _matrix(a)
    if a.numblocks[0] > 1 and a.numblocks[1] > 1:
        raise NotImplementedError(
            f"Array must be chunked in one dimension only. Found chunks {a.chunks}; "
            "rechunk({1: -1}) makes a column of blocks"
        )
    turned = a.numblocks[1] > 1 or (a.npartitions == 1 and a.shape[1] > a.shape[0])
    u, s, vh = tsqr(a.T if turned else a, compute_svd=True)
    if turned:
        u, vh = vh.T, u.T
    if coerce_signs:
        u, vh = _with_signs(u, vh)
    return u, s, vh


def _with_signs(u: Array, vh: Array) -> tuple[Array, Array]:
    """Signs that do not depend on the algorithm: each right vector's elements have a sum that is not negative."""
    total = vh.sum(axis=1, keepdims=True)
    signs = np.sign(total.real)
    signs = signs + (signs == 0)
    return u * signs.T, vh * signs


def svd_compressed(
    a: Any,
    k: int,
    iterator: str = "power",
    n_power_iter: int = 0,
    n_oversamples: int = 10,
    seed: Any = None,
    compute: bool = False,
    coerce_signs: bool = True,
) -> tuple[Array, Array, Array]:
    """The first k singular values and vectors, by random projection (Halko and others, 2011)."""
    from treadle.array.random import default_rng

    a = _matrix(a)
    size = min(k + n_oversamples, *a.shape)
    rng: Any = seed if hasattr(seed, "standard_normal") else default_rng(seed)
    omega = rng.standard_normal(size=(a.shape[1], size), chunks=(a.chunks[1], (size,))).astype(a.dtype)
    sample = dot(a, omega)
    for _ in range(n_power_iter):
        q = qr(sample.rechunk({1: -1}))[0]
        q = qr(dot(a.T.conj(), q).rechunk({1: -1}))[0]
        sample = dot(a, q)
    q = qr(sample.rechunk({1: -1}))[0]
    compressed = dot(q.T.conj(), a).rechunk({0: -1})
    u, s, vh = svd(compressed, coerce_signs=False)
    u = dot(q, u)
    u, s, vh = u[:, :k], s[:k], vh[:k]
    if coerce_signs:
        u, vh = _with_signs(u, vh)
    return u, s, vh


def _in_cut_of(result: Array, a: Array) -> Array:
    return result.rechunk(a.chunks)


def inv(a: Any) -> Array:
    """The inverse of a matrix."""
    a = _matrix(a, square=True)
    return _in_cut_of(whole(np.linalg.inv, [a], a.shape, a.dtype, "inv"), a)


def cholesky(a: Any, lower: bool = False) -> Array:
    """The Cholesky factor of a positive-definite matrix; the upper one unless ``lower``."""
    a = _matrix(a, square=True)
    factor = _in_cut_of(whole(np.linalg.cholesky, [a], a.shape, a.dtype, "cholesky"), a)
    return factor if lower else factor.T.conj()


def lu(a: Any) -> tuple[Array, Array, Array]:
    """The factors P, L and U with partial pivoting."""
    a = _matrix(a, square=True)
    factors = whole(_lu, [a], a.shape, a.dtype, "lu")._blocks
    n = ((a.shape[0],), (a.shape[0],))
    p, lower, upper = (Array(one, n, a.dtype, "lu").rechunk(a.chunks) for one in _fields(factors, 3))
    return p, lower, upper


def _lu(a: Any) -> Any:
    """Gaussian elimination; NumPy has none of its own."""
    n = len(a)
    upper = a.copy()
    order = np.arange(n)
    for i in range(n):
        pivot = i + int(np.argmax(np.abs(upper[i:, i])))
        if pivot != i:
            upper[[i, pivot]] = upper[[pivot, i]]
            order[[i, pivot]] = order[[pivot, i]]
        if upper[i, i] != 0:
            upper[i + 1 :, i] /= upper[i, i]
            upper[i + 1 :, i + 1 :] -= np.outer(upper[i + 1 :, i], upper[i, i + 1 :])
    p = np.zeros_like(a)
    p[order, np.arange(n)] = 1
    return p, np.tril(upper, -1) + np.eye(n, dtype=a.dtype), np.triu(upper)


def solve(a: Any, b: Any, sym_pos: Any = None, assume_a: str = "gen") -> Array:
    """The solution x of a x = b."""
    a, b = _matrix(a, square=True), asarray(b)
    if b.shape[0] != a.shape[0]:
        raise ValueError(f"expected a right side of {a.shape[0]} rows, found the shape {b.shape}")
    dtype = np.result_type(a.dtype, b.dtype)
    return _in_cut_of(whole(np.linalg.solve, [a, b], b.shape, dtype, "solve"), b)


def solve_triangular(a: Any, b: Any, lower: bool = False) -> Array:
    """The solution x of a x = b for a triangular matrix."""
    from treadle.array.shaping import tril, triu

    return solve(tril(a) if lower else triu(a), b)


def lstsq(a: Any, b: Any) -> tuple[Array, Array, Array, Array]:
    """The least squares solution, its residuals, the rank and the singular values of ``a``."""
    a, b = _matrix(a), asarray(b)
    q, r = qr(a)
    x = solve(r.rechunk(-1), dot(q.T.conj(), b).rechunk(-1))
    residuals = (abs(b - dot(a, x)) ** 2).sum(axis=0, keepdims=b.ndim == 1)
    rank = whole(np.linalg.matrix_rank, [r], (), np.intp, "matrix_rank")
    s = whole(_singular_values, [r], (min(r.shape),), np.zeros((), a.dtype).real.dtype, "svd")
    return x, residuals, rank, s


def _singular_values(a: Any) -> Any:
    return np.linalg.svd(a, compute_uv=False)


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Array:
    """A norm of vectors or matrices."""
    x = asarray(x)
    axes = tuple(range(x.ndim)) if axis is None else (axis,) if isinstance(axis, (int, np.integer)) else tuple(axis)
    size = abs(x if x.dtype.kind in "fc" else x.astype(float))
    if ord is None or ord == "fro" or (ord == 2 and len(axes) == 1):
        if ord == "fro" and len(axes) == 1:
            raise ValueError("Invalid norm order for vectors.")
        return np.sqrt((size * size).sum(axis=axes, keepdims=keepdims))
    if len(axes) == 1:
        return _vector_norm(size, ord, int(axes[0]), keepdims)
    if len(axes) == 2:
        return _matrix_norm(x, size, ord, axes, keepdims)
    raise ValueError("Improper number of dimensions to norm.")


def _vector_norm(size: Array, ord: Any, axis: int, keepdims: bool) -> Any:
    if ord == np.inf:
        return size.max(axis=axis, keepdims=keepdims)
    if ord == -np.inf:
        return size.min(axis=axis, keepdims=keepdims)
    if ord == 0:
        return (size != 0).astype(size.dtype).sum(axis=axis, keepdims=keepdims)
    if not isinstance(ord, (int, float, np.number)):
        raise ValueError(f"Invalid norm order {ord!r} for vectors.")
    return (size**ord).sum(axis=axis, keepdims=keepdims) ** (1.0 / ord)


def _matrix_norm(x: Array, size: Array, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    row, column = axes
    if ord in (1, -1, np.inf, -np.inf):
        first, second = (row, column) if abs(ord) == 1 else (column, row)
        sums = size.sum(axis=first, keepdims=True)
        result = sums.max(axis=second, keepdims=True) if ord > 0 else sums.min(axis=second, keepdims=True)
    elif ord in (2, -2, "nuc"):
        if x.ndim > 2:
            raise NotImplementedError("norms by singular values are there for matrices")
        s = svd(x if 1 in x.numblocks else x.rechunk({1: -1}), coerce_signs=False)[1]
        result = (s.sum(keepdims=True) if ord == "nuc" else s.max(keepdims=True) if ord == 2 else s.min(keepdims=True))[
            :, None
        ]
    else:
        raise ValueError(f"Invalid norm order {ord!r} for matrices.")
    return (
        result
        if keepdims
        else result[tuple(0 if axis in {one % x.ndim for one in axes} else slice(None) for axis in range(x.ndim))]
    )
