"""Arrays made longer by what they hold: pad, repeat, tile."""

from __future__ import annotations

from typing import Any

import numpy as np

from treadle.array import blocks as rows
from treadle.array.axes import check_axis, check_known
from treadle.array.broadcasting import broadcast_to
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
    if mode == "empty":
        return _pad_constant(array, widths, np.zeros((array.ndim, 2)))
    if mode in ("maximum", "minimum", "mean", "median"):
        return _pad_with(array, widths, _statistic, mode, kwargs.get("stat_length"))
    if mode == "linear_ramp":
        return _pad_with(array, widths, _ramp, None, kwargs.get("end_values", 0))
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


def _pad_with(array: Array, widths: Any, border: Any, mode: Any, values: Any) -> Array:
    """Borders that come of what lies at them, axis by axis: ``border(array, axis, width, at_end, mode, value)``."""
    values = np.broadcast_to(np.asarray(values, dtype=object), (array.ndim, 2))
    for axis, (before, after) in enumerate(widths):
        parts = [array]
        if before:
            parts.insert(0, border(array, axis, before, False, mode, values[axis][0]))
        if after:
            parts.append(border(array, axis, after, True, mode, values[axis][1]))
        array = concatenate(parts, axis)
    return array


def _statistic(array: Array, axis: int, width: int, at_end: bool, mode: str, length: Any) -> Array:
    """The largest, smallest, mean or median element of the ``length`` nearest ones, all if that is None."""
    from treadle.array import order_statistics, reductions

    if length is not None:
        length = min(int(length), array.shape[axis])
        part = slice(array.shape[axis] - length, None) if at_end else slice(0, length)
        array = array[(slice(None),) * axis + (part,)]
    functions: Any = {
        "maximum": reductions.max,
        "minimum": reductions.min,
        "mean": reductions.mean,
        "median": order_statistics.median,
    }
    found = functions[mode](array, axis=axis, keepdims=True)
    if array.dtype.kind in "iu":
        found = found.round()
    found = found.astype(array.dtype)
    shape = (*found.shape[:axis], width, *found.shape[axis + 1 :])
    return broadcast_to(found, shape, (*found.chunks[:axis], (width,), *found.chunks[axis + 1 :]))


def _ramp(array: Array, axis: int, width: int, at_end: bool, mode: None, end: Any) -> Array:
    """A way in even steps between a value outside and the elements at the border."""
    edge = array[(slice(None),) * axis + (slice(array.shape[axis] - 1, None) if at_end else slice(0, 1),)]
    row = rows.call_each(_ramp_block, [edge._blocks, axis, width, at_end, end], {}, edge.npartitions, "pad")
    return Array(row, (*edge.chunks[:axis], (width,), *edge.chunks[axis + 1 :]), array.dtype, "pad")


def _ramp_block(edge: Any, axis: int, width: int, at_end: bool, end: Any) -> Any:
    edge = np.take(edge, 0, axis)
    ramp = np.linspace(end, edge, width, endpoint=False, dtype=edge.dtype, axis=axis)
    return np.flip(ramp, axis) if at_end else ramp
