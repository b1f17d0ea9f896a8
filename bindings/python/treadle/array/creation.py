"""Arrays out of nothing, and out of what is there already."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from treadle import _core
from treadle.array import blocks as rows
from treadle.array import native
from treadle.array.chunking import Chunks, bounds, normalize_chunks
from treadle.array.collection import Array


def _shape(shape: Any) -> tuple[int, ...]:
    if isinstance(shape, (int, np.integer)):
        shape = (shape,)
    result = tuple(int(length) for length in shape)
    if any(length < 0 for length in result):
        raise ValueError(f"negative dimensions are not allowed: {result}")
    return result


def from_function_of_places(function: Callable[..., Any], chunks: Chunks, dtype: Any, name: str, *args: Any) -> Array:
    """Blocks that a function makes of their spans along each axis: ``function(spans, *args)``."""
    made = rows.call_numbered(_at_place, [function, chunks, args], {}, rows.count(chunks), name)
    return Array(made, chunks, dtype, name)


def _at_place(number: int, function: Callable[..., Any], chunks: Chunks, args: Any) -> Any:
    place = np.unravel_index(number, [len(axis) for axis in chunks]) if chunks else ()
    spans = [bounds(axis)[int(index)] for axis, index in zip(chunks, place, strict=True)]
    return function(spans, *args)


def _filled(spans: Any, value: Any, dtype: Any) -> Any:
    shape = tuple(stop - start for start, stop in spans)
    # One element held once, wherever it stands.
    return np.broadcast_to(np.asarray(value, dtype=dtype), shape)


def full(
    shape: Any,
    fill_value: Any,
    dtype: Any = None,
    chunks: Any = "auto",
    order: str = "C",
    name: str | None = None,
    **kwargs: Any,
) -> Array:
    """An array filled with one value."""
    if not np.isscalar(fill_value) and np.ndim(fill_value) != 0:
        raise ValueError(f"fill_value must be scalar. Received {type(fill_value).__name__} instead.")
    if isinstance(fill_value, Array):
        fill_value = fill_value.compute()
    dtype = np.dtype(dtype) if dtype is not None else np.asarray(fill_value).dtype
    shape = _shape(shape)
    normalized = normalize_chunks(chunks, shape, dtype=dtype)
    if native.supports(dtype):
        value = np.asarray(fill_value).astype(dtype)
        core = _core.array_full(list(shape), value, dtype.str, native.lengths(normalized))
        return native.wrap(core, "full")._called(name)
    return from_function_of_places(_filled, normalized, dtype, "full", fill_value, dtype)._called(name)


def zeros(shape: Any, dtype: Any = float, chunks: Any = "auto", **kwargs: Any) -> Array:
    """An array of zeros."""
    return full(shape, np.zeros((), dtype)[()], dtype or float, chunks)._called(kwargs.get("name"), "zeros")


def ones(shape: Any, dtype: Any = float, chunks: Any = "auto", **kwargs: Any) -> Array:
    """An array of ones."""
    return full(shape, np.ones((), dtype)[()], dtype or float, chunks)._called(kwargs.get("name"), "ones")


def empty(shape: Any, dtype: Any = float, chunks: Any = "auto", **kwargs: Any) -> Array:
    """An array of unset values; here they are zeros."""
    return zeros(shape, dtype, chunks)._called(kwargs.get("name"), "empty")


def full_like(
    a: Any,
    fill_value: Any,
    order: str = "C",
    dtype: Any = None,
    chunks: Any = None,
    name: Any = None,
    shape: Any = None,
) -> Array:
    """An array of the shape of another, filled with one value."""
    a = asarray(a)
    if shape is None and chunks is None and np.isnan(a.size):
        from treadle.array.elementwise import elementwise

        kind = np.dtype(dtype or a.dtype)
        call = partial(np.full_like, fill_value=fill_value, dtype=kind)
        return elementwise(call, a, dtype=kind, name="full_like")._called(name)
    chunks = chunks if chunks is not None else ("auto" if shape is not None else a.chunks)
    made = full(a.shape if shape is None else shape, fill_value, dtype or a.dtype, chunks)
    return made._called(name, "full_like")


def zeros_like(
    a: Any, dtype: Any = None, order: str = "C", chunks: Any = None, name: Any = None, shape: Any = None
) -> Array:
    """Zeros in the shape of another array."""
    return full_like(a, 0, order, dtype, chunks, name, shape)._called(name, "zeros_like")


def ones_like(
    a: Any, dtype: Any = None, order: str = "C", chunks: Any = None, name: Any = None, shape: Any = None
) -> Array:
    """Ones in the shape of another array."""
    return full_like(a, 1, order, dtype, chunks, name, shape)._called(name, "ones_like")


def empty_like(
    a: Any, dtype: Any = None, order: str = "C", chunks: Any = None, name: Any = None, shape: Any = None
) -> Array:
    """An array of unset values in the shape of another."""
    return full_like(a, 0, order, dtype, chunks, name, shape)._called(name, "empty_like")


def arange(
    start: Any = None,
    /,
    stop: Any = None,
    step: Any = 1,
    *,
    chunks: Any = "auto",
    like: Any = None,
    dtype: Any = None,
    **kwargs: Any,
) -> Array:
    """Evenly spaced values in a half-open interval."""
    if start is None:
        raise TypeError("arange() requires stop to be specified.")
    if stop is None:
        start, stop = type(start)(0), start
    if step == 0:
        raise ZeroDivisionError("Maximum allowed size exceeded: arange() with a step of 0")
    if any(isinstance(one, (np.datetime64, np.timedelta64)) for one in (start, stop)):
        return _arange_of_times(start, stop, step, chunks, dtype)
    length = _steps_between(start, stop, step)
    dtype = np.dtype(dtype) if dtype is not None else _arange_type(start, stop, step)
    cut = normalize_chunks(chunks, (length,), dtype=dtype)
    numbers = (start, stop, step)
    whole = all(type(one) is int and abs(one) < 2**62 for one in numbers)
    if native.supports(dtype) and ((whole and dtype.kind in "iu") or (_plain_floats(numbers) and dtype == np.float64)):
        return native.wrap(_core.array_arange(start, stop, step, dtype.str, native.lengths(cut)), "arange")
    return from_function_of_places(_arange, cut, dtype, "arange", start, step, dtype)


def _arange_of_times(start: Any, stop: Any, step: Any, chunks: Any, dtype: Any) -> Array:
    """Moments or durations, counted in the finest unit among the three."""
    if not isinstance(stop, type(start)):
        raise TypeError(f"arange() of times wants start and stop of one kind, found {start!r} and {stop!r}")
    unit = np.result_type(*(one.dtype for one in (start, stop, step) if isinstance(one, np.generic)))
    unit = np.dtype(f"{start.dtype.kind}8[{np.datetime_data(unit)[0]}]")
    between = np.dtype(f"m8[{np.datetime_data(unit)[0]}]")
    ends = [int(one.astype(unit).astype(np.int64)) for one in (start, stop)]
    by = int(np.timedelta64(step).astype(between).astype(np.int64))
    result: Array = arange(ends[0], ends[1], by, chunks=chunks).astype(unit)
    return result if dtype is None else result.astype(dtype)


def _steps_between(start: Any, stop: Any, step: Any) -> int:
    """How many elements arange() has: exact for integers of any width, else by NumPy's division."""
    if all(isinstance(one, (int, np.integer)) for one in (start, stop, step)):
        return max(-((int(start) - int(stop)) // int(step)), 0)
    if all(isinstance(one, (int, float, np.number)) and not np.iscomplexobj(one) for one in (start, stop, step)):
        start, stop, step = float(start), float(stop), float(step)
    return max(int(np.ceil((stop - start) / step)), 0)


def _arange_type(start: Any, stop: Any, step: Any) -> Any:
    numbers = (start, stop, step)
    if all(isinstance(one, np.number) or (type(one) in (int, float) and abs(one) < 2**63) for one in numbers):
        return np.arange(*(type(one)(1) for one in numbers)).dtype
    return np.arange(start, start + step, step).dtype


def _plain_floats(numbers: Any) -> bool:
    """Whether all are Python's numbers, and some of them no integers: what makes float64 of all."""
    return all(type(one) in (int, float) for one in numbers) and any(type(one) is float for one in numbers)


def _arange(spans: Any, start: Any, step: Any, dtype: Any) -> Any:
    ((low, high),) = spans
    # As NumPy does it: the first element and a step, both in the dtype.
    first, second = np.asarray(start).astype(dtype), np.asarray(start + step).astype(dtype)
    if dtype.kind in "fc":
        return first + np.arange(low, high, dtype=dtype) * (second - first)
    return (first + np.arange(low, high) * (second - first)).astype(dtype)


def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    chunks: Any = "auto",
    dtype: Any = None,
) -> Any:
    """So many evenly spaced numbers over an interval."""
    num = int(num)
    start, stop = (one.compute() if isinstance(one, Array) else one for one in (start, stop))
    divisions = num - 1 if endpoint else num
    step = (stop - start) / divisions if divisions > 0 else float("nan")
    if dtype is None:
        dtype = np.linspace(start, stop, 1).dtype
    dtype = np.dtype(dtype)
    cut = normalize_chunks(chunks, (num,), dtype=dtype)
    if dtype.kind in "iuf" and native.supports(dtype) and np.isrealobj(start) and np.isrealobj(stop):
        core = _core.array_linspace(float(start), float(stop), num, endpoint, dtype.str, native.lengths(cut))
        made = native.wrap(core, "linspace")
    else:
        made = from_function_of_places(_linspace, cut, dtype, "linspace", start, stop, num, endpoint, dtype)
    return (made, step) if retstep else made


def _linspace(spans: Any, start: Any, stop: Any, num: int, endpoint: bool, dtype: Any) -> Any:
    ((low, high),) = spans
    divisions = num - 1 if endpoint else num
    delta = stop - start
    values = np.arange(low, high, dtype=float) * (delta / divisions if divisions > 0 else delta) + start
    if endpoint and num > 1 and high == num and high > low:
        values[-1] = stop
    return values.astype(dtype)


def eye(N: int, chunks: Any = "auto", M: int | None = None, k: int = 0, dtype: Any = float) -> Array:
    """A matrix with ones on a diagonal."""
    shape = (int(N), int(N if M is None else M))
    cut = normalize_chunks(chunks, shape, dtype=dtype)
    if native.supports(np.dtype(dtype)) and np.dtype(dtype).kind not in "Mm":
        return native.wrap(_core.array_eye(*shape, int(k), np.dtype(dtype).str, native.lengths(cut)), "eye")
    return from_function_of_places(_eye, cut, np.dtype(dtype), "eye", k, np.dtype(dtype))


def _eye(spans: Any, k: int, dtype: Any) -> Any:
    (top, bottom), (left, right) = spans
    return np.eye(bottom - top, right - left, k=k + top - left, dtype=dtype)


def tri(
    N: int, M: int | None = None, k: int = 0, dtype: Any = float, chunks: Any = "auto", *, like: Any = None
) -> Array:
    """Ones at and below a diagonal."""
    shape = (int(N), int(N if M is None else M))
    cut = normalize_chunks(chunks, shape, dtype=dtype)
    return from_function_of_places(_tri, cut, np.dtype(dtype), "tri", k, np.dtype(dtype))


def _tri(spans: Any, k: int, dtype: Any) -> Any:
    (top, bottom), (left, right) = spans
    return np.tri(bottom - top, right - left, k=k + top - left, dtype=dtype)


def fromfunction(
    func: Callable[..., Any], chunks: Any = "auto", shape: Any = None, dtype: Any = None, **kwargs: Any
) -> Array:
    """An array made by calling a function on grids of indices."""
    dtype = np.dtype(dtype or float)
    cut = normalize_chunks(chunks, _shape(shape), dtype=dtype)
    result = np.asarray(func(*np.ones((len(cut),) + (1,) * len(cut), dtype=dtype), **kwargs)).dtype
    return from_function_of_places(_fromfunction, cut, result, "fromfunction", func, dtype, kwargs)


def _fromfunction(spans: Any, func: Callable[..., Any], dtype: Any, kwargs: dict[str, Any]) -> Any:
    axes = [np.arange(start, stop, dtype=dtype) for start, stop in spans]
    shape = tuple(len(axis) for axis in axes)
    return np.broadcast_to(func(*np.meshgrid(*axes, indexing="ij"), **kwargs), shape)


def indices(dimensions: Sequence[int], dtype: Any = int, chunks: Any = "auto") -> Array:
    """The indices of a grid: an array of one more axis."""
    from treadle.array.broadcasting import broadcast_to
    from treadle.array.joining import stack

    shape = _shape(dimensions)
    cut = normalize_chunks(chunks, shape, dtype=dtype)
    grids = []
    for axis, length in enumerate(shape):
        line = arange(length, dtype=dtype, chunks=(cut[axis],))
        grids.append(broadcast_to(line.reshape((1,) * axis + (length,) + (1,) * (len(shape) - axis - 1)), shape, cut))
    return stack(grids) if grids else empty((0,), dtype=dtype)


def meshgrid(*xi: Any, sparse: bool = False, indexing: str = "xy", **kwargs: Any) -> tuple[Array, ...]:
    """Matrices of coordinates from vectors of coordinates."""
    from treadle.array.axes import check_known
    from treadle.array.broadcasting import broadcast_to

    if indexing not in ("xy", "ij"):
        raise ValueError("`indexing` must be `'ij'` or `'xy'`")
    vectors = [asarray(one).ravel() for one in xi]
    for one in vectors:
        check_known(one, "meshgrid()")
    if indexing == "xy" and len(vectors) > 1:
        vectors[0], vectors[1] = vectors[1], vectors[0]
    ndim = len(vectors)
    grids = [one.reshape((1,) * i + one.shape + (1,) * (ndim - i - 1)) for i, one in enumerate(vectors)]
    if not sparse:
        shape = tuple(one.shape[0] for one in vectors)
        cut = tuple(one.chunks[0] for one in vectors)
        grids = [broadcast_to(one, shape, cut) for one in grids]
    if indexing == "xy" and ndim > 1:
        grids[0], grids[1] = grids[1], grids[0]
    return tuple(grids)


def from_array(
    x: Any,
    chunks: Any = "auto",
    name: Any = None,
    lock: Any = False,
    asarray: bool | None = None,
    fancy: bool = True,
    getitem: Any = None,
    meta: Any = None,
    inline_array: bool = False,
) -> Array:
    """A lazy array over anything that slices like NumPy's: ndarray, memmap, h5py data set, Zarr array. Nothing is
    copied: each chunk is a view, or is read when it is needed."""
    from treadle.array.sources import from_sliceable

    if isinstance(x, Array):
        raise ValueError("Array is already a treadle array. Use 'asarray' or 'rechunk' instead.")
    if not hasattr(x, "__getitem__") or not hasattr(x, "shape"):
        x = np.asarray(x)
    return from_sliceable(x, chunks, lock, asarray)._called(name)


def asarray(
    a: Any,
    allow_unknown_chunksizes: bool = False,
    dtype: Any = None,
    order: Any = None,
    *,
    like: Any = None,
    **kwargs: Any,
) -> Array:
    """A lazy array of the input; itself if it is one."""
    if not isinstance(a, Array):
        if hasattr(a, "__treadle_plan__") or hasattr(a, "to_dask_array"):
            from treadle.array.conversion import from_frame

            a = from_frame(a)
        elif isinstance(a, (list, tuple)) and any(isinstance(one, Array) for one in a):
            from treadle.array.joining import stack

            a = stack([asarray(one) for one in a])
        else:
            if not hasattr(a, "shape") or not hasattr(a, "__getitem__") or np.ndim(a) == 0:
                a = np.asarray(a)
            a = from_array(a, **{"chunks": a.shape if a.ndim == 0 else "auto", **kwargs})
    return a.astype(dtype) if dtype is not None and np.dtype(dtype) != a.dtype else a


def asanyarray(a: Any, dtype: Any = None, order: Any = None, *, like: Any = None, inline_array: bool = False) -> Array:
    """As asarray()."""
    return asarray(a, dtype=dtype)


def array(x: Any, dtype: Any = None, ndmin: int | None = None, *, like: Any = None) -> Array:
    """A lazy array of an array-like."""
    result = asarray(x, dtype=dtype)
    while ndmin is not None and result.ndim < ndmin:
        result = result[None]
    return result


def lazy_arguments(args: Sequence[Any]) -> list[Any]:
    """Makes the first array-like lazy if none of the arguments is."""
    made = [np.asarray(arg) if isinstance(arg, (list, tuple)) else arg for arg in args]
    if made and not any(isinstance(arg, Array) for arg in made):
        made[0] = asarray(made[0])
    return made


def diag(v: Any, k: int = 0) -> Array:
    """The diagonal of a matrix, or a matrix with a given diagonal."""
    v = asarray(v)
    if v.ndim == 2:
        return diagonal(v, k)
    if v.ndim != 1:
        raise ValueError("Array must be 1d or 2d only")
    from treadle.array.axes import check_known
    from treadle.array.padding import pad

    check_known(v, "diag()")
    made = [
        rows.call_each(_diagonal_block, [v._blocks[i]], {"length": length}, 1, "diag")
        if i == j
        else rows.call_each(_filled, [[(0, v.chunks[0][i]), (0, length)], 0, v.dtype], {}, 1, "zeros")
        for i in range(len(v.chunks[0]))
        for j, length in enumerate(v.chunks[0])
    ]
    square = Array(_core.join_blocks(made), (v.chunks[0], v.chunks[0]), v.dtype, "diag")
    if k == 0:
        return square
    return pad(square, ((0, k), (k, 0)) if k > 0 else ((-k, 0), (0, -k)), mode="constant")


def _diagonal_block(values: Any, length: int) -> Any:
    return np.diag(values)


def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Array:
    """The elements on a diagonal of two axes. Only chunks that it goes through are looked at."""
    from treadle.array.axes import check_axis, check_known, transpose

    a = asarray(a)
    check_known(a, "a diagonal")
    if a.ndim < 2:
        raise ValueError("diag requires an array of at least two dimensions")
    last = (check_axis(axis1, a.ndim), check_axis(axis2, a.ndim))
    if last[0] == last[1]:
        raise ValueError("axis1 and axis2 cannot be the same")
    moved = transpose(a, [axis for axis in range(a.ndim) if axis not in last] + list(last))
    pieces = _pieces_of_diagonal(moved.chunks[-2], moved.chunks[-1], offset)
    numbers = [
        rows.number((*place, *piece.place), moved.chunks) for place in rows.grid(moved.chunks[:-2]) for piece in pieces
    ]
    row = _core.choose_blocks(moved._blocks, numbers)
    made = rows.call_numbered(_piece_of_diagonal, [row, pieces], {}, len(numbers), "diagonal")
    return Array(made, (*moved.chunks[:-2], tuple(piece.length for piece in pieces)), a.dtype, "diagonal")


class _DiagonalPiece(NamedTuple):
    """What of a diagonal lies in one chunk: which chunk, from where in it, how many elements."""

    place: tuple[int, int]
    start: tuple[int, int]
    length: int


def _pieces_of_diagonal(down: Any, across: Any, offset: int) -> list[_DiagonalPiece]:
    begin = (max(-offset, 0), max(offset, 0))
    length = min(sum(down) - begin[0], sum(across) - begin[1])
    if length <= 0:
        return [_DiagonalPiece((0, 0), (0, 0), 0)]
    # Along the diagonal, where the chunks of each axis begin.
    starts = [[low - own for low, _ in bounds(axis)] for axis, own in ((down, begin[0]), (across, begin[1]))]
    steps = [0, *sorted({one for axis in starts for one in axis if 0 < one < length}), length]
    pieces = []
    for step, stop in pairwise(steps):
        i, j = (bisect_right(axis, step) - 1 for axis in starts)
        pieces.append(_DiagonalPiece((i, j), (step - starts[0][i], step - starts[1][j]), stop - step))
    return pieces


def _piece_of_diagonal(number: int, block: Any, pieces: Sequence[_DiagonalPiece]) -> Any:
    _, (row, column), length = pieces[number % len(pieces)]
    part = block[..., row : row + length, column : column + length]
    return np.diagonal(part, axis1=-2, axis2=-1).copy()  # a view would hold all of the chunk
