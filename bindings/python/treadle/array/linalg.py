"""Linear algebra, by the core: of tall matrices block by block, of square ones by block columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from treadle import _core
from treadle.array import native
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


def _core_of(a: Array) -> _core.Array:
    core = native.core_of(a)
    if core is None or a.dtype.kind in "Mm":
        raise TypeError(f"array type {a.dtype} is unsupported in linalg")
    return core


def _factors(made: tuple[_core.Array, ...], name: str) -> tuple[Array, ...]:
    return tuple(native.wrap(one, name) for one in made)


def _adjoint(a: Array) -> Array:
    result: Array = a.T.conj() if a.dtype.kind == "c" else a.T
    return result


def tsqr(data: Any, compute_svd: bool = False, _max_vchunk_size: Any = None) -> tuple[Array, ...]:
    """QR or SVD of a tall matrix: of each block, then of their factors R (Benson, Gleich and Demmel, 2013)."""
    data = _matrix(data)
    if data.numblocks[1] > 1:
        raise ValueError(
            f"Input must have the following properties: 1. Have two dimensions 2. Have only one column of blocks. "
            f"Found chunks {data.chunks}; rechunk({{1: -1}}) makes them so"
        )
    core = _core_of(data)
    return _factors(_core.array_svd(core), "svd") if compute_svd else _factors(_core.array_qr(core), "qr")


def sfqr(data: Any, name: Any = None) -> tuple[Array, ...]:
    """QR of a short matrix: of its leading square, the rest turned by it."""
    data = _matrix(data)
    return _factors(_core.array_qr(_core_of(data.rechunk({0: -1}))), "qr")


def qr(a: Any) -> tuple[Array, ...]:
    """QR factors of a matrix in one column of blocks (tall), or one row of them (short)."""
    a = _matrix(a)
    if a.numblocks[1] > 1 and a.numblocks[0] > 1:
        raise NotImplementedError(
            f"qr currently supports only tall-and-skinny (single column chunk/block; see tsqr) and short-and-fat "
            f"(single row chunk/block; see sfqr) matrices, found chunks {a.chunks}; "
            "rechunk({1: -1}) makes a column of blocks"
        )
    return _factors(_core.array_qr(_core_of(a)), "qr")


def svd(a: Any, coerce_signs: bool = True, full_matrices: bool = False) -> tuple[Array, Array, Array]:
    """The singular value decomposition of a matrix with one column or one row of blocks."""
    if full_matrices:
        raise NotImplementedError("svd(full_matrices=True): the factors have as many columns as the smaller side")
    a = _matrix(a)
    if a.numblocks[0] > 1 and a.numblocks[1] > 1:
        raise NotImplementedError(
            f"Array must be chunked in one dimension only. Found chunks {a.chunks}; "
            "rechunk({1: -1}) makes a column of blocks"
        )
    u, s, vh = _factors(_core.array_svd(_core_of(a)), "svd")
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
        q = qr(dot(_adjoint(a), q).rechunk({1: -1}))[0]
        sample = dot(a, q)
    q = qr(sample.rechunk({1: -1}))[0]
    compressed = dot(_adjoint(q), a).rechunk({0: -1})
    u, s, vh = svd(compressed, coerce_signs=False)
    u = dot(q, u)
    u, s, vh = u[:, :k], s[:k], vh[:k]
    if coerce_signs:
        u, vh = _with_signs(u, vh)
    return u, s, vh


def inv(a: Any) -> Array:
    """The inverse of a matrix."""
    return native.wrap(_core.array_inv(_core_of(_matrix(a, square=True))), "inv")


def cholesky(a: Any, lower: bool = False) -> Array:
    """The Cholesky factor of a positive-definite matrix; the upper one unless ``lower``."""
    factor = native.wrap(_core.array_cholesky(_core_of(_matrix(a, square=True))), "cholesky")
    return factor if lower else _adjoint(factor)


def lu(a: Any) -> tuple[Array, ...]:
    """The factors P, L and U with partial pivoting."""
    a = _matrix(a, square=True)
    return _factors(_core.array_lu(_core_of(a)), "lu")


def _right_side(a: Array, b: Any) -> Array:
    b = asarray(b)
    if b.shape[0] != a.shape[0]:
        raise ValueError(f"expected a right side of {a.shape[0]} rows, found the shape {b.shape}")
    return b


def solve(a: Any, b: Any, sym_pos: Any = None, assume_a: str = "gen") -> Array:
    """The solution x of a x = b; by Cholesky if ``assume_a`` is ``"pos"``."""
    a = _matrix(a, square=True)
    b = _right_side(a, b)
    positive = bool(sym_pos) or assume_a == "pos"
    return native.wrap(_core.array_solve(_core_of(a), _core_of(b), positive), "solve").rechunk(b.chunks)


def solve_triangular(a: Any, b: Any, lower: bool = False) -> Array:
    """The solution x of a x = b for a triangular matrix; its other half is not looked at."""
    a = _matrix(a, square=True)
    b = _right_side(a, b)
    made = _core.array_solve_triangular(_core_of(a), _core_of(b), lower)
    return native.wrap(made, "solve_triangular").rechunk(b.chunks)


def lstsq(a: Any, b: Any) -> tuple[Array, Array, Array, Array]:
    """The least squares solution, its residuals, the rank and the singular values of ``a``."""
    a, b = _matrix(a), asarray(b)
    q, r = qr(a)
    x = solve_triangular(r, dot(_adjoint(q), b))
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
