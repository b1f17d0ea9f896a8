"""Arrays in the shapes that elementwise functions give them."""

from __future__ import annotations

from typing import Any

import numpy as np

from treadle.array import blocks as rows
from treadle.array.axes import check_known
from treadle.array.chunking import Chunks, normalize_chunks
from treadle.array.collection import Array
from treadle.array.creation import asarray
from treadle.array.rechunking import rechunk


def broadcast_to(x: Any, shape: Any, chunks: Any = None, meta: Any = None) -> Array:
    """An array as one of a larger shape."""
    x = asarray(x)
    shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
    missing = len(shape) - x.ndim
    fits = missing >= 0 and all(own in (1, new) for own, new in zip(x.shape, shape[missing:], strict=True))
    if not fits:
        check_known(x, "broadcast_to()")
        raise ValueError(f"cannot broadcast shape {x.shape} to shape {shape}")
    default = tuple((length,) for length in shape[:missing]) + tuple(
        own if sum(own) == new else (new,) for own, new in zip(x.chunks, shape[missing:], strict=True)
    )
    cut = default if chunks is None else normalize_chunks(chunks, shape, dtype=x.dtype)
    x = (
        rechunk(x, tuple((1,) if x.shape[axis] == 1 else cut[axis + missing] for axis in range(x.ndim)))
        if x.ndim
        else x
    )
    if cut == x.chunks:
        return x
    from treadle.array.elementwise import aligned

    size = rows.count(cut)
    row = aligned(x, cut)
    made = rows.call_numbered(_broadcast_block, [row, cut], {}, size, "broadcast_to")
    return Array(made, cut, x.dtype, "broadcast_to", x._masked)


def _broadcast_block(number: int, block: Any, cut: Chunks) -> Any:
    place = np.unravel_index(number, [len(axis) for axis in cut])
    return np.broadcast_to(block, tuple(axis[int(index)] for axis, index in zip(cut, place, strict=True)))


def broadcast_arrays(*args: Any, subok: bool = False) -> tuple[Array, ...]:
    """Arrays as ones of their common shape."""
    from treadle.array.elementwise import broadcast_chunks

    arrays = [asarray(one) for one in args]
    if not arrays:
        return ()
    chunks, cut = broadcast_chunks(arrays)
    shape = tuple(sum(axis) for axis in chunks)
    return tuple(broadcast_to(one, shape, chunks) for one in cut)
