"""Any function of blocks, and functions along axes: map_blocks, apply_along_axis, coarsen."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from treadle.array import blocks as rows
from treadle.array import native
from treadle.array.chunking import Chunks, bounds, is_unknown
from treadle.array.collection import Array
from treadle.array.creation import asarray


def whole(
    function: Callable[..., Any], arrays: Sequence[Array], shape: Any, dtype: Any, name: str, **kwargs: Any
) -> Array:
    """A function of whole arrays: their blocks are brought together for it. The result is one chunk."""
    args = [[one._blocks[i] for i in range(one.npartitions)] for one in arrays]
    plans = [(one.chunks, one.dtype) for one in arrays]
    made = rows.call_one(_whole, (function, args, plans, kwargs), name)
    return Array(made, tuple((length,) for length in shape), dtype, name)


def _whole(function: Callable[..., Any], args: Any, plans: Any, kwargs: dict[str, Any]) -> Any:
    return function(*(rows.join(values, *plan) for values, plan in zip(args, plans, strict=True)), **kwargs)


def map_blocks(
    func: Callable[..., Any],
    *args: Any,
    name: str | None = None,
    token: str | None = None,
    dtype: Any = None,
    chunks: Any = None,
    drop_axis: Any = None,
    new_axis: Any = None,
    enforce_ndim: bool = False,
    meta: Any = None,
    **kwargs: Any,
) -> Array:
    """A function called on every block; blocks of several arrays that go together are its arguments. With a parameter
    ``block_id`` it is told the block's place, with ``block_info`` shapes and places as well."""
    if not callable(func):
        raise TypeError(f"First argument must be callable function, not {type(func).__name__}")
    from treadle.array.elementwise import aligned

    arrays: Sequence[Array] = [one for one in args if isinstance(one, Array)]
    wants = {one for one in ("block_id", "block_info") if _takes(func, one)}
    if not arrays:
        return _made_blocks(func, args, kwargs, chunks, dtype, wants, name)
    if isinstance(func, np.ufunc) and not kwargs and chunks is drop_axis is new_axis is None:
        # Block by block or element by element is all the same to it.
        made = native.apply(func.__name__, args)
        if made is not None and (dtype is None or made.dtype == np.dtype(dtype)):
            return made
    dropped = _as_list(drop_axis)
    ndim = max(one.ndim for one in arrays)
    if any(not -ndim <= axis < ndim for axis in dropped):
        raise ValueError(f"drop_axis={drop_axis}: the blocks have {ndim} axes")
    if new_axis is None and isinstance(chunks, (tuple, list)) and len(chunks) > ndim - len(dropped):
        new_axis = list(range(len(chunks) - ndim + len(dropped)))
    arrays = _whole_along(arrays, dropped)
    grid, arrays = _grid_of(arrays)
    following = iter(arrays)
    given = [aligned(next(following), grid) if isinstance(one, Array) else one for one in args]
    output = _output_chunks(grid, chunks, drop_axis, new_axis)
    masked = isinstance(meta, np.ma.MaskedArray)
    if dtype is None and meta is not None:
        dtype = meta.dtype
    if dtype is None:
        sample = _guessed(func, args, kwargs, wants)
        dtype, masked = sample.dtype, isinstance(sample, np.ma.MaskedArray)
    following = iter(arrays)
    info = {i: next(following).chunks for i, one in enumerate(args) if isinstance(one, Array)}
    layout = _Layout(grid, output, info, dropped, _as_list(new_axis), np.dtype(dtype).str)
    label = str(name or token or getattr(func, "__name__", "map_blocks"))
    row = rows.call_numbered(_mapped, [func, given, kwargs, layout, wants], {}, rows.count(grid), label)
    return Array(row, output, dtype, label, masked or any(one._masked for one in arrays))._called(name)


def _whole_along(arrays: Sequence[Array], dropped: Sequence[int]) -> list[Array]:
    """The arrays in one chunk along axes that the function takes away."""
    ndim = max(one.ndim for one in arrays)
    made = []
    for one in arrays:
        own = [axis % ndim - ndim + one.ndim for axis in dropped]
        made.append(one.rechunk({axis: -1 for axis in own if axis >= 0}) if dropped else one)
    return made


def _grid_of(arrays: Sequence[Array]) -> tuple[Chunks, Sequence[Array]]:
    """The chunks that arrays broadcast to. Arrays of other shapes go together block by block, if they have as many."""
    from treadle.array.elementwise import broadcast_chunks

    try:
        return broadcast_chunks(arrays)
    except ValueError:
        ndim = max(one.ndim for one in arrays)
        grid: list[tuple[Any, ...]] = []
        for axis in range(ndim):
            found = [one.chunks[axis - ndim + one.ndim] for one in arrays if axis - ndim + one.ndim >= 0]
            longest = max(found, key=len)
            if any(len(lengths) not in (1, len(longest)) for lengths in found):
                raise
            grid.append(longest)
        return tuple(grid), arrays


