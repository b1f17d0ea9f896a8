"""Elements in another order along axes: flip, rot90, roll."""

from __future__ import annotations

from typing import Any

import numpy as np

from treadle.array.axes import check_axis, swapaxes
from treadle.array.collection import Array
from treadle.array.creation import asarray
from treadle.array.joining import concatenate
from treadle.array.reshaping import ravel, reshape


def flip(m: Any, axis: Any = None) -> Array:
    """The order along axes reversed."""
    m = asarray(m)
    axes = range(m.ndim) if axis is None else [check_axis(one, m.ndim) for one in np.atleast_1d(axis).tolist()]
    return m[tuple(slice(None, None, -1) if i in axes else slice(None) for i in range(m.ndim))]


def flipud(m: Any) -> Array:
    """Upside down."""
    return flip(m, 0)


def fliplr(m: Any) -> Array:
    """Left to right."""
    return flip(m, 1)


def rot90(m: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Array:
    """Turned by quarters."""
    m = asarray(m)
    first, second = (check_axis(axis, m.ndim) for axis in axes)
    k %= 4
    if k == 0:
        return m
    if k == 2:
        return flip(flip(m, first), second)
    return swapaxes(flip(m, second), first, second) if k == 1 else flip(swapaxes(m, first, second), second)


def roll(array: Any, shift: Any, axis: Any = None) -> Array:
    """Shifted along axes; what leaves at the end comes back at the beginning."""
    array = asarray(array)
    if axis is None:
        return reshape(roll(ravel(array), shift, 0), array.shape)
    shifts, axes = np.broadcast_arrays(np.atleast_1d(shift), np.atleast_1d(axis))
    for one, at in zip(shifts.tolist(), axes.tolist(), strict=True):
        at = check_axis(at, array.ndim)
        length = array.shape[at]
        if length == 0 or one % length == 0:
            continue
        cut = length - one % length
        before = (slice(None),) * at
        array = concatenate([array[(*before, slice(cut, None))], array[(*before, slice(None, cut))]], at)
    return array
