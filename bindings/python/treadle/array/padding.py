"""Arrays made longer by what they hold: pad, repeat, tile."""

from __future__ import annotations

from typing import Any

import numpy as np

from treadle.array import blocks as rows
from treadle.array.axes import check_axis, check_known
from treadle.array.collection import Array
from treadle.array.creation import asarray
from treadle.array.joining import concatenate
from treadle.array.reshaping import ravel


def repeat(a: Any, repeats: int, axis: Any = None) -> Array:
    """Each element so many times."""
    a = asarray(a)
    if axis is None:
        a, axis = ravel(a), 0
    if not isinstance(repeats, (int, np.integer)):
        raise NotImplementedError(
            "repeats of different numbers are not there; take() with np.repeat(np.arange(n), repeats) does it"
        )
    axis = check_axis(axis, a.ndim)
    cut = tuple(length * int(repeats) for length in a.chunks[axis])
    made = rows.call_each(_repeat, [a._blocks, int(repeats), axis], {}, a.npartitions, "repeat")
    return Array(made, (*a.chunks[:axis], cut, *a.chunks[axis + 1 :]), a.dtype, "repeat", a._masked)


def _repeat(block: Any, repeats: int, axis: int) -> Any:
    return np.repeat(block, repeats, axis)


def tile(A: Any, reps: Any) -> Array:
    """The whole array so many times."""
    A = asarray(A)
    counts = (reps,) if isinstance(reps, (int, np.integer)) else tuple(reps)
    if any(one < 0 for one in counts):
        raise ValueError("Negative `reps` are not allowed.")
    counts = (1,) * (A.ndim - len(counts)) + counts
    A = A[(None,) * (len(counts) - A.ndim)] if A.ndim < len(counts) else A
    for axis, times in enumerate(counts):
        if times == 0:
            A = A[(slice(None),) * axis + (slice(0, 0),)]
        elif times > 1:
            A = concatenate([A] * times, axis)
    return A


def pad(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Array:
    """A border in one of NumPy's modes."""
    array = asarray(array)
    check_known(array, "pad()")
    widths = np.broadcast_to(np.asarray(pad_width), (array.ndim, 2)).tolist()
    if mode == "constant":
        values = np.broadcast_to(np.asarray(kwargs.get("constant_values", 0)), (array.ndim, 2))
        return _pad_constant(array, widths, values)
    if mode in ("wrap", "edge", "reflect", "symmetric"):
        return _pad_taken(array, widths, mode, kwargs)
    from treadle.array.functions import whole

    shape = tuple(length + sum(width) for length, width in zip(array.shape, widths, strict=True))
    return whole(np.pad, [array], shape, array.dtype, "pad", pad_width=widths, mode=mode, **kwargs)


def _pad_constant(array: Array, widths: Any, values: Any) -> Array:
    from treadle.array.creation import full

    for axis, (before, after) in enumerate(widths):
        parts = [array]
        for width, value, front in ((before, values[axis][0], True), (after, values[axis][1], False)):
            if width:
                shape = (*array.shape[:axis], width, *array.shape[axis + 1 :])
                cut = (*array.chunks[:axis], (width,), *array.chunks[axis + 1 :])
                border = full(shape, value.astype(array.dtype), array.dtype, cut)
                parts = [border, *parts] if front else [*parts, border]
        array = concatenate(parts, axis)
    return array


def _pad_taken(array: Array, widths: Any, mode: str, kwargs: dict[str, Any]) -> Array:
    from treadle.array.indexing import take

    for axis, width in enumerate(widths):
        if sum(width):
            length = array.shape[axis]
            taken = np.pad(np.arange(length), width, mode, **kwargs)  # type: ignore[call-overload]
            cut = [taken[: width[0]], taken[len(taken) - width[1] :]]
            parts = [take(array, cut[0], axis), array, take(array, cut[1], axis)]
            array = concatenate([one for one in parts if one.shape[axis]], axis)
    return array
