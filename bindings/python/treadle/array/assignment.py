"""Assignment to parts of arrays: the array becomes another one."""

from __future__ import annotations

from typing import Any

import numpy as np

from treadle.array import blocks as rows
from treadle.array.chunking import bounds, is_unknown
from treadle.array.collection import Array
from treadle.array.creation import asarray


def setitem(x: Array, key: Any, value: Any) -> Array:
    """What ``x`` is after ``x[key] = value``."""
    from treadle.array.elementwise import elementwise
    from treadle.array.indexing import _plain, expand

    key = tuple(_plain(one) for one in key) if isinstance(key, tuple) else _plain(key)
    if isinstance(key, (Array, np.ndarray)) and key.dtype == bool and key.ndim == x.ndim:
        if np.ndim(value) > 0 and not (isinstance(value, Array) and value.shape == x.shape):
            if np.size(value) != 1:
                raise NotImplementedError(
                    "assignment of several values by a mask is not there; where(mask, values, x) does it"
                )
            value = np.asarray(value).reshape(())[()]
        if not isinstance(value, Array):
            value = np.asarray(value).astype(x.dtype)[()]
        return elementwise(_where_mask, asarray(key), x, value, dtype=x.dtype, name="setitem")
    if any(is_unknown(length) for lengths in x.chunks for length in lengths):
        raise ValueError(
            f"assignment needs known chunk sizes, found {x.chunks}: x.compute_chunk_sizes() finds them out"
        )
    entries = [one.compute() if isinstance(one, Array) else one for one in expand(key, x.ndim) if one is not None]
    numbers = [_numbers(one, length, axis) for axis, (one, length) in enumerate(zip(entries, x.shape, strict=True))]
    shape = tuple(len(one) for one, entry in zip(numbers, entries, strict=True) if not _is_number(entry))
    kept = [not _is_number(entry) for entry in entries]
    given = asarray(value).rechunk(-1)._blocks if isinstance(value, Array) else np.asarray(value)
    if not isinstance(value, Array):
        np.broadcast_to(given, shape)
    row = rows.call_numbered(_assign, [x._blocks, x.chunks, numbers, kept, shape, given], {}, x.npartitions, "setitem")
    return Array(row, x.chunks, x.dtype, "setitem", x._masked)


def _is_number(entry: Any) -> bool:
    return not isinstance(entry, slice) and np.ndim(entry) == 0


def _numbers(entry: Any, length: int, axis: int) -> Any:
    """The indices along an axis that an entry of the key stands for."""
    if isinstance(entry, slice):
        return np.arange(length)[entry]
    found = np.atleast_1d(np.asarray(entry))
    if found.dtype == bool:
        if len(found) != length:
            raise IndexError(f"boolean index has {len(found)} elements, axis {axis} has {length}")
        return np.flatnonzero(found)
    if found.dtype.kind not in "iu":
        raise IndexError(f"expected integers, slices or booleans to assign to, found {entry!r}")
    if found.size and (found.min() < -length or found.max() >= length):
        raise IndexError(f"index {entry} is out of bounds for axis {axis} with size {length}")
    return np.where(found < 0, found + length, found)


def _where_mask(mask: Any, block: Any, value: Any) -> Any:
    return np.where(mask, value, block).astype(block.dtype, copy=False)


def _assign(number: int, block: Any, chunks: Any, numbers: Any, kept: Any, shape: Any, value: Any) -> Any:
    place = np.unravel_index(number, [len(lengths) for lengths in chunks]) if chunks else ()
    targets, sources = [], []
    for index, lengths, wanted in zip(place, chunks, numbers, strict=True):
        start, stop = bounds(lengths)[int(index)]
        here = np.flatnonzero((wanted >= start) & (wanted < stop))
        if not len(here):
            return block
        targets.append(wanted[here] - start)
        sources.append(here)
    result = np.array(block)
    values = np.broadcast_to(value, shape)
    part = values[np.ix_(*(here for here, keep in zip(sources, kept, strict=True) if keep))] if shape else values
    full = [len(here) if keep else 1 for here, keep in zip(sources, kept, strict=True)]
    if targets:
        result[np.ix_(*targets)] = part.reshape(full)
    else:
        result[...] = part
    return result
