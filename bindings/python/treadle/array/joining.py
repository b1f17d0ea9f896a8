"""Arrays put together, or parts put into them and taken out."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from treadle import _core
from treadle.array import blocks as rows
from treadle.array import native
from treadle.array.axes import (
    atleast_1d,
    atleast_2d,
    atleast_3d,
    check_axis,
    check_known,
    expand_dims,
    moveaxis,
    same_shapes,
)
from treadle.array.broadcasting import broadcast_to
from treadle.array.chunking import common, is_unknown
from treadle.array.collection import Array
from treadle.array.creation import asarray
from treadle.array.rechunking import rechunk
from treadle.array.reshaping import ravel


def concatenate(seq: Any, axis: Any = 0, allow_unknown_chunksizes: bool = False) -> Array:
    """Arrays joined along an axis."""
    arrays = [asarray(one) for one in seq]
    if not arrays:
        raise ValueError("Need array(s) to concatenate")
    if axis is None:
        arrays, axis = [ravel(one) for one in arrays], 0
    ndim = arrays[0].ndim
    if any(one.ndim != ndim for one in arrays):
        raise ValueError(
            f"all the input arrays must have as many axes, found the shapes {[one.shape for one in arrays]}"
        )
    axis = check_axis(axis, ndim)
    others: list[tuple[Any, ...]] = []
    for i in range(ndim):
        totals = {one.shape[i] for one in arrays if not is_unknown(one.shape[i])}
        if i != axis and len(totals) > 1:
            raise ValueError(
                f"all the input array dimensions except for axis {axis} must match, "
                f"found the shapes {[one.shape for one in arrays]}"
            )
        others.append(() if i == axis else common([one.chunks[i] for one in arrays]))
    dtype = np.result_type(*(one.dtype for one in arrays))
    arrays = [one.astype(dtype) for one in arrays]
    arrays = [rechunk(one, tuple(one.chunks[i] if i == axis else others[i] for i in range(ndim))) for one in arrays]
    if len(arrays) == 1:
        return arrays[0]
    cores = [native.core_of(one) for one in arrays]
    if all(core is not None for core in cores):
        return native.wrap(_core.array_concatenate([core for core in cores if core is not None], axis), "concatenate")
    chunks = tuple(
        tuple(itertools.chain(*(one.chunks[axis] for one in arrays))) if i == axis else others[i] for i in range(ndim)
    )
    owners = [(which, block) for which, one in enumerate(arrays) for block in range(len(one.chunks[axis]))]
    starts = list(itertools.accumulate((one.npartitions for one in arrays), initial=0))
    numbers = []
    for place in rows.grid(chunks):
        which, block = owners[place[axis]]
        own = (*place[:axis], block, *place[axis + 1 :])
        numbers.append(starts[which] + rows.number(own, arrays[which].chunks))
    row = _core.choose_blocks(_core.join_blocks([one._blocks for one in arrays]), numbers)
    return Array(row, chunks, dtype, "concatenate", any(one._masked for one in arrays))


def stack(seq: Any, axis: int = 0, allow_unknown_chunksizes: bool = False) -> Array:
    """Arrays joined along a new axis."""
    arrays = [asarray(one) for one in seq]
    if not arrays:
        raise ValueError("Need array(s) to stack")
    if not same_shapes(*arrays) and not allow_unknown_chunksizes:
        raise ValueError(
            f"Stacked arrays must have the same shape. Got {[one.shape for one in arrays]}; lengths that are unknown "
            "(nan) x.compute_chunk_sizes() finds out"
        )
    axis = check_axis(axis, arrays[0].ndim + 1)
    return concatenate([expand_dims(one, axis) for one in arrays], axis, allow_unknown_chunksizes)


def vstack(tup: Any, allow_unknown_chunksizes: bool = False) -> Array:
    """Arrays joined vertically."""
    return concatenate([atleast_2d(one) for one in tup], 0, allow_unknown_chunksizes)


def hstack(tup: Any, allow_unknown_chunksizes: bool = False) -> Array:
    """Arrays joined horizontally."""
    arrays = [atleast_1d(one) for one in tup]
    return concatenate(arrays, 0 if all(one.ndim == 1 for one in arrays) else 1, allow_unknown_chunksizes)


def dstack(tup: Any, allow_unknown_chunksizes: bool = False) -> Array:
    """Arrays joined along the third axis."""
    return concatenate([atleast_3d(one) for one in tup], 2, allow_unknown_chunksizes)


def block(arrays: Any, allow_unknown_chunksizes: bool = False) -> Array:
    """An array assembled of a nested list of blocks."""

    def depth(nested: Any) -> int:
        return 1 + depth(nested[0]) if isinstance(nested, list) else 0

    def most_axes(nested: Any) -> int:
        return max(map(most_axes, nested)) if isinstance(nested, list) else asarray(nested).ndim

    def build(nested: Any, axis: int) -> Array:
        if not isinstance(nested, list):
            one = asarray(nested)
            return one[(None,) * (ndim - one.ndim)] if one.ndim < ndim else one
        if not nested:
            raise ValueError("Lists cannot be empty")
        return concatenate([build(item, axis + 1) for item in nested], axis, allow_unknown_chunksizes)

    levels = depth(arrays)
    ndim = max(levels, most_axes(arrays))
    return build(arrays, ndim - levels)


def append(arr: Any, values: Any, axis: Any = None) -> Array:
    """Values behind an array."""
    return concatenate([asarray(arr), asarray(values)], axis)


def delete(arr: Any, obj: Any, axis: Any = None) -> Array:
    """An array without some elements along an axis."""
    arr = asarray(arr)
    arr, axis = (ravel(arr), 0) if axis is None else (arr, axis)
    axis = check_axis(axis, arr.ndim)
    check_known(arr, "delete()")
    left = np.delete(np.arange(arr.shape[axis]), obj)
    return arr[(slice(None),) * axis + (left,)]


def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Array:
    """Values inserted before places along an axis."""
    arr = asarray(arr)
    arr, axis = (ravel(arr), 0) if axis is None else (arr, axis)
    axis = check_axis(axis, arr.ndim)
    check_known(arr, "insert()")
    values = asarray(values).astype(arr.dtype)
    if not isinstance(obj, slice) and np.ndim(obj) == 0:
        # One place takes all values that there are along the axis.
        values = moveaxis(values[(None,) * (arr.ndim - values.ndim) + (...,)], 0, axis)
        obj = np.repeat(obj, values.shape[axis])
    places = np.arange(arr.shape[axis])[obj] if isinstance(obj, slice) else np.asarray(obj)
    places = np.where(places < 0, places + arr.shape[axis], places)
    order = np.argsort(places, kind="stable")
    shape = (*arr.shape[:axis], len(places), *arr.shape[axis + 1 :])
    both = concatenate([arr, broadcast_to(values, shape)], axis)
    taken = np.insert(np.arange(arr.shape[axis]), places[order], arr.shape[axis] + order)
    return both[(slice(None),) * axis + (taken,)]
