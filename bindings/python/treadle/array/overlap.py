"""Blocks with cells of their neighbours at their borders: borrowed, worked on, and taken off again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from treadle.array import blocks as rows
from treadle.array.chunking import bounds
from treadle.array.collection import Array
from treadle.array.creation import asarray
from treadle.array.functions import _as_list, map_blocks


def overlap(x: Any, depth: Any, boundary: Any = None, *, allow_rechunk: bool = True) -> Array:
    """Blocks with cells of their neighbours at their borders."""
    x = asarray(x)
    depths, edges = _depths(depth, x.ndim), _edges(boundary, x.ndim)
    x = _wide_enough(x, depths, allow_rechunk)
    padded, offsets = _with_edges(x, depths, edges)
    spans = []
    for axis, lengths in enumerate(x.chunks):
        before, after = depths[axis]
        total = padded.shape[axis]
        shift = offsets[axis]
        spans.append(
            [(max(0, start + shift - before), min(total, stop + shift + after)) for start, stop in bounds(lengths)]
        )
    row = rows.regions(padded._blocks, padded.chunks, spans, "overlap")
    return Array(
        row, tuple(tuple(stop - start for start, stop in axis) for axis in spans), x.dtype, "overlap", x._masked
    )


def _depths(depth: Any, ndim: int) -> list[tuple[int, int]]:
    given: list[Any]
    if isinstance(depth, dict):
        given = [depth.get(axis, depth.get(axis - ndim, 0)) for axis in range(ndim)]
    elif isinstance(depth, (tuple, list)):
        given = list(depth)
    else:
        given = [depth or 0] * ndim
    return [(int(one), int(one)) if isinstance(one, (int, np.integer)) else (one[0], one[1]) for one in given]


def _edges(boundary: Any, ndim: int) -> list[Any]:
    if isinstance(boundary, dict):
        return [boundary.get(axis, "none") for axis in range(ndim)]
    if isinstance(boundary, (tuple, list)):
        return list(boundary)
    return ["none" if boundary is None else boundary] * ndim


def _wide_enough(x: Array, depths: Sequence[tuple[int, int]], allow_rechunk: bool) -> Array:
    from treadle.array.rechunking import rechunk

    cut = []
    for axis, lengths in enumerate(x.chunks):
        need = max(depths[axis])
        if need > sum(lengths):
            raise ValueError(f"The overlapping depth {need} is larger than your array {sum(lengths)}.")
        joined: list[int] = []
        for length in lengths:
            if joined and joined[-1] < need:
                joined[-1] += length
            else:
                joined.append(length)
        if len(joined) > 1 and joined[-1] < need:
            joined[-2:] = [joined[-2] + joined[-1]]
        cut.append(tuple(joined))
    if tuple(cut) != x.chunks and not allow_rechunk:
        raise ValueError(f"chunks smaller than the overlapping depth: chunks {x.chunks}, depth {list(depths)}")
    return rechunk(x, tuple(cut))


def _with_edges(x: Array, depths: Sequence[tuple[int, int]], edges: Sequence[Any]) -> tuple[Array, list[int]]:
    from treadle.array.padding import pad

    modes = {"periodic": "wrap", "reflect": "symmetric", "nearest": "edge"}
    offsets = [0] * x.ndim
    for axis, edge in enumerate(edges):
        if (isinstance(edge, str) and edge == "none") or max(depths[axis]) == 0:
            continue
        width = [(0, 0)] * x.ndim
        width[axis] = depths[axis]
        if isinstance(edge, str):
            if edge not in modes:
                raise ValueError(
                    f"expected a boundary 'periodic', 'reflect', 'nearest', 'none' or a number, found {edge!r}"
                )
            x = pad(x, width, modes[edge])
        else:
            x = pad(x, width, "constant", constant_values=edge)
        offsets[axis] = depths[axis][0]
    return x, offsets


def trim_overlap(x: Array, depth: Any, boundary: Any = None) -> Array:
    """Takes the borrowed borders off again."""
    return _trimmed(x, _depths(depth, x.ndim), _edges(boundary, x.ndim))


def trim_internal(x: Array, axes: Any, boundary: Any = None) -> Array:
    """As trim_overlap()."""
    return trim_overlap(x, axes, boundary)


def _trimmed(x: Array, depths: Sequence[tuple[int, int]], edges: Sequence[Any]) -> Array:
    cuts = []
    for axis, lengths in enumerate(x.chunks):
        before, after = depths[axis]
        none = isinstance(edges[axis], str) and edges[axis] == "none"
        last = len(lengths) - 1
        cuts.append(
            [
                (0 if none and i == 0 else before, length - (0 if none and i == last else after))
                for i, length in enumerate(lengths)
            ]
        )
    chunks = tuple(tuple(stop - start for start, stop in axis) for axis in cuts)
    row = rows.call_numbered(_trim_block, [x._blocks, cuts], {}, x.npartitions, "trim")
    return Array(row, chunks, x.dtype, "trim", x._masked)


def _trim_block(number: int, block: Any, cuts: Any) -> Any:
    place = np.unravel_index(number, [len(axis) for axis in cuts])
    return block[tuple(slice(*axis[int(i)]) for axis, i in zip(cuts, place, strict=True))]


def map_overlap(
    func: Any,
    *args: Any,
    depth: Any = None,
    boundary: Any = None,
    trim: bool = True,
    align_arrays: bool = True,
    allow_rechunk: bool = True,
    **kwargs: Any,
) -> Array:
    """A function called on every block with cells of its neighbours at its borders."""
    if isinstance(func, Array) and args and callable(args[0]):
        func, args = args[0], (func, *args[1:])
    from treadle.array.elementwise import broadcast_chunks

    arrays = [one for one in args if isinstance(one, Array)]
    if not arrays:
        raise TypeError("map_overlap needs an array among its arguments")
    if align_arrays and len(arrays) > 1:
        arrays = broadcast_chunks(arrays)[1]
    depths = depth if isinstance(depth, list) else [depth] * len(arrays)
    edges = boundary if isinstance(boundary, list) else [boundary] * len(arrays)
    wide = [
        overlap(one, at or 0, edge, allow_rechunk=allow_rechunk)
        for one, at, edge in zip(arrays, depths, edges, strict=True)
    ]
    following = iter(wide)
    result = map_blocks(func, *(next(following) if isinstance(one, Array) else one for one in args), **kwargs)
    if not trim:
        return result
    widest = max(range(len(arrays)), key=lambda i: arrays[i].ndim)
    ndim = arrays[widest].ndim
    borrowed, bounded = _depths(depths[widest] or 0, ndim), _edges(edges[widest], ndim)
    for axis in sorted((axis % ndim for axis in _as_list(kwargs.get("drop_axis"))), reverse=True):
        del borrowed[axis], bounded[axis]
    for axis in sorted(_as_list(kwargs.get("new_axis"))):
        borrowed.insert(axis, (0, 0))
        bounded.insert(axis, "none")
    return _trimmed(result, borrowed, bounded)


def sliding_window_view(x: Any, window_shape: Any, axis: Any = None, automatic_rechunk: bool = True) -> Array:
    """All windows of a length, as further axes."""
    from numpy.lib.stride_tricks import sliding_window_view as windows

    from treadle.array.rechunking import rechunk

    x = asarray(x)
    sizes = (window_shape,) if isinstance(window_shape, (int, np.integer)) else tuple(window_shape)
    axes = (
        tuple(range(x.ndim))
        if axis is None
        else tuple(one % x.ndim for one in ((axis,) if isinstance(axis, int) else axis))
    )
    if len(sizes) != len(axes) or any(one < 1 for one in sizes):
        raise ValueError(f"expected a window length of at least 1 for each of the axes {axes}, found {sizes}")
    if any(size > x.shape[one] for size, one in zip(sizes, axes, strict=True)):
        raise ValueError(f"window shape {sizes} is larger than the array {x.shape}")
    after = {one: sum(size - 1 for size, at in zip(sizes, axes, strict=True) if at == one) for one in axes}
    x = _wide_enough(x, [(0, after.get(i, 0)) for i in range(x.ndim)], True)
    # Nothing comes after the last block: it must hold a window of its own.
    last = {i: lengths for i, lengths in enumerate(x.chunks) if len(lengths) > 1 and lengths[-1] <= after.get(i, 0)}
    x = rechunk(x, {i: (*lengths[:-2], lengths[-2] + lengths[-1]) for i, lengths in last.items()})
    wide = overlap(x, {i: (0, after.get(i, 0)) for i in range(x.ndim)})
    row = rows.call_each(windows, [wide._blocks, sizes], {"axis": axes}, wide.npartitions, "sliding_window_view")
    cut = []
    for i, lengths in enumerate(wide.chunks):
        cut.append(tuple(length - after.get(i, 0) for length in lengths))
    return Array(row, tuple(cut) + tuple((size,) for size in sizes), x.dtype, "sliding_window_view")
