"""The same elements in another shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from treadle import _core
from treadle.array import blocks as rows
from treadle.array import native
from treadle.array.axes import check_known
from treadle.array.chunking import Chunks, bounds, is_unknown
from treadle.array.collection import Array
from treadle.array.creation import asarray
from treadle.array.rechunking import rechunk


def ravel(array_like: Any) -> Array:
    """The elements one behind the other."""
    x = asarray(array_like)
    if x.ndim == 1:
        return x
    return reshape(x, (-1,))


def flatten(x: Any) -> Array:
    """As ravel()."""
    return ravel(x)


def _rows_in_line(x: Array) -> Array:
    """The elements of chunks of rows, nobody knows how many, one behind the other."""
    x = rechunk(x, {axis: -1 for axis in range(1, x.ndim)})
    made = rows.call_each(np.ravel, [x._blocks], {}, x.npartitions, "ravel")
    return Array(made, ((np.nan,) * x.npartitions,), x.dtype, "ravel", x._masked)


def reshape(x: Any, shape: Any, merge_chunks: bool = True, limit: Any = None) -> Array:
    """The same elements, in C order, in another shape."""
    x = asarray(x)
    shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(int(length) for length in shape)
    unknown = [axis for axis, length in enumerate(x.shape) if is_unknown(length)]
    if unknown:
        if x.ndim == 1 and shape in ((-1,), ()):
            return x
        if unknown == [0] and shape == (-1,):
            return _rows_in_line(x)
        check_known(x, "reshape()")
    if shape.count(-1) > 1:
        raise ValueError("can only specify one unknown dimension")
    if -1 in shape:
        rest = -math.prod(shape)
        missing = x.size // rest if rest else 0
        shape = tuple(missing if length == -1 else length for length in shape)
    if math.prod(shape) != x.size:
        raise ValueError(f"cannot reshape array of size {x.size} into shape {shape}: it has the shape {x.shape}")
    if shape == x.shape:
        return x
    if x.size == 0:
        from treadle.array.creation import zeros

        return zeros(shape, x.dtype, chunks=tuple((length,) for length in shape))
    core = native.core_of(x)
    if core is not None:
        return native.wrap(_core.array_reshape(core, list(shape)), "reshape")
    if x.npartitions == 1:
        return _reshaped(x, tuple((length,) for length in shape))
    before: list[tuple[int, ...]] = []
    after: list[tuple[int, ...]] = []
    for old, new in _groups(x.shape, shape):
        own, made = _group_cut([x.chunks[axis] for axis in old], [shape[axis] for axis in new])
        before += own
        after += made
    return _reshaped(rechunk(x, tuple(before)), tuple(after))


def _reshaped(x: Array, chunks: Chunks) -> Array:
    return Array(
        rows.call_numbered(_reshape_block, [x._blocks, chunks], {}, rows.count(chunks), "reshape"),
        chunks,
        x.dtype,
        "reshape",
        x._masked,
    )


def _reshape_block(number: int, block: Any, chunks: Chunks) -> Any:
    place = np.unravel_index(number, [len(axis) for axis in chunks]) if chunks else ()
    return np.reshape(block, tuple(axis[int(index)] for axis, index in zip(chunks, place, strict=True)))


def _groups(old: Sequence[int], new: Sequence[int]) -> list[tuple[list[int], list[int]]]:
    """Runs of axes of both shapes that hold the same number of elements, as short as can be."""
    groups: list[tuple[list[int], list[int]]] = []
    i = j = 0
    while i < len(old) or j < len(new):
        left: list[int] = []
        right: list[int] = []
        size_left = size_right = 1
        while (not left and not right) or size_left != size_right:
            if (size_left <= size_right and i < len(old)) or j >= len(new):
                left.append(i)
                size_left *= old[i]
                i += 1
            else:
                right.append(j)
                size_right *= new[j]
                j += 1
        groups.append((left, right))
    return groups


def _group_cut(old: list[tuple[int, ...]], new: list[int]) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """How a run of axes is cut so that each block becomes a block of the other run: along its first long axis."""
    lengths = [sum(axis) for axis in old]
    first = next((i for i, length in enumerate(lengths) if length > 1), len(old) - 1)
    target = next((j for j, length in enumerate(new) if length > 1), len(new) - 1)
    if not old or not new or lengths[first : first + 1] == new[target : target + 1]:
        # Axes of length one come or go beside an axis that stays.
        kept = old[first] if old and lengths[first] > 1 else (1,)
        return [kept if i == first else (1,) for i in range(len(old))], [
            kept if j == target else (1,) for j in range(len(new))
        ]
    inner_old, inner_new = math.prod(lengths[first + 1 :]), math.prod(new[target + 1 :])
    # Borders where both a row of the old and a row of the new shape end.
    step = math.lcm(inner_old, inner_new)
    total = math.prod(lengths)
    cells = old[first]
    borders = sorted({min(total, math.ceil(stop * inner_old / step) * step) for _, stop in bounds(cells)} | {total})
    spans = [stop - start for start, stop in zip([0, *borders], borders, strict=False) if stop > start]
    own = tuple(span // inner_old for span in spans)
    made = tuple(span // inner_new for span in spans)
    return (
        [own if i == first else (lengths[i],) for i in range(len(old))],
        [made if j == target else (new[j],) for j in range(len(new))],
    )
