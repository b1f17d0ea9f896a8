"""The same elements in other shapes and cuts."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from treadle import _core
from treadle.array import blocks as rows
from treadle.array import native
from treadle.array.chunking import Chunks, bounds, common, is_unknown, normalize_chunks, uniform
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


def rechunk(
    x: Any,
    chunks: Any = "auto",
    threshold: Any = None,
    block_size_limit: Any = None,
    balance: bool = False,
    method: Any = None,
) -> Array:
    """The same array cut into other chunks."""
    x = asarray(x)
    if x.ndim == 0:
        return x
    if any(is_unknown(length) for axis in x.chunks for length in axis):
        cut = _cut_known_axes(x, chunks, block_size_limit)
    else:
        cut = normalize_chunks(chunks, x.shape, limit=block_size_limit, dtype=x.dtype, previous_chunks=x.chunks)
    if balance:
        cut = tuple(axis if is_unknown(sum(axis)) else _balanced(axis) for axis in cut)
    if native.lengths(cut) == native.lengths(x.chunks):
        return x
    core = native.core_of(x)
    if core is not None:
        return native.wrap(core.rechunk(native.lengths(cut)), "rechunk")
    check_known(x, "rechunk()")
    row = rows.regions(x._blocks, x.chunks, [bounds(axis) for axis in cut], "rechunk")
    return Array(row, cut, x.dtype, "rechunk", x._masked)


def _cut_known_axes(x: Array, chunks: Any, limit: Any) -> Chunks:
    """The chunks asked for, where axes of unknown length keep theirs; raises ValueError if other ones are asked for."""
    if isinstance(chunks, dict):
        wanted = [chunks.get(axis, chunks.get(axis - x.ndim)) for axis in range(x.ndim)]
    elif isinstance(chunks, (tuple, list)) and len(chunks) == x.ndim:
        wanted = list(chunks)
    else:
        wanted = [chunks] * x.ndim
    known = [axis for axis in range(x.ndim) if not is_unknown(x.shape[axis])]
    for axis in set(range(x.ndim)) - set(known):
        asked, number = wanted[axis], x.numblocks[axis]
        same = isinstance(asked, (tuple, list)) and len(asked) == number and all(map(is_unknown, asked))
        if not (same or asked in (None, "auto") or (number == 1 and asked == -1)):
            check_known(x, "rechunk()")
    some = normalize_chunks(
        tuple(x.chunks[axis] if wanted[axis] is None else wanted[axis] for axis in known),
        tuple(x.shape[axis] for axis in known),
        limit=limit,
        dtype=x.dtype,
        previous_chunks=tuple(x.chunks[axis] for axis in known),
    )
    cut = list(x.chunks)
    for axis, lengths in zip(known, some, strict=True):
        cut[axis] = lengths
    return tuple(cut)


def _balanced(lengths: tuple[int, ...]) -> tuple[int, ...]:
    """As many chunks, all but the last as long as each other; one less if the last is a small rest. The lengths as they
    are if so many cannot be made."""
    number = len(lengths) - (min(lengths) <= max(lengths) / 2)
    if number < 2:
        return lengths
    even = uniform(sum(lengths), math.ceil(sum(lengths) / number))
    return even if len(even) == number else lengths


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


def broadcast_to(x: Any, shape: Any, chunks: Any = None, meta: Any = None) -> Array:
    """An array as one of a larger shape."""
    x = asarray(x)
    shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
    missing = len(shape) - x.ndim
    fits = missing >= 0 and all(own in (1, new) for own, new in zip(x.shape, shape[missing:], strict=True))
    if not fits:
        check_known(x, "broadcast_to()")
        raise ValueError(f"cannot broadcast shape {x.shape} to shape {shape}")
    default = tuple((length,) for length in shape[:missing]) + tuple(
        own if sum(own) == new else (new,) for own, new in zip(x.chunks, shape[missing:], strict=True)
    )
    cut = default if chunks is None else normalize_chunks(chunks, shape, dtype=x.dtype)
    x = (
        rechunk(x, tuple((1,) if x.shape[axis] == 1 else cut[axis + missing] for axis in range(x.ndim)))
        if x.ndim
        else x
    )
    if cut == x.chunks:
        return x
    from treadle.array.elementwise import aligned

    size = rows.count(cut)
    row = aligned(x, cut)
    made = rows.call_numbered(_broadcast_block, [row, cut], {}, size, "broadcast_to")
    return Array(made, cut, x.dtype, "broadcast_to", x._masked)


def _broadcast_block(number: int, block: Any, cut: Chunks) -> Any:
    place = np.unravel_index(number, [len(axis) for axis in cut])
    return np.broadcast_to(block, tuple(axis[int(index)] for axis, index in zip(cut, place, strict=True)))


def broadcast_arrays(*args: Any, subok: bool = False) -> tuple[Array, ...]:
    """Arrays as ones of their common shape."""
    from treadle.array.elementwise import broadcast_chunks

    arrays = [asarray(one) for one in args]
    if not arrays:
        return ()
    chunks, cut = broadcast_chunks(arrays)
    shape = tuple(sum(axis) for axis in chunks)
    return tuple(broadcast_to(one, shape, chunks) for one in cut)


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


def ravel(array_like: Any) -> Array:
    """The elements one behind the other."""
    x = asarray(array_like)
    if x.ndim == 1:
        return x
    return reshape(x, (-1,))


def flatten(x: Any) -> Array:
    """As ravel()."""
    return ravel(x)


def _rows_in_line(x: Array) -> Array:
    """The elements of chunks of rows, nobody knows how many, one behind the other."""
    x = rechunk(x, {axis: -1 for axis in range(1, x.ndim)})
    made = rows.call_each(np.ravel, [x._blocks], {}, x.npartitions, "ravel")
    return Array(made, ((np.nan,) * x.npartitions,), x.dtype, "ravel", x._masked)


def reshape(x: Any, shape: Any, merge_chunks: bool = True, limit: Any = None) -> Array:
    """The same elements, in C order, in another shape."""
    x = asarray(x)
    shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(int(length) for length in shape)
    unknown = [axis for axis, length in enumerate(x.shape) if is_unknown(length)]
    if unknown:
        if x.ndim == 1 and shape in ((-1,), ()):
            return x
        if unknown == [0] and shape == (-1,):
            return _rows_in_line(x)
        check_known(x, "reshape()")
    if shape.count(-1) > 1:
        raise ValueError("can only specify one unknown dimension")
    if -1 in shape:
        rest = -math.prod(shape)
        missing = x.size // rest if rest else 0
        shape = tuple(missing if length == -1 else length for length in shape)
    if math.prod(shape) != x.size:
        raise ValueError(f"cannot reshape array of size {x.size} into shape {shape}: it has the shape {x.shape}")
    if shape == x.shape:
        return x
    if x.size == 0:
        from treadle.array.creation import zeros

        return zeros(shape, x.dtype, chunks=tuple((length,) for length in shape))
    core = native.core_of(x)
    if core is not None:
        return native.wrap(_core.array_reshape(core, list(shape)), "reshape")
    if x.npartitions == 1:
        return _reshaped(x, tuple((length,) for length in shape))
    before: list[tuple[int, ...]] = []
    after: list[tuple[int, ...]] = []
    for old, new in _groups(x.shape, shape):
        own, made = _group_cut([x.chunks[axis] for axis in old], [shape[axis] for axis in new])
        before += own
        after += made
    return _reshaped(rechunk(x, tuple(before)), tuple(after))


def _reshaped(x: Array, chunks: Chunks) -> Array:
    return Array(
        rows.call_numbered(_reshape_block, [x._blocks, chunks], {}, rows.count(chunks), "reshape"),
        chunks,
        x.dtype,
        "reshape",
        x._masked,
    )


def _reshape_block(number: int, block: Any, chunks: Chunks) -> Any:
    place = np.unravel_index(number, [len(axis) for axis in chunks]) if chunks else ()
    return np.reshape(block, tuple(axis[int(index)] for axis, index in zip(chunks, place, strict=True)))


def _groups(old: Sequence[int], new: Sequence[int]) -> list[tuple[list[int], list[int]]]:
    """Runs of axes of both shapes that hold the same number of elements, as short as can be."""
    groups: list[tuple[list[int], list[int]]] = []
    i = j = 0
    while i < len(old) or j < len(new):
        left: list[int] = []
        right: list[int] = []
        size_left = size_right = 1
        while (not left and not right) or size_left != size_right:
            if (size_left <= size_right and i < len(old)) or j >= len(new):
                left.append(i)
                size_left *= old[i]
                i += 1
            else:
                right.append(j)
                size_right *= new[j]
                j += 1
        groups.append((left, right))
    return groups


def _group_cut(old: list[tuple[int, ...]], new: list[int]) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """How a run of axes is cut so that each block becomes a block of the other run: along its first long axis."""
    lengths = [sum(axis) for axis in old]
    first = next((i for i, length in enumerate(lengths) if length > 1), len(old) - 1)
    target = next((j for j, length in enumerate(new) if length > 1), len(new) - 1)
    if not old or not new or lengths[first : first + 1] == new[target : target + 1]:
        # Axes of length one come or go beside an axis that stays.
        kept = old[first] if old and lengths[first] > 1 else (1,)
        return [kept if i == first else (1,) for i in range(len(old))], [
            kept if j == target else (1,) for j in range(len(new))
        ]
    inner_old, inner_new = math.prod(lengths[first + 1 :]), math.prod(new[target + 1 :])
    # Borders where both a row of the old and a row of the new shape end.
    step = math.lcm(inner_old, inner_new)
    total = math.prod(lengths)
    cells = old[first]
    borders = sorted({min(total, math.ceil(stop * inner_old / step) * step) for _, stop in bounds(cells)} | {total})
    spans = [stop - start for start, stop in zip([0, *borders], borders, strict=False) if stop > start]
    own = tuple(span // inner_old for span in spans)
    made = tuple(span // inner_new for span in spans)
    return (
        [own if i == first else (lengths[i],) for i in range(len(old))],
        [made if j == target else (new[j],) for j in range(len(new))],
    )


def astype(x: Array, dtype: Any, **kwargs: Any) -> Array:
    """Elements as another dtype."""
    dtype = np.dtype(dtype)
    casting = kwargs.pop("casting", "unsafe")
    kwargs.pop("copy", None)
    kwargs.pop("order", None)
    if kwargs:
        raise TypeError(f"astype does not take the following keyword arguments: {sorted(kwargs)}")
    if dtype == x.dtype:
        return x
    if dtype.itemsize == 0 and x.dtype.kind != "O":
        dtype = np.empty(0, x.dtype).astype(dtype).dtype  # texts as long as the longest of such elements
    if not np.can_cast(x.dtype, dtype, casting=casting):
        raise TypeError(f"Cannot cast array from {x.dtype!r} to {dtype!r} according to the rule {casting!r}")
    core = native.core_of(x)
    if core is not None and native.supports(dtype) and x.dtype.kind not in "Mm" and dtype.kind not in "Mm":
        return native.wrap(core.astype(dtype.str), "astype")
    made = rows.call_each(_astype, [x._blocks, dtype], {}, x.npartitions, "astype")
    return Array(made, x.chunks, dtype, "astype", x._masked)


def _astype(block: Any, dtype: Any) -> Any:
    return block.astype(dtype, copy=False)


def view(x: Array, dtype: Any = None, order: str = "C") -> Array:
    """The bytes of the elements as elements of another dtype."""
    dtype = np.dtype(dtype or x.dtype)
    if order == "F":
        return transpose(view(transpose(x), dtype))
    factor, rest = divmod(x.dtype.itemsize, dtype.itemsize)
    back = dtype.itemsize // x.dtype.itemsize if factor == 0 else 1
    if (factor and rest) or (not factor and any(length % back for length in x.chunks[-1])):
        raise ValueError(f"the last axis cannot be cut into elements of {dtype}: its chunks are {x.chunks[-1]}")
    last = tuple(length * factor if factor else length // back for length in x.chunks[-1])
    made = rows.call_each(_view, [x._blocks, dtype], {}, x.npartitions, "view")
    return Array(made, (*x.chunks[:-1], last), dtype, "view", x._masked)


def _view(block: Any, dtype: Any) -> Any:
    return np.ascontiguousarray(block).view(dtype)


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


def tril_indices(n: int, k: int = 0, m: int | None = None, chunks: Any = "auto") -> tuple[Array, ...]:
    """The places at and below a diagonal of a matrix of ``n`` rows."""
    from treadle.array.creation import tri
    from treadle.array.searching import nonzero

    return nonzero(tri(n, m, k, bool, chunks))


def triu_indices(n: int, k: int = 0, m: int | None = None, chunks: Any = "auto") -> tuple[Array, ...]:
    """The places at and above a diagonal of a matrix of ``n`` rows."""
    from treadle.array.creation import tri
    from treadle.array.searching import nonzero

    return nonzero(~tri(n, m, k - 1, bool, chunks))


def tril_indices_from(arr: Any, k: int = 0) -> tuple[Array, ...]:
    """The places at and below a diagonal of a matrix."""
    return tril_indices(*_rows_of(arr, k))


def triu_indices_from(arr: Any, k: int = 0) -> tuple[Array, ...]:
    """The places at and above a diagonal of a matrix."""
    return triu_indices(*_rows_of(arr, k))


def _rows_of(arr: Any, k: int) -> tuple[int, int, int, Chunks]:
    arr = asarray(arr)
    if arr.ndim != 2:
        raise ValueError("input array must be 2-d")
    return arr.shape[0], k, arr.shape[1], arr.chunks


def tril(m: Any, k: int = 0) -> Array:
    """The elements at and below a diagonal; zero elsewhere."""
    from treadle.array.creation import tri
    from treadle.array.elementwise import where

    m = asarray(m)
    check_known(m, "tril()")
    return where(tri(m.shape[-2], m.shape[-1], k, bool, m.chunks[-2:]), m, np.zeros((), m.dtype)[()])


def triu(m: Any, k: int = 0) -> Array:
    """The elements at and above a diagonal; zero elsewhere."""
    from treadle.array.creation import tri
    from treadle.array.elementwise import where

    m = asarray(m)
    check_known(m, "triu()")
    return where(tri(m.shape[-2], m.shape[-1], k - 1, bool, m.chunks[-2:]), np.zeros((), m.dtype)[()], m)