def _as_list(axes: Any) -> list[int]:
    return [] if axes is None else [int(axis) for axis in np.atleast_1d(axes)]


def _takes(func: Callable[..., Any], name: str) -> bool:
    try:
        return name in inspect.signature(func).parameters
    except (TypeError, ValueError):
        return False


def _guessed(func: Callable[..., Any], args: Any, kwargs: dict[str, Any], wants: set[str]) -> Any:
    given = dict(kwargs)
    for one in args:
        if isinstance(one, Array):
            given |= {"block_id": (0,) * one.ndim} if "block_id" in wants else {}
            break
    if "block_info" in wants:
        given["block_info"] = None
    with np.errstate(all="ignore"):
        for length in (0, 1):
            try:
                sample = [_sample(one, length) if isinstance(one, Array) else one for one in args]
                return np.asanyarray(func(*sample, **given))
            except Exception as raised:
                failure = raised
    raise ValueError(
        f"`dtype` inference failed in `map_blocks`: calling {getattr(func, '__name__', func)!r} on a small "
        f"block raised "
        f"{type(failure).__name__}: {failure}; dtype= tells what comes out"
    ) from failure


def _sample(x: Array, length: int) -> Any:
    ones = np.ones((length,) * x.ndim, x.dtype)
    return np.ma.masked_array(ones) if x._masked else ones


def _output_chunks(grid: Chunks, chunks: Any, drop_axis: Any, new_axis: Any) -> Chunks:
    dropped = {axis % len(grid) for axis in _as_list(drop_axis)}
    lengths = [one for axis, one in enumerate(grid) if axis not in dropped]
    for axis in sorted(_as_list(new_axis)):
        lengths.insert(axis, (1,))
    if chunks is None:
        return tuple(lengths)
    if isinstance(chunks, (int, np.integer)):
        chunks = (chunks,)
    if len(chunks) != len(lengths):
        raise ValueError(f"Provided chunks have {len(chunks)} dims; expected {len(lengths)} dims, found {chunks}")
    result: list[tuple[Any, ...]] = []
    for one, old in zip(chunks, lengths, strict=True):
        wanted = tuple(one) if isinstance(one, (tuple, list)) else (one,) * len(old)
        if len(wanted) != len(old):
            raise ValueError(
                f"Dimension {len(result)} has {len(old)} blocks, chunks specified with {len(wanted)} blocks"
            )
        result.append(wanted)
    return tuple(result)


def _made_blocks(
    func: Callable[..., Any], args: Any, kwargs: dict[str, Any], chunks: Any, dtype: Any, wants: set[str], name: Any
) -> Array:
    if chunks is None:
        raise ValueError("chunks= is needed where there are no arrays among the arguments")
    grid: Chunks = tuple(tuple(one) if isinstance(one, (tuple, list)) else (one,) for one in chunks)
    if dtype is None:
        sample = dict(kwargs)
        sample |= {"block_id": (0,) * len(grid)} if "block_id" in wants else {}
        sample |= {"block_info": _Layout(grid, grid, {}, [], [], "<f8").info(0)} if "block_info" in wants else {}
        dtype = np.asarray(func(*args, **sample)).dtype
    label = str(name or getattr(func, "__name__", "map_blocks"))
    layout = _Layout(grid, grid, {}, [], [], np.dtype(dtype).str)
    row = rows.call_numbered(_mapped, [func, list(args), kwargs, layout, wants], {}, rows.count(grid), label)
    return Array(row, grid, dtype, label)


def _mapped(
    number: int, func: Callable[..., Any], given: Any, kwargs: dict[str, Any], layout: _Layout, wants: set[str]
) -> Any:
    extra: dict[str, Any] = {}
    if "block_id" in wants:
        extra["block_id"] = tuple(layout.places(number)[1])
    if "block_info" in wants:
        extra["block_info"] = layout.info(number)
    return rows.as_block(func(*given, **{**kwargs, **extra}))


