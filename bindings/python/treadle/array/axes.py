"""The axes of arrays: in another order, more or fewer of them, and checks of which there are."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from treadle import _core
from treadle.array import blocks as rows
from treadle.array import native
from treadle.array.chunking import is_unknown
from treadle.array.collection import Array
from treadle.array.creation import asarray


def check_axis(axis: int, ndim: int) -> int:
    """The axis, counted from the front. Raises numpy's AxisError."""
    axis = operator.index(axis)
    if not -ndim <= axis < ndim:
        raise np.exceptions.AxisError(axis, ndim)
    return int(axis) % ndim


def same_shapes(*arrays: Array) -> bool:
    """Whether shapes agree, as far as they are known."""
    shapes = [tuple(None if is_unknown(length) else length for length in one.shape) for one in arrays]
    return len(set(shapes)) <= 1


def check_known(x: Array, what: str) -> None:
    """Raises ValueError if lengths of blocks are unknown."""
    if any(is_unknown(length) for axis in x.chunks for length in axis):
        raise ValueError(
            f"{what} needs to know the chunk sizes, found {x.chunks}; x.compute_chunk_sizes() finds them out"
        )


def transpose(a: Any, axes: Any = None) -> Array:
    """The axes in another order."""
    a = asarray(a)
    axes = tuple(range(a.ndim))[::-1] if axes is None else tuple(check_axis(axis, a.ndim) for axis in axes)
    if sorted(axes) != list(range(a.ndim)):
        raise ValueError(f"axes don't match array: expected {a.ndim} different axes, found {axes}")
    if axes == tuple(range(a.ndim)):
        return a
    core = native.core_of(a)
    if core is not None:
        return native.wrap(core.transpose(list(axes)), "transpose")
    chunks = tuple(a.chunks[axis] for axis in axes)
    numbers = []
    for place in rows.grid(chunks):
        own = [0] * a.ndim
        for axis, index in zip(axes, place, strict=True):
            own[axis] = index
        numbers.append(rows.number(own, a.chunks))
    row = _core.choose_blocks(a._blocks, numbers)
    made = rows.call_each(_transpose, [row, axes], {}, len(numbers), "transpose")
    return Array(made, chunks, a.dtype, "transpose", a._masked)


def _transpose(block: Any, axes: Any) -> Any:
    return np.transpose(block, axes)


def swapaxes(a: Any, axis1: int, axis2: int) -> Array:
    """Two axes exchanged."""
    a = asarray(a)
    axes = list(range(a.ndim))
    first, second = check_axis(axis1, a.ndim), check_axis(axis2, a.ndim)
    axes[first], axes[second] = axes[second], axes[first]
    return transpose(a, axes)


def moveaxis(a: Any, source: Any, destination: Any) -> Array:
    """Axes moved to other places."""
    a = asarray(a)
    sources = [check_axis(axis, a.ndim) for axis in np.atleast_1d(source).tolist()]
    targets = [check_axis(axis, a.ndim) for axis in np.atleast_1d(destination).tolist()]
    if len(sources) != len(targets):
        raise ValueError("`source` and `destination` arguments must have the same number of elements")
    order = [axis for axis in range(a.ndim) if axis not in sources]
    for target, axis in sorted(zip(targets, sources, strict=True)):
        order.insert(target, axis)
    return transpose(a, order)


def rollaxis(a: Any, axis: int, start: int = 0) -> Array:
    """An axis moved backwards to a place."""
    a = asarray(a)
    axis = check_axis(axis, a.ndim)
    start = start + a.ndim if start < 0 else start
    order = [one for one in range(a.ndim) if one != axis]
    order.insert(start - 1 if axis < start else start, axis)
    return transpose(a, order)


def expand_dims(a: Any, axis: Any) -> Array:
    """Axes of length one inserted."""
    a = asarray(a)
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    ndim = a.ndim + len(axes)
    places = {check_axis(one, ndim) for one in axes}
    return a[tuple(None if i in places else slice(None) for i in range(ndim))]


def squeeze(a: Any, axis: Any = None) -> Array:
    """Axes of length one dropped."""
    a = asarray(a)
    if axis is None:
        axis = tuple(i for i, length in enumerate(a.shape) if length == 1)
    axes = {check_axis(one, a.ndim) for one in (axis if isinstance(axis, (tuple, list)) else (axis,))}
    if any(a.shape[one] != 1 for one in axes):
        raise ValueError("cannot select an axis to squeeze out which has size not equal to one")
    return a[tuple(0 if i in axes else slice(None) for i in range(a.ndim))]


def atleast_1d(*arys: Any) -> Any:
    """At least one axis."""
    made = [one if one.ndim >= 1 else one[None] for one in map(asarray, arys)]
    return made[0] if len(made) == 1 else tuple(made)


def atleast_2d(*arys: Any) -> Any:
    """At least two axes."""
    made = [one if one.ndim >= 2 else one[None] if one.ndim == 1 else one[None, None] for one in map(asarray, arys)]
    return made[0] if len(made) == 1 else tuple(made)


def atleast_3d(*arys: Any) -> Any:
    """At least three axes."""
    made = []
    for one in map(asarray, arys):
        made.append(
            one
            if one.ndim >= 3
            else one[:, :, None]
            if one.ndim == 2
            else one[None, :, None]
            if one.ndim == 1
            else one[None, None, None]
        )
    return made[0] if len(made) == 1 else tuple(made)
