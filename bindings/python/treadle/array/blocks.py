"""How arrays become blocks of a task graph: functions of blocks, written down once for a whole grid of them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from treadle import _core
from treadle.array.chunking import Chunks, bounds, is_unknown


def grid(chunks: Chunks) -> Iterable[tuple[int, ...]]:
    """The places of all blocks, in C order."""
    return itertools.product(*(range(len(axis)) for axis in chunks))


def count(chunks: Chunks) -> int:
    """How many blocks there are."""
    return math.prod(len(axis) for axis in chunks)


def number(place: Sequence[int], chunks: Chunks) -> int:
    """The number of the block at a place."""
    result = 0
    for index, axis in zip(place, chunks, strict=True):
        result = result * len(axis) + index
    return result


def as_block(value: Any) -> Any:
    """What a function of blocks answered with, as an array."""
    return value if isinstance(value, np.ndarray) or hasattr(value, "__array_function__") else np.asarray(value)


def call_each(
    function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any], size: int, name: str
) -> _core.Blocks:
    """One call for each of ``size`` blocks; rows of blocks among the arguments give each call its block."""
    return _core.call_each(function, tuple(args), kwargs, size, f"python: {name}")


def call_numbered(
    function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any], size: int, name: str
) -> _core.Blocks:
    """As call_each(); the function's first argument is the number of the block."""
    return _core.call_each(function, tuple(args), kwargs, size, f"python: {name}", None, True)


def call_numbered_here(function: Callable[..., Any], args: Sequence[Any], size: int, name: str) -> _core.Blocks:
    """As call_numbered(), in this process whatever the scheduler."""
    return _core.call_each(function, tuple(args), {}, size, f"python: {name}", None, True, True)


def call_one_here(function: Callable[..., Any], args: Sequence[Any], name: str) -> _core.Blocks:
    """As call_one(), in this process whatever the scheduler."""
    return _core.call_one(function, tuple(args), {}, f"python: {name}", stays_here=True)


def call_one(function: Callable[..., Any], args: Sequence[Any], name: str) -> _core.Blocks:
    """One call; blocks may stand anywhere in its arguments."""
    return _core.call_one(function, tuple(args), {}, f"python: {name}")


def assemble(cuts: Sequence[tuple[Any, Any]], shape: tuple[int, ...], pieces: Sequence[Any]) -> Any:
    """A block put together: of each piece a part, which goes to a place."""
    if len(pieces) == 1:
        return pieces[0][cuts[0][0]]
    result = _room(pieces, shape, _widest(pieces, pieces[0].dtype))
    for (part, place), piece in zip(cuts, pieces, strict=True):
        result[place] = piece[part]
    return result


def _widest(pieces: Sequence[Any], dtype: Any) -> Any:
    """The dtype; of texts one that has room for those of all pieces, whose dtypes may differ in their lengths."""
    if dtype.kind not in "SU" or any(one.dtype.kind != dtype.kind for one in pieces):
        return dtype
    return np.result_type(dtype, *(one.dtype for one in pieces))


def _room(pieces: Sequence[Any], shape: tuple[int, ...], dtype: Any) -> Any:
    """An array to put pieces into: masked if one of them is."""
    if not any(isinstance(one, np.ma.MaskedArray) for one in pieces):
        return np.empty_like(pieces[0], shape=shape, dtype=dtype)
    return _filled_as(pieces, np.ma.empty(shape, dtype))


def regions(row: _core.Blocks, chunks: Chunks, spans: Sequence[Sequence[tuple[int, int]]], name: str) -> _core.Blocks:
    """Blocks that are any parts of an array: for each axis, from where to where they go."""
    along = [_overlaps(axis, wanted) for axis, wanted in zip(chunks, spans, strict=True)]
    rows: list[_core.Blocks] = []
    for places in itertools.product(*along):
        rows.append(_region(row, chunks, places, name))
    return rows[0] if len(rows) == 1 else _core.join_blocks(rows)


def _overlaps(lengths: Sequence[int], wanted: Sequence[tuple[int, int]]) -> list[list[tuple[int, slice, slice, bool]]]:
    """For each span along an axis: the blocks it lies in, which part of them, its place, and if that is all."""
    borders = bounds(lengths)
    result = []
    for start, stop in wanted:
        found = []
        for block, (low, high) in enumerate(borders):
            begin, end = max(start, low), min(stop, high)
            if begin < end:
                whole = (begin, end) == (low, high)
                found.append((block, slice(begin - low, end - low), slice(begin - start, end - start), whole))
        result.append(found or [(0, slice(0, 0), slice(0, 0), lengths[0] == 0)])
    return result


def _region(row: _core.Blocks, chunks: Chunks, places: Any, name: str) -> _core.Blocks:
    cuts, numbers = [], []
    whole = True
    for combination in itertools.product(*places):
        numbers.append(number([one[0] for one in combination], chunks))
        cuts.append((tuple(one[1] for one in combination), tuple(one[2] for one in combination)))
        whole = all(one[3] for one in combination)
    if len(numbers) == 1 and whole:
        return row[numbers[0]]
    shape = tuple(axis[-1][2].stop for axis in places)
    return call_one(assemble, (cuts, shape, [row[one] for one in numbers]), name)


def join(values: Sequence[Any], chunks: Chunks, dtype: Any) -> Any:
    """The whole array, of its blocks' values."""
    if len(values) == 1:
        return as_block(values[0])
    if any(is_unknown(length) for axis in chunks for length in axis):
        return _concatenate_all(list(values), [len(axis) for axis in chunks])
    spans = [bounds(axis) for axis in chunks]
    places = list(grid(chunks))
    shapes = [tuple(axis[index] for axis, index in zip(chunks, place, strict=True)) for place in places]
    if any(np.shape(value) != shape for value, shape in zip(values, shapes, strict=True)):
        # A function of the user's made others than it was said to: they come together as they are.
        return _concatenate_all(list(values), [len(axis) for axis in chunks])
    blocks = [as_block(one) for one in values]
    result = _room(blocks, tuple(sum(axis) for axis in chunks), _widest(blocks, np.dtype(dtype)))
    for place, value in zip(places, values, strict=True):
        result[tuple(slice(*spans[axis][index]) for axis, index in enumerate(place))] = value
    return result


def _concatenate_all(values: list[Any], blocks: list[int], axis: int = 0) -> Any:
    if axis == len(blocks):
        return as_block(values[0])
    each = len(values) // blocks[axis]
    rows = [_concatenate_all(values[i * each : (i + 1) * each], blocks, axis + 1) for i in range(blocks[axis])]
    if len(rows) == 1:
        return rows[0]
    return concatenated(rows, axis)


def concatenated(parts: Sequence[Any], axis: int) -> Any:
    """The parts one after the other; NumPy's own function forgets masks."""
    if not any(isinstance(one, np.ma.MaskedArray) for one in parts):
        return np.concatenate(parts, axis=axis)
    joined: Any = np.ma.concatenate
    return _filled_as(parts, joined(parts, axis=axis))


def _filled_as(parts: Sequence[Any], joined: Any) -> Any:
    """What is put together of masked arrays keeps what fills them, if that is one value."""
    values = {one.fill_value for one in parts if isinstance(one, np.ma.MaskedArray) and one.dtype.names is None}
    if len(values) == 1:
        joined.fill_value = values.pop()
    return joined