class _Layout:
    """Where blocks lie: of the grid that a function is called on, of its arguments, of what it makes."""

    def __init__(
        self, grid: Chunks, output: Chunks, inputs: Any, dropped: list[int], new: list[int], dtype: str
    ) -> None:
        self.grid = grid
        self.output = output
        self.inputs = inputs  # chunks by the number of the argument
        self.dropped = {axis % len(grid) for axis in dropped}
        self.new = sorted(new)
        self.dtype = dtype

    def places(self, number: int) -> tuple[list[int], list[int]]:
        """A block's place in the grid, and in what comes out."""
        place = [int(i) for i in np.unravel_index(number, [len(axis) for axis in self.grid])]
        out = [i for axis, i in enumerate(place) if axis not in self.dropped]
        for axis in self.new:
            out.insert(axis, 0)
        return place, out

    def info(self, number: int) -> dict[Any, Any]:
        """What a function is told as ``block_info``."""
        place, out = self.places(number)
        result: dict[Any, Any] = {}
        for which, chunks in self.inputs.items():
            tail = place[len(self.grid) - len(chunks) :]
            own = [0 if len(axis) == 1 else i for axis, i in zip(chunks, tail, strict=True)]
            result[which] = _described(chunks, own)
        result[None] = _described(self.output, out)
        result[None]["chunk-shape"] = tuple(axis[i] for axis, i in zip(self.output, out, strict=True))
        result[None]["dtype"] = np.dtype(self.dtype)
        return result


def _described(chunks: Chunks, place: Sequence[int]) -> dict[str, Any]:
    return {
        "shape": tuple(sum(axis) for axis in chunks),
        "num-chunks": tuple(len(axis) for axis in chunks),
        "array-location": [bounds(axis)[i] for axis, i in zip(chunks, place, strict=True)],
        "chunk-location": tuple(place),
    }


def apply_along_axis(
    func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, dtype: Any = None, shape: Any = None, **kwargs: Any
) -> Array:
    """A function of every line along an axis."""
    from treadle.array.axes import check_axis, check_known
    from treadle.array.rechunking import rechunk

    arr = asarray(arr)
    axis = check_axis(axis, arr.ndim)
    if is_unknown(arr.shape[axis]):
        check_known(arr, "apply_along_axis()")
    if shape is None or dtype is None:
        sample = np.asarray(func1d(np.ones(max(1, int(arr.shape[axis])), arr.dtype), *args, **kwargs))
        shape, dtype = sample.shape if shape is None else shape, sample.dtype if dtype is None else dtype
    arr = rechunk(arr, {axis: -1})
    row = rows.call_each(
        _along_axis, [arr._blocks, func1d, axis, args, kwargs], {}, arr.npartitions, "apply_along_axis"
    )
    chunks = arr.chunks[:axis] + tuple((length,) for length in shape) + arr.chunks[axis + 1 :]
    return Array(row, chunks, dtype, "apply_along_axis", arr._masked)


def _along_axis(block: Any, func1d: Callable[..., Any], axis: int, args: Any, kwargs: dict[str, Any]) -> Any:
    return np.apply_along_axis(func1d, axis, block, *args, **kwargs)


def apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Array:
    """A function applied along several axes, one after the other."""
    a = asarray(a)
    for axis in (axes,) if isinstance(axes, int) else axes:
        result = func(a, axis)
        a = result if result.ndim == a.ndim else result[(slice(None),) * (axis % a.ndim) + (None,)]
    return a


def coarsen(
    reduction: Callable[..., Any], x: Any, axes: dict[int, int], trim_excess: bool = False, **kwargs: Any
) -> Array:
    """Neighbourhoods of a size reduced to one element each."""
    from treadle.array.rechunking import rechunk

    x = asarray(x)
    axes = {axis % x.ndim: size for axis, size in axes.items()}
    if trim_excess:
        x = x[tuple(slice(0, n - n % axes.get(i, 1)) for i, n in enumerate(x.shape))]
    elif any(x.shape[axis] % size for axis, size in axes.items()):
        raise ValueError(
            f"Coarsening factors {axes} do not align with the shape {x.shape}; trim_excess=True cuts the rest off"
        )
    cut = []
    for axis, lengths in enumerate(x.chunks):
        size = axes.get(axis, 1)
        borders = sorted({min(x.shape[axis], -(-stop // size) * size) for _, stop in bounds(lengths)})
        cut.append(tuple(b - a for a, b in zip([0, *borders], borders, strict=False) if b > a) or (0,))
    x = rechunk(x, tuple(cut))
    dtype = np.asarray(
        reduction(np.ones((1,) * (2 * x.ndim), x.dtype), axis=tuple(range(1, 2 * x.ndim, 2)), **kwargs)
    ).dtype
    row = rows.call_each(
        _coarsen, [reduction, x._blocks, [axes.get(i, 1) for i in range(x.ndim)], kwargs], {}, x.npartitions, "coarsen"
    )
    return Array(
        row, tuple(tuple(n // axes.get(i, 1) for n in lengths) for i, lengths in enumerate(cut)), dtype, "coarsen"
    )


def _coarsen(reduction: Callable[..., Any], block: Any, sizes: Sequence[int], kwargs: dict[str, Any]) -> Any:
    shape: list[int] = []
    for length, size in zip(block.shape, sizes, strict=True):
        shape += [length // size, size]
    return reduction(block.reshape(shape), axis=tuple(range(1, 2 * block.ndim, 2)), **kwargs)
