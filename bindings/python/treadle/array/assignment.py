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
    from treadle.array.indexing import _plain, expand

    key = tuple(_plain(one) for one in key) if isinstance(key, tuple) else _plain(key)
    if isinstance(key, (Array, np.ndarray)) and key.dtype == bool and key.ndim == x.ndim:
        return _by_mask(x, asarray(key), value)
    if any(is_unknown(length) for lengths in x.chunks for length in lengths):
        raise ValueError(
            f"assignment needs known chunk sizes, found {x.chunks}: x.compute_chunk_sizes() finds them out"
        )
    expanded = [one.compute() if isinstance(one, Array) else one for one in expand(key, x.ndim)]
    entries = [one for one in expanded if one is not None]
    if sum(not isinstance(one, slice) and np.ndim(one) > 0 for one in entries) > 1 or any(
        not isinstance(one, slice) and np.ndim(one) > 1 for one in entries
    ):
        raise NotImplementedError(
            "assignment by one list of numbers (or mask of one axis) is there, found several, or one of several axes; "
            "a mask of all axes takes any places"
        )
    numbers = [_numbers(one, length, axis) for axis, (one, length) in enumerate(zip(entries, x.shape, strict=True))]
    shape = tuple(len(one) for one, entry in zip(numbers, entries, strict=True) if not _is_number(entry))
    kept = [not _is_number(entry) for entry in entries]
    lengths = iter(shape)
    given_shape = tuple(1 if one is None else next(lengths) for one in expanded if one is None or not _is_number(one))
    more = np.ndim(value) - len(given_shape)
    if more > 0 and all(length == 1 for length in np.shape(value)[:more]):
        value = value[(0,) * more]
    given = asarray(value).rechunk(-1)._blocks if isinstance(value, Array) else _plain_values(value)
    if not isinstance(value, Array):
        np.broadcast_to(given, given_shape)
    shapes = (given_shape, shape)
    row = rows.call_numbered(_assign, [x._blocks, x.chunks, numbers, kept, shapes, given], {}, x.npartitions, "setitem")
    return Array(row, x.chunks, x.dtype, "setitem", x._masked or _is_masked(value))


def _is_masked(value: Any) -> bool:
    return value._masked if isinstance(value, Array) else isinstance(value, np.ma.MaskedArray)


def _plain_values(value: Any) -> Any:
    return value if isinstance(value, np.ma.MaskedArray) else np.asarray(value)


def _by_mask(x: Array, mask: Array, value: Any) -> Array:
    """One value, or an array's own, where a mask holds; or values one after the other, in C order."""
    from treadle.array.elementwise import elementwise, where
    from treadle.array.ma import masked_where

    lengths = [*x.shape, *mask.shape]
    if mask.shape != x.shape and not any(map(is_unknown, lengths)):
        raise IndexError(f"boolean index did not match the array of the shape {x.shape}: its shape is {mask.shape}")
    if value is np.ma.masked:
        return masked_where(mask, x)
    same_shape = isinstance(value, Array) and (value.shape == x.shape or value.ndim == 0)
    if np.ndim(value) > 0 and not same_shape:
        if isinstance(value, Array) or np.size(value) != 1:
            return _in_order(x, mask, value)
        value = np.asarray(value).reshape(())[()]
    if isinstance(value, Array):
        value = value.astype(x.dtype)
    else:
        # By assignment, which refuses what the elements cannot hold, as NumPy does.
        element = np.empty((), x.dtype)
        element[()] = value
        value = element[()]
    if x._masked or _is_masked(value):
        return _marked(elementwise(_where_mask, mask, x, value, dtype=x.dtype, name="setitem"))
    return where(mask, value, x)._called(None, "setitem")


def _marked(x: Array) -> Array:
    x._masked = True
    return x


def _in_order(x: Array, mask: Array, values: Any) -> Array:
    """The first value where a mask holds first, in C order, and so on."""
    from treadle.array.axes import check_known
    from treadle.array.cumulative import cumsum
    from treadle.array.rechunking import rechunk
    from treadle.array.reductions import sum as total
    from treadle.array.reshaping import ravel, reshape

    if np.ndim(values) != 1:
        raise ValueError(f"expected a value, or one axis of values for a mask, found the shape {np.shape(values)}")
    check_known(x, "assignment of several values")
    mask = rechunk(mask, x.chunks)
    place = rechunk(reshape(cumsum(ravel(mask), dtype=np.intp), x.shape), x.chunks)
    given = rechunk(asarray(values), -1)._blocks if isinstance(values, Array) else _plain_values(values)
    row = rows.call_each(
        _assign_in_order,
        [x._blocks, mask._blocks, place._blocks, total(mask)._blocks, given],
        {},
        x.npartitions,
        "setitem",
    )
    return Array(row, x.chunks, x.dtype, "setitem", x._masked or _is_masked(values))


def _assign_in_order(block: Any, mask: Any, place: Any, total: Any, values: Any) -> Any:
    if len(values) != total:
        raise ValueError(
            f"cannot assign {len(values)} input values to the {int(total)} output values where the mask is true"
        )
    result = (np.ma.array if isinstance(values, np.ma.MaskedArray) else np.array)(block, copy=True)
    result[mask] = values[place[mask] - 1]
    return result


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
    choose: Any = np.ma.where
    return choose(mask, value, block).astype(block.dtype, copy=False)


def _assign(number: int, block: Any, chunks: Any, numbers: Any, kept: Any, shapes: Any, value: Any) -> Any:
    given_shape, shape = shapes  # with the key's new axes and without
    place = np.unravel_index(number, [len(lengths) for lengths in chunks]) if chunks else ()
    targets, sources = [], []
    for index, lengths, wanted in zip(place, chunks, numbers, strict=True):
        start, stop = bounds(lengths)[int(index)]
        here = np.flatnonzero((wanted >= start) & (wanted < stop))
        if not len(here):
            return block
        targets.append(wanted[here] - start)
        sources.append(here)
    masked = isinstance(value, np.ma.MaskedArray) or isinstance(block, np.ma.MaskedArray)
    result = (np.ma.array if masked else np.array)(block, copy=True)
    values = _broadcast(value, given_shape).reshape(shape)
    part = values[np.ix_(*(here for here, keep in zip(sources, kept, strict=True) if keep))] if shape else values
    full = [len(here) if keep else 1 for here, keep in zip(sources, kept, strict=True)]
    if targets:
        result[np.ix_(*targets)] = part.reshape(full)
    else:
        result[...] = part
    return result


def _broadcast(value: Any, shape: Any) -> Any:
    """NumPy's function forgets masks."""
    values = np.broadcast_to(np.ma.getdata(value), shape)
    if not isinstance(value, np.ma.MaskedArray):
        return values
    return np.ma.array(values, mask=np.broadcast_to(np.ma.getmaskarray(value), shape))
