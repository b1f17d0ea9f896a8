"""Parts of arrays: slices, numbers, masks, lists of numbers."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from treadle import _core
from treadle.array import blocks as rows
from treadle.array import native
from treadle.array.chunking import Chunks, bounds, is_unknown
from treadle.array.collection import Array
from treadle.array.creation import asarray


def expand(key: Any, ndim: int) -> list[Any]:
    """An index with an entry for each axis (and None for each new one)."""
    key = list(key) if isinstance(key, tuple) else [key]
    used = sum(_axes_of(one) for one in key if one is not None and one is not Ellipsis)
    dots = [i for i, one in enumerate(key) if one is Ellipsis]
    if len(dots) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    if used > ndim:
        raise IndexError(f"too many indices for array: expected at most {ndim}, found {used}")
    filler = [slice(None)] * (ndim - used)
    if dots:
        return key[: dots[0]] + filler + key[dots[0] + 1 :]
    return key + filler


def _axes_of(one: Any) -> int:
    boolean = isinstance(one, (Array, np.ndarray)) and one.dtype == bool
    return one.ndim if boolean else 1


def _plain(one: Any) -> Any:
    """Lists as arrays."""
    if isinstance(one, (list, tuple, range)):
        found = np.asarray(one)
        return found.astype(np.intp) if found.size == 0 else found
    return one


def getitem(x: Array, key: Any) -> Any:
    """What ``x[key]`` is."""
    if isinstance(key, str) or (isinstance(key, list) and key and all(isinstance(one, str) for one in key)):
        return _fields(x, key)
    if isinstance(key, (bool, np.bool_)):  # a mask of no axes: it makes one
        return x[None] if key else x[None][:0]
    key = tuple(_plain(one) for one in key) if isinstance(key, tuple) else _plain(key)
    if (
        isinstance(key, (Array, np.ndarray))
        and key.dtype == bool
        and key.ndim == x.ndim
        and (x.ndim > 1 or isinstance(key, Array))
    ):
        return masked(x, asarray(key))
    entries = _masks_as_lists(expand(key, x.ndim), x.shape)
    entries = [_resolved(one) for one in entries]
    advanced = [i for i, one in enumerate(entries) if isinstance(one, (np.ndarray, Array)) and one.ndim > 0]
    if len(advanced) > 1 or any(_needs_points(entries, i) for i in advanced):
        return _by_points(x, entries)
    return _by_axis(x, entries)


def _needs_points(entries: list[Any], at: int) -> bool:
    """Whether a list of numbers has several axes, or something stands between it and a number."""
    if not isinstance(entries[at], np.ndarray):
        return False
    numbers = [i for i, one in enumerate(entries) if one is not None and not isinstance(one, slice)]
    return entries[at].ndim > 1 or numbers[-1] - numbers[0] >= len(numbers)


def _masks_as_lists(entries: list[Any], shape: Sequence[Any]) -> list[Any]:
    """Masks of several axes, but not of all, as a list of numbers for each of these."""
    result: list[Any] = []
    lengths = iter(shape)
    for one in entries:
        if one is None:
            result.append(one)
            continue
        own = tuple(next(lengths) for _ in range(_axes_of(one)))
        if isinstance(one, np.ndarray) and one.dtype == bool and one.ndim > 1:
            if one.shape != own:
                raise IndexError(f"boolean index did not match: axes of the shape {own}, an index of {one.shape}")
            result += list(np.nonzero(one))
        else:
            result.append(one)
    return result


def _by_points(x: Array, entries: list[Any]) -> Array:
    """What several lists of numbers choose together, as NumPy has it: the axes that they make stand where the lists
    do, or in front if something else stands between them."""
    if any(isinstance(one, Array) for one in entries):
        raise NotImplementedError("an index of several lazy lists is not there; compute() them, or use one at a time")
    listed = [i for i, one in enumerate(entries) if one is not None and not isinstance(one, slice)]
    lists = [np.flatnonzero(one) if one.dtype == bool else one for one in (np.asarray(entries[i]) for i in listed)]
    axes = [i for i, one in enumerate(entries) if one is not None]
    for i in listed:
        one, length = np.asarray(entries[i]), x.shape[axes.index(i)]
        if one.dtype == bool and len(one) != length:
            raise IndexError(f"boolean index did not match: an axis of {length} elements, an index of {len(one)}")
    x = _by_axis(x, [slice(None) if i in listed else one for i, one in enumerate(entries)])
    index: list[Any] = [slice(None)] * x.ndim
    for i, one in zip(listed, lists, strict=True):
        index[i] = one
    found = PointView(x)[tuple(index)]
    made = len(np.broadcast_shapes(*(one.shape for one in lists)))
    together = listed == list(range(listed[0], listed[0] + len(listed)))
    if not together or listed[0] == 0:
        return found
    order = list(range(made, made + listed[0])) + list(range(made)) + list(range(made + listed[0], found.ndim))
    return found.transpose(order)


def _resolved(one: Any) -> Any:
    if isinstance(one, (np.ndarray, Array)) and one.dtype.kind not in "iub":
        raise IndexError(f"arrays used as indices must be of integer (or boolean) type, found {one.dtype}")
    if isinstance(one, np.ndarray) and one.dtype == bool and one.ndim == 1:
        return one
    if isinstance(one, np.ndarray) and one.ndim == 0:
        return one[()]
    if isinstance(one, Array) and one.ndim == 0:
        return one.compute()
    return one


def _fields(x: Array, key: Any) -> Array:
    dtype = np.empty(0, x.dtype)[key].dtype
    made = rows.call_each(_item, [x._blocks, key], {}, x.npartitions, "getitem")
    return Array(made, x.chunks, dtype, "getitem", x._masked)


def _item(block: Any, key: Any) -> Any:
    return block[key]


def _by_axis(x: Array, entries: list[Any]) -> Array:
    axis = 0
    new_axes: list[int] = []
    cuts: list[Any] = []
    late: list[tuple[int, Any]] = []
    for position, one in enumerate(entries):
        if one is None:
            new_axes.append(position)
            continue
        if isinstance(one, (np.ndarray, Array)):
            late.append((axis, one))
            one = slice(None)
        cuts.append(_axis_cut(one, x, axis))
        axis += 1
    for at, one in late:
        x = _by_list(x, one, at)
        cuts[at] = _axis_cut(slice(None), x, at)
    core = None if late or any(np.ndim(one) for one in entries if one is not None) else native.core_of(x)
    if core is not None:
        return native.wrap(_core.array_index(core, [_plain_entry(one) for one in entries]), "getitem")
    result = _sliced(x, cuts)
    if new_axes:
        result = _with_axes(result, entries)
    return result


def _plain_entry(one: Any) -> Any:
    if isinstance(one, slice):
        return slice(*(None if bound is None else operator.index(bound) for bound in (one.start, one.stop, one.step)))
    return None if one is None else operator.index(one)


class _Cut:
    """What an index takes of each block along an axis."""

    def __init__(self, parts: list[tuple[int, Any, Any]], dropped: bool, whole: bool) -> None:
        self.parts = parts  # block, index in it, length of what comes out
        self.dropped = dropped
        self.whole = whole


def _axis_cut(one: Any, x: Array, axis: int) -> _Cut:
    lengths = x.chunks[axis]
    if isinstance(one, slice) and one == slice(None):
        return _Cut([(i, slice(None), length) for i, length in enumerate(lengths)], False, True)
    if any(is_unknown(length) for length in lengths):
        raise ValueError(f"axis {axis} has unknown chunk sizes {lengths}: x.compute_chunk_sizes() finds them out")
    total = sum(lengths)
    if isinstance(one, slice):
        return _Cut(_slice_parts(one, lengths, total), False, False)
    try:
        index = one.__index__()
    except AttributeError:
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and integer or boolean arrays are valid indices, "
            f"found {one!r}"
        ) from None
    if not -total <= index < total:
        raise IndexError(f"index {index} is out of bounds for axis {axis} with size {total}")
    index %= total
    for block, (start, stop) in enumerate(bounds(lengths)):
        if start <= index < stop:
            return _Cut([(block, index - start, None)], True, False)
    raise IndexError(index)


def _slice_parts(one: slice, lengths: Sequence[int], total: int) -> list[tuple[int, Any, Any]]:
    start, stop, step = one.indices(total)
    wanted = range(start, stop, step)
    if not wanted:
        return [(0, slice(0, 0), 0)]
    parts = []
    low, high = (wanted[0], wanted[-1]) if step > 0 else (wanted[-1], wanted[0])
    size = abs(step)
    for block, (begin, end) in enumerate(bounds(lengths)):
        first = max(low, begin)
        first += (low - first) % size
        last = min(high, end - 1)
        if first > last or begin == end:
            continue
        number = (last - first) // size + 1
        if step > 0:
            part = slice(first - begin, last - begin + 1, size)
        else:
            top = first + (number - 1) * size - begin
            bottom = first - begin - 1
            part = slice(top, None if bottom < 0 else bottom, -size)
        parts.append((block, part, number))
    return parts if step > 0 else parts[::-1]


def _sliced(x: Array, cuts: list[_Cut]) -> Array:
    if all(cut.whole for cut in cuts):
        return x
    chunks: list[tuple[Any, ...]] = [tuple(length for _, _, length in cut.parts) for cut in cuts if not cut.dropped]
    places = list(rows.grid(tuple(tuple(cut.parts) for cut in cuts)))
    numbers = [rows.number([cut.parts[i][0] for cut, i in zip(cuts, place, strict=True)], x.chunks) for place in places]
    row = _core.choose_blocks(x._blocks, numbers)
    table = [[part for _, part, _ in cut.parts] for cut in cuts]
    made = rows.call_numbered(_slice_block, [row, table], {}, len(numbers), "getitem")
    return Array(made, tuple(chunks), x.dtype, "getitem", x._masked)


def _slice_block(number: int, block: Any, table: list[list[Any]]) -> Any:
    place = np.unravel_index(number, [len(parts) for parts in table])
    return block[tuple(parts[int(index)] for parts, index in zip(table, place, strict=True))]


def _with_axes(x: Array, entries: list[Any]) -> Array:
    index: list[Any] = []
    chunks: list[Any] = []
    axes = iter(x.chunks)
    for one in entries:
        if one is None:
            index.append(None)
            chunks.append((1,))
        elif isinstance(one, slice) or np.ndim(one) > 0:
            index.append(slice(None))
            chunks.append(next(axes))
    made = rows.call_each(_item, [x._blocks, tuple(index)], {}, x.npartitions, "getitem")
    return Array(made, tuple(chunks), x.dtype, "getitem", x._masked)


def _by_list(x: Array, one: Any, axis: int) -> Array:
    if one.ndim != 1:
        raise NotImplementedError("an index that is a lazy array of several axes is not there; take() and reshape() it")
    if one.dtype == bool:
        if isinstance(one, np.ndarray):
            if len(one) != x.shape[axis]:
                raise IndexError(
                    f"boolean index did not match indexed array along axis {axis}; size of axis is {x.shape[axis]} "
                    f"but size of corresponding boolean axis is {len(one)}"
                )
            return take(x, np.flatnonzero(one), axis)
        return _masked_axis(x, one, axis)
    if isinstance(one, Array):
        return _taken_lazily(x, one, axis)
    return take(x, one, axis)


def take(a: Any, indices: Any, axis: int = 0) -> Array:
    """Elements along an axis, by number."""
    from treadle.array.axes import check_axis, check_known

    a = asarray(a)
    axis = check_axis(axis, a.ndim)
    if isinstance(indices, Array):
        return _taken_lazily(a, indices, axis)
    indices = np.asarray(indices)
    if indices.ndim != 1:
        flat = take(a, indices.ravel(), axis)
        shape = a.shape[:axis] + indices.shape + a.shape[axis + 1 :]
        return flat.reshape(shape)
    if is_unknown(a.shape[axis]) and len(a.chunks[axis]) == 1:
        return _taken_lazily(a, asarray(indices), axis)
    if is_unknown(a.shape[axis]):
        check_known(a, "take()")
    total = a.shape[axis]
    wrong = (indices < -total) | (indices >= total)
    if wrong.any():
        raise IndexError(f"index {indices[wrong][0]} is out of bounds for axis {axis} with size {total}")
    indices = np.where(indices < 0, indices + total, indices).astype(np.int64)
    core = native.core_of(a)
    if core is not None:
        return native.wrap(_core.array_take(core, indices, axis), "take")
    return _taken(a, indices, axis)


def _taken(a: Array, indices: Any, axis: int) -> Array:
    borders = np.cumsum(a.chunks[axis])
    owner = np.searchsorted(borders, indices, side="right")
    longest = max(max(a.chunks[axis]), 1)
    # Runs that stay in one block make a chunk each; what jumps about is cut at the longest chunk's length.
    jumps = np.flatnonzero(np.diff(owner)) + 1
    pieces = [indices]
    if 0 < len(jumps) < 4 * len(a.chunks[axis]):
        pieces = np.split(indices, jumps)
    pieces = [
        part
        for piece in pieces
        for part in (np.split(piece, range(longest, len(piece), longest)) if len(piece) > longest else [piece])
    ]
    starts = [start for start, _ in bounds(a.chunks[axis])]
    made: list[_core.Blocks] = []
    cut = tuple(len(piece) for piece in pieces)
    chunks = (*a.chunks[:axis], cut, *a.chunks[axis + 1 :])
    for place in rows.grid(chunks):
        piece = pieces[place[axis]]
        blocks = np.searchsorted(borders, piece, side="right")
        needed = np.unique(blocks) if len(piece) else np.array([0])
        plan = [(np.flatnonzero(blocks == block), piece[blocks == block] - starts[block]) for block in needed.tolist()]
        row = [
            a._blocks[rows.number((*place[:axis], block, *place[axis + 1 :]), a.chunks)] for block in needed.tolist()
        ]
        made.append(rows.call_one(_take_block, (row, plan, len(piece), axis), "take"))
    return Array(_core.join_blocks(made), chunks, a.dtype, "take", a._masked)


def _take_block(pieces: Any, plan: Any, length: int, axis: int) -> Any:
    if len(pieces) == 1:
        return np.take(pieces[0], plan[0][1], axis)
    shape = (*pieces[0].shape[:axis], length, *pieces[0].shape[axis + 1 :])
    result = np.empty_like(pieces[0], shape=shape)
    for piece, (places, numbers) in zip(pieces, plan, strict=True):
        result[(slice(None),) * axis + (places,)] = np.take(piece, numbers, axis)
    return result


def _taken_lazily(a: Array, indices: Array, axis: int) -> Array:
    from treadle.array.rechunking import rechunk

    if len(a.chunks[axis]) > 1:
        a = rechunk(a, {axis: -1})
    chunks = a.chunks[:axis] + indices.chunks + a.chunks[axis + 1 :]
    sources, numbers = [], []
    for place in rows.grid(chunks):
        inner = place[axis : axis + indices.ndim]
        sources.append(rows.number((*place[:axis], 0, *place[axis + indices.ndim :]), a.chunks))
        numbers.append(rows.number(inner, indices.chunks))
    made = rows.call_each(
        np.take,
        [_core.choose_blocks(a._blocks, sources), _core.choose_blocks(indices._blocks, numbers)],
        {"axis": axis},
        len(sources),
        "take",
    )
    return Array(made, chunks, a.dtype, "take", a._masked)


def _masked_axis(x: Array, mask: Array, axis: int) -> Array:
    from treadle.array.chunking import common
    from treadle.array.rechunking import rechunk

    if is_unknown(x.shape[axis]) or is_unknown(mask.shape[0]):
        # Chunks go together by their number.
        if len(x.chunks[axis]) != len(mask.chunks[0]):
            raise ValueError(
                f"a mask and an axis of unknown chunk sizes do not match: {x.chunks[axis]} and {mask.chunks[0]}; "
                "compute_chunk_sizes() makes them known"
            )
        return _compressed(x, mask, axis)
    cut = common([x.chunks[axis], mask.chunks[0]])
    if sum(mask.chunks[0]) != x.shape[axis] and not is_unknown(x.shape[axis]):
        raise IndexError(
            f"boolean index did not match: the axis has {x.shape[axis]} elements, the index {mask.shape[0]}"
        )
    return _compressed(rechunk(x, (*x.chunks[:axis], cut, *x.chunks[axis + 1 :])), rechunk(mask, (cut,)), axis)


def _compressed(x: Array, mask: Array, axis: int) -> Array:
    """The elements where a mask holds that is cut as the axis is."""
    core, condition = native.core_of(x), native.core_of(mask)
    if core is not None and condition is not None:
        return native.wrap(_core.array_compress(condition, core, axis), "getitem")
    row = _core.choose_blocks(mask._blocks, [place[axis] for place in rows.grid(x.chunks)])
    made = rows.call_each(_compress, [x._blocks, row, axis], {}, x.npartitions, "getitem")
    unknown = (np.nan,) * len(mask.chunks[0])
    return Array(made, (*x.chunks[:axis], unknown, *x.chunks[axis + 1 :]), x.dtype, "getitem", x._masked)


def _compress(block: Any, mask: Any, axis: int) -> Any:
    return np.compress(mask, block, axis)


def masked(x: Array, mask: Array) -> Array:
    """The elements where a mask of the same shape holds, in C order; how many is unknown before they are computed."""
    from treadle.array.reshaping import ravel

    if x.shape != mask.shape and not any(is_unknown(length) for length in x.shape):
        raise IndexError(f"boolean index did not match: the array has the shape {x.shape}, the index {mask.shape}")
    if x.ndim > 1:
        x, mask = ravel(x), ravel(mask)
    return _masked_axis(x, mask, 0) if x.ndim else x


def shuffle(x: Any, indexer: Any, axis: int, chunks: Any = "auto") -> Array:
    """Elements along an axis in the order of groups of their numbers. A group lies in one chunk; groups share chunks
    until these are longer than those there were, by the setting ``array.chunk-size-tolerance``."""
    import treadle.config

    x = asarray(x)
    if any(is_unknown(length) for length in x.shape):
        raise ValueError(
            f"Shuffling only allowed with known chunk sizes, found {x.chunks}; x.compute_chunk_sizes() finds them out"
        )
    if not (isinstance(indexer, list) and all(isinstance(group, list) for group in indexer)):
        raise ValueError(f"indexer must be a list of lists of positional indices, found {indexer!r}")
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(f"Axis {axis} is out of bounds for array with {x.ndim} axes")
    axis %= x.ndim
    longest = max(map(len, indexer), default=0)
    tolerance = float(treadle.config.get("array.chunk-size-tolerance", 1.25))
    limit = x.shape[axis] // len(x.chunks[axis]) * tolerance
    before = x.chunks[axis]
    if longest > max(before) * tolerance:
        x = _narrower(x, axis, longest / max(before))
    lengths: list[int] = []
    for group in indexer:
        if lengths and lengths[-1] + len(group) <= limit:
            lengths[-1] += len(group)
        elif group:
            lengths.append(len(group))
    moved = take(x, np.asarray([number for group in indexer for number in group], np.intp), axis)
    return moved.rechunk({axis: tuple(lengths) or (0,)})


def _narrower(x: Array, axis: int, times: float) -> Array:
    """Chunks shorter along the other axes, for elements that get ``times`` as long along one."""
    share = times ** (1 / max(x.ndim - 1, 1))
    cut: dict[int, tuple[int, ...]] = {}
    for other, lengths in enumerate(x.chunks):
        if other == axis:
            continue
        limit = max(1, int(max(lengths) / share))
        pieces = [np.array_split(range(length), -(-length // limit)) if length else [()] for length in lengths]
        cut[other] = tuple(len(piece) for split in pieces for piece in split)
    return x.rechunk(cut)


def compress(condition: Any, a: Any, axis: Any = None) -> Array:
    """Elements along an axis where a condition holds."""
    from treadle.array.reshaping import ravel

    a = asarray(a)
    if axis is None:
        a, axis = ravel(a), 0
    if isinstance(condition, (list, tuple, np.ndarray)) and np.ndim(condition) == 1 and not is_unknown(a.shape[axis]):
        # What is chosen is known now, and so are the lengths of the chunks.
        return take(a, np.flatnonzero(np.asarray(condition, bool)), axis)
    condition = asarray(condition).astype(bool)
    if condition.shape[0] < a.shape[axis]:
        a = a[(slice(None),) * axis + (slice(0, condition.shape[0]),)]
    return _masked_axis(a, condition, axis)


def extract(condition: Any, arr: Any) -> Array:
    """Elements where a condition holds."""
    from treadle.array.reshaping import ravel

    return compress(ravel(asarray(condition)), ravel(asarray(arr)))


class BlockView:
    """An array indexed by block numbers."""

    def __init__(self, array: Array) -> None:
        self._array = array

    @property
    def shape(self) -> tuple[int, ...]:
        """Blocks along each axis."""
        return self._array.numblocks

    @property
    def size(self) -> int:
        """Blocks in all."""
        return self._array.npartitions

    def ravel(self) -> list[Array]:
        """Each block as an array."""
        return [self[place] for place in rows.grid(self._array.chunks)]

    def __getitem__(self, key: Any) -> Array:
        x = self._array
        entries = expand(key, x.ndim)
        if any(one is None for one in entries):
            raise ValueError("Slicing with np.newaxis or None is not supported")
        chosen: list[list[int]] = []
        for one, lengths in zip(entries, x.chunks, strict=True):
            numbers = np.arange(len(lengths))[one]
            chosen.append(np.atleast_1d(numbers).tolist())
        chunks: Chunks = tuple(
            tuple(lengths[i] for i in wanted) for wanted, lengths in zip(chosen, x.chunks, strict=True)
        )
        numbers = [
            rows.number([wanted[i] for wanted, i in zip(chosen, place, strict=True)], x.chunks)
            for place in rows.grid(chunks)
        ]
        return Array(_core.choose_blocks(x._blocks, numbers), chunks, x.dtype, "blocks", x._masked)


class PointView:
    """An array indexed point by point."""

    def __init__(self, array: Array) -> None:
        self._array = array

    def __getitem__(self, key: Any) -> Array:
        x = self._array
        entries = [_plain(one) for one in expand(key, x.ndim)]
        if any(one is None for one in entries):
            raise IndexError("vindex does not support indexing with None (np.newaxis)")
        points = [i for i, one in enumerate(entries) if not isinstance(one, slice)]
        x = x[tuple(one if isinstance(one, slice) else slice(None) for one in entries)]
        if not points:
            return x
        numbers = np.broadcast_arrays(*(np.asarray(entries[i]) for i in points))
        for axis, one in zip(points, numbers, strict=True):
            if one.size and (one.min() < -x.shape[axis] or one.max() >= x.shape[axis]):
                raise IndexError(f"vindex key has entries out of bounds for axis {axis} of size {x.shape[axis]}: {one}")
        order = points + [axis for axis in range(x.ndim) if axis not in points]
        moved = x.transpose(order)
        lengths = moved.shape[: len(points)]
        flat = moved.reshape((-1, *moved.shape[len(points) :]))
        positions = np.ravel_multi_index(
            [np.where(one < 0, one + length, one) for one, length in zip(numbers, lengths, strict=True)], lengths
        )
        return take(flat, positions, 0)
