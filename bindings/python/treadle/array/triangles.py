"""What lies below or above a diagonal."""

from __future__ import annotations

from typing import Any

import numpy as np

from treadle.array.axes import check_known
from treadle.array.chunking import Chunks
from treadle.array.collection import Array
from treadle.array.creation import asarray


def tril_indices(n: int, k: int = 0, m: int | None = None, chunks: Any = "auto") -> tuple[Array, ...]:
    """The places at and below a diagonal of a matrix of ``n`` rows."""
    from treadle.array.creation import tri
    from treadle.array.searching import nonzero

    return nonzero(tri(n, m, k, bool, chunks))


def triu_indices(n: int, k: int = 0, m: int | None = None, chunks: Any = "auto") -> tuple[Array, ...]:
    """The places at and above a diagonal of a matrix of ``n`` rows."""
    from treadle.array.creation import tri
    from treadle.array.searching import nonzero

    return nonzero(~tri(n, m, k - 1, bool, chunks))


def tril_indices_from(arr: Any, k: int = 0) -> tuple[Array, ...]:
    """The places at and below a diagonal of a matrix."""
    return tril_indices(*_rows_of(arr, k))


def triu_indices_from(arr: Any, k: int = 0) -> tuple[Array, ...]:
    """The places at and above a diagonal of a matrix."""
    return triu_indices(*_rows_of(arr, k))


def _rows_of(arr: Any, k: int) -> tuple[int, int, int, Chunks]:
    arr = asarray(arr)
    if arr.ndim != 2:
        raise ValueError("input array must be 2-d")
    return arr.shape[0], k, arr.shape[1], arr.chunks


def tril(m: Any, k: int = 0) -> Array:
    """The elements at and below a diagonal; zero elsewhere."""
    from treadle.array.creation import tri
    from treadle.array.elementwise import where

    m = asarray(m)
    check_known(m, "tril()")
    return where(tri(m.shape[-2], m.shape[-1], k, bool, m.chunks[-2:]), m, np.zeros((), m.dtype)[()])


def triu(m: Any, k: int = 0) -> Array:
    """The elements at and above a diagonal; zero elsewhere."""
    from treadle.array.creation import tri
    from treadle.array.elementwise import where

    m = asarray(m)
    check_known(m, "triu()")
    return where(tri(m.shape[-2], m.shape[-1], k - 1, bool, m.chunks[-2:]), np.zeros((), m.dtype)[()], m)
