"""Reductions: what the core computes, and trees of NumPy functions for the rest."""

from __future__ import annotations

import builtins
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from treadle import _core
from treadle.array import blocks as rows
from treadle.array import native
from treadle.array.chunking import Chunks, bounds, is_unknown
from treadle.array.collection import Array
from treadle.array.creation import asarray

# So many blocks meet in one task, along all axes together.
_FAN_IN = 16


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """The axes that are reduced, from the front and in order."""
    from treadle.array.axes import check_axis

    if axis is None or (ndim == 0 and isinstance(axis, (int, np.integer)) and axis in (0, -1)):
        return tuple(range(ndim))  # an array without axes takes 0, as NumPy's
    found = [check_axis(one, ndim) for one in (axis if isinstance(axis, (tuple, list)) else (axis,))]
    if len(set(found)) != len(found):
        raise ValueError("duplicate value in 'axis'")
    return tuple(sorted(found))


def reduction(
    x: Any,
    chunk: Callable[..., Any],
    aggregate: Callable[..., Any],
    axis: Any = None,
    keepdims: bool = False,
    dtype: Any = None,
    split_every: Any = None,
    combine: Callable[..., Any] | None = None,
    name: str | None = None,
    out: Array | None = None,
    concatenate: bool = True,
    output_size: int = 1,
    meta: Any = None,
    weights: Any = None,
) -> Array:
    """A reduction made of functions: ``chunk`` of each block, ``combine`` of several answers of that, ``aggregate`` of
    the last of them. Each is called with ``axis=`` and ``keepdims=``; answers may be dictionaries of arrays."""
    x = asarray(x)
    axes = axes_of(axis, x.ndim)
    label = str(name or getattr(chunk, "__name__", "reduction"))
    given = [x._blocks]
    if weights is not None:
        from treadle.array.broadcasting import broadcast_to
        from treadle.array.elementwise import aligned

        given.append(aligned(broadcast_to(asarray(weights), x.shape, x.chunks), x.chunks))
    partial = rows.call_each(_chunked, [chunk, given, axes], {}, x.npartitions, label)
    sizes: list[Sequence[Any]] = [list(lengths) for lengths in x.chunks]
    fan_in = _fan_in(split_every, axes)
    middle = combine or aggregate
    while builtins.any(len(sizes[one]) > fan_in[one] for one in axes):
        partial, sizes = _merged(partial, sizes, axes, fan_in, middle, True, concatenate, label)
    partial, sizes = _merged(
        partial, sizes, axes, {one: len(sizes[one]) for one in axes}, aggregate, keepdims, concatenate, label
    )
    chunks = tuple(
        (output_size,) if i in axes else lengths for i, lengths in enumerate(x.chunks) if keepdims or i not in axes
    )
    made = Array(partial, chunks, dtype if dtype is not None else x.dtype, label, x._masked)
    return into(out, made)


def _fan_in(split_every: Any, axes: tuple[int, ...]) -> dict[int, int]:
    if isinstance(split_every, dict):
        return {one: builtins.max(2, split_every.get(one, 2)) for one in axes}
    every = _FAN_IN if not split_every or split_every is True else int(split_every)
    return {one: builtins.max(2, int(every ** (1 / builtins.max(len(axes), 1)))) for one in axes}


def _chunked(chunk: Callable[..., Any], given: Any, axes: Any) -> Any:
    return chunk(*given, axis=axes, keepdims=True)


def _merged(
    row: _core.Blocks,
    sizes: list[Sequence[Any]],
    axes: tuple[int, ...],
    fan_in: dict[int, int],
    function: Callable[..., Any],
    keepdims: bool,
    concatenate: bool,
    name: str,
) -> tuple[_core.Blocks, list[Sequence[Any]]]:
    """Runs of neighbouring blocks merged into one each."""
    along = []
    for axis, lengths in enumerate(sizes):
        step = fan_in[axis] if axis in axes else 1
        along.append([range(i, builtins.min(i + step, len(lengths))) for i in range(0, len(lengths), step)])
    before: Chunks = tuple(tuple(lengths) for lengths in sizes)
    made = []
    for runs in itertools.product(*along):
        nested = _nested(row, before, runs, ())
        made.append(rows.call_one(_merge, (function, nested, axes, keepdims, concatenate), name))
    after: list[Sequence[Any]] = [[1] * len(runs) if axis in axes else sizes[axis] for axis, runs in enumerate(along)]
    return (made[0] if len(made) == 1 else _core.join_blocks(made)), after


def _nested(row: _core.Blocks, chunks: Chunks, runs: Sequence[Sequence[int]], place: tuple[int, ...]) -> Any:
    if len(place) == len(runs):
        return row[rows.number(place, chunks)] if runs else row
    return [_nested(row, chunks, runs, (*place, i)) for i in runs[len(place)]]


def _merge(function: Callable[..., Any], nested: Any, axes: Any, keepdims: bool, concatenate: bool) -> Any:
    depth = 0
    one = nested
    while isinstance(one, list):
        one, depth = one[0], depth + 1
    if concatenate:
        return function(_joined(nested, 0, depth), axis=axes, keepdims=keepdims)
    return function(nested, axis=axes, keepdims=keepdims)


def _joined(nested: Any, axis: int, depth: int) -> Any:
    if axis == depth:
        return nested
    parts = [_joined(one, axis + 1, depth) for one in nested]
    if len(parts) == 1:
        return parts[0]
    if isinstance(parts[0], dict):
        return {key: np.concatenate([one[key] for one in parts], axis=axis) for key in parts[0]}
    return rows.concatenated(parts, axis)


def into(out: Any, result: Array) -> Array:
    """``out=``: an array that becomes the result."""
    from treadle.array.elementwise import _into

    return _into(out, result)


def _plain(name: str) -> Any:
    function = getattr(np, name)

    def reduced(
        a: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, split_every: Any = None, out: Any = None
    ) -> Array:
        a = asarray(a)
        axes = axes_of(axis, a.ndim)
        made = native.reduce(name, a, axes, keepdims, dtype)
        if made is None:
            kwargs = {} if dtype is None else {"dtype": dtype}
            result = np.asarray(function(np.ones((1,) * a.ndim, a.dtype), **kwargs)).dtype
            made = reduction(a, _Bound(function, kwargs), function, axes, keepdims, result, split_every, name=name)
        return into(out, made)

    reduced.__name__ = name
    reduced.__doc__ = f"NumPy's ``{name}``, as a tree over the blocks."
    return reduced


class _Bound:
    """A function with arguments by name."""

    def __init__(self, function: Callable[..., Any], kwargs: dict[str, Any]) -> None:
        self.function = function
        self.kwargs = kwargs
        self.__name__ = function.__name__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs, **self.kwargs)


sum = _plain("sum")
prod = _plain("prod")
nansum = _plain("nansum")
nanprod = _plain("nanprod")


def _without_dtype(name: str) -> Any:
    whole = _plain(name)

    def reduced(a: Any, axis: Any = None, keepdims: bool = False, split_every: Any = None, out: Any = None) -> Array:
        a = asarray(a)
        if (
            name in ("min", "max", "nanmin", "nanmax")
            and a.size == 0
            and 0 in [a.shape[i] for i in axes_of(axis, a.ndim)]
        ):
            raise ValueError(f"zero-size array to reduction operation {name} which has no identity")
        result: Array = whole(a, axis, None, keepdims, split_every, out)
        return result

    reduced.__name__ = name
    reduced.__doc__ = f"NumPy's ``{name}``, as a tree over the blocks."
    return reduced


min = _without_dtype("min")
max = _without_dtype("max")
nanmin = _without_dtype("nanmin")
nanmax = _without_dtype("nanmax")
any = _without_dtype("any")
all = _without_dtype("all")


def _moments(name: str, skip: bool) -> Any:
    """mean, var and std and their nan variants."""

    def reduced(
        a: Any,
        axis: Any = None,
        dtype: Any = None,
        keepdims: bool = False,
        ddof: float = 0,
        split_every: Any = None,
        out: Any = None,
    ) -> Array:
        a = asarray(a)
        axes = axes_of(axis, a.ndim)
        made = native.reduce(name, a, axes, keepdims, dtype, ddof)
        if made is None:
            numpy_function = getattr(np, name)
            result = np.dtype(dtype) if dtype is not None else numpy_function(np.ones(1, a.dtype)).dtype
            last = {"mean": _mean_of, "var": _var_of, "std": _std_of}[name.removeprefix("nan")]
            finish = _Bound(last, {"ddof": ddof, "dtype": result, "masked": a._masked})
            made = reduction(
                a,
                _Bound(_moment_chunk, {"skip": skip}),
                finish,
                axes,
                keepdims,
                result,
                split_every,
                _moment_merge,
                name,
            )
        return into(out, made)

    reduced.__name__ = name
    reduced.__doc__ = f"NumPy's ``{name}``, as a tree over the blocks."
    return reduced


def _moment_chunk(block: Any, axis: Any, keepdims: bool, skip: bool) -> dict[str, Any]:
    wide = np.complex128 if block.dtype.kind == "c" else np.float64
    values = block.astype(wide)
    there: Any
    if skip or isinstance(block, np.ma.MaskedArray):
        there = ~np.ma.getmaskarray(values) & ~(np.isnan(np.ma.getdata(values)) & skip)
        values = np.ma.getdata(values)
        number = there.sum(axis=axis, keepdims=True)
        values = np.where(there, values, 0)
    else:
        there = True
        number = np.full(
            tuple(1 if i in axis else length for i, length in enumerate(block.shape)),
            math.prod(block.shape[i] for i in axis),
        )
    total = values.sum(axis=axis, keepdims=True)
    with np.errstate(all="ignore"):
        away = np.where(there, values - total / number, 0)
    return {"number": number, "total": total, "squares": (np.abs(away) ** 2).sum(axis=axis, keepdims=True)}


def _moment_merge(state: dict[str, Any], axis: Any, keepdims: bool) -> dict[str, Any]:
    number = state["number"].sum(axis=axis, keepdims=True)
    total = state["total"].sum(axis=axis, keepdims=True)
    with np.errstate(all="ignore"):
        away = np.abs(state["total"] / state["number"] - total / number) ** 2 * state["number"]
    away = np.where(state["number"] == 0, 0, away)
    return {"number": number, "total": total, "squares": (state["squares"] + away).sum(axis=axis, keepdims=True)}


def _finished(values: Any, axis: Any, keepdims: bool, dtype: Any) -> Any:
    values = values.astype(dtype)
    return values if keepdims else values.reshape([length for i, length in enumerate(values.shape) if i not in axis])


def _mean_of(state: dict[str, Any], axis: Any, keepdims: bool, ddof: float, dtype: Any, masked: bool) -> Any:
    merged = _moment_merge(state, axis, True)
    with np.errstate(all="ignore"):
        values = merged["total"] / merged["number"]
    return _finished(_masked_below(values, merged["number"], masked), axis, keepdims, dtype)


def _var_of(state: dict[str, Any], axis: Any, keepdims: bool, ddof: float, dtype: Any, masked: bool) -> Any:
    merged = _moment_merge(state, axis, True)
    left = merged["number"] - ddof
    with np.errstate(all="ignore"):
        values = np.where(left > 0, merged["squares"] / left, np.nan)
    return _finished(_masked_below(values, left, masked), axis, keepdims, dtype)


def _std_of(state: dict[str, Any], axis: Any, keepdims: bool, ddof: float, dtype: Any, masked: bool) -> Any:
    return np.sqrt(_var_of(state, axis, keepdims, ddof, np.float64, masked)).astype(dtype)


def _masked_below(values: Any, left: Any, masked: bool) -> Any:
    """Of masked arrays: masked where nothing is left to divide by."""
    where: Any = np.ma.masked_where
    return where(left <= 0, values) if masked else values


var = _moments("var", False)
std = _moments("std", False)
nanvar = _moments("nanvar", True)
nanstd = _moments("nanstd", True)
_mean = _moments("mean", False)
_nanmean = _moments("nanmean", True)


def mean(
    a: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, split_every: Any = None, out: Any = None
) -> Array:
    """The arithmetic mean."""
    result: Array = _mean(a, axis, dtype, keepdims, 0, split_every, out)
    return result


def nanmean(
    a: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, split_every: Any = None, out: Any = None
) -> Array:
    """The arithmetic mean, NaN left out."""
    result: Array = _nanmean(a, axis, dtype, keepdims, 0, split_every, out)
    return result


def moment(
    a: Any,
    order: int,
    axis: Any = None,
    dtype: Any = None,
    keepdims: bool = False,
    ddof: float = 0,
    split_every: Any = None,
    out: Any = None,
) -> Array:
    """The central moment of an order."""
    a = asarray(a)
    if not isinstance(order, (int, np.integer)) or order < 0:
        raise ValueError(f"order must be a non-negative integer, found {order!r}")
    axes = axes_of(axis, a.ndim)
    number = number_along(a, axes) - ddof
    if order == 0:
        return into(out, sum(a * 0.0, axes, dtype, keepdims) + 1.0)
    if order == 1:
        return into(out, sum(a * 0.0, axes, dtype, keepdims))
    away = a - mean(a, axes, keepdims=True)
    return into(out, sum(away**order, axes, dtype, keepdims) / number)


def number_along(a: Array, axes: tuple[int, ...], keepdims: bool = False) -> Any:
    """How many elements there are along axes; computed with the rest where lengths are unknown."""
    number = math.prod(a.shape[one] for one in axes)
    if not is_unknown(number):
        return number
    from treadle.array.creation import ones_like

    return sum(ones_like(a, dtype=np.intp), axes, keepdims=keepdims)


def ptp(a: Any, axis: Any = None) -> Array:
    """The largest element less the smallest."""
    result: Array = max(a, axis) - min(a, axis)
    return result


def count_nonzero(a: Any, axis: Any = None, keepdims: bool = False) -> Array:
    """How many elements are not zero."""
    result: Array = sum(asarray(a).astype(bool), axis, np.intp, keepdims)
    return result


def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, keepdims: bool = False) -> Any:
    """The mean, weighted if weights are given."""
    a = asarray(a)
    axes = axes_of(axis, a.ndim)
    if weights is None:
        average = mean(a, axes, keepdims=keepdims)
        scale: Any = average * 0 + number_along(a, axes, keepdims)
    else:
        weights = weights_like(a, axis, weights)
        whole = issubclass(a.dtype.type, (np.integer, np.bool_))
        wide = np.result_type(a.dtype, weights.dtype, *["f8"] * whole)  # products of small integers do not fit them
        weights = weights.astype(wide)
        scale = sum(weights, axes, keepdims=keepdims)
        average = sum(a.astype(wide) * weights, axes, keepdims=keepdims) / scale
    return (average, scale) if returned else average


def weights_like(a: Array, axis: Any, weights: Any) -> Array:
    """Weights of an array's shape, of ones for each element or along one axis."""
    from treadle.array.axes import same_shapes
    from treadle.array.broadcasting import broadcast_to

    weights = asarray(weights)
    if same_shapes(weights, a):
        return weights
    if axis is None or weights.ndim != 1:
        raise TypeError("1D weights expected when shapes of a and weights differ.")
    along = axes_of(axis, a.ndim)[0]
    if weights.shape[0] != a.shape[along]:
        raise ValueError("Length of weights not compatible with specified axis.")
    return broadcast_to(weights.reshape((-1,) + (1,) * (a.ndim - along - 1)), a.shape, a.chunks)


def _index_of(name: str) -> Any:
    def reduced(a: Any, axis: Any = None, keepdims: bool = False, split_every: Any = None, out: Any = None) -> Array:
        a = asarray(a)
        axes = axes_of(axis, a.ndim)
        if 0 in [a.shape[one] for one in axes]:
            raise ValueError(f"attempt to get {name} of an empty sequence")
        made = native.reduce(name, a, axes, keepdims)
        if made is None:
            made = _indices(name, a, axes, keepdims)
        return into(out, made)

    reduced.__name__ = name
    reduced.__doc__ = f"NumPy's ``{name}``: the index of the first such element."
    return reduced


def _indices(name: str, a: Array, axes: tuple[int, ...], keepdims: bool) -> Array:
    row = rows.call_numbered(_index_chunk, [a._blocks, a.chunks, axes, name], {}, a.npartitions, name)
    sizes: list[Sequence[Any]] = [list(lengths) for lengths in a.chunks]
    last = _Bound(_index_merge, {"name": name, "final": True})
    row, _ = _merged(row, sizes, axes, {one: len(sizes[one]) for one in axes}, last, keepdims, True, name)
    chunks = tuple((1,) if i in axes else lengths for i, lengths in enumerate(a.chunks) if keepdims or i not in axes)
    return Array(row, chunks, np.intp, name)


def _index_chunk(number: int, block: Any, chunks: Chunks, axes: Any, name: str) -> dict[str, Any]:
    if isinstance(block, np.ma.MaskedArray):
        # What is masked is never the one that is looked for, unless there is no other.
        fill: Any = np.ma.maximum_fill_value if "max" in name else np.ma.minimum_fill_value
        block = block.filled(fill(block))
    place = np.unravel_index(number, [len(lengths) for lengths in chunks])
    starts = [bounds(lengths)[int(i)][0] for lengths, i in zip(chunks, place, strict=True)]
    shape = [np.sum(lengths) for lengths in chunks]
    index: Any = 0
    for axis in axes:
        line = np.arange(starts[axis], starts[axis] + block.shape[axis])
        index = index * shape[axis] + line.reshape([-1 if i == axis else 1 for i in range(block.ndim)])
    return _index_merge({"value": block, "index": np.broadcast_to(index, block.shape)}, axes, True, name, False)


def _index_merge(state: dict[str, Any], axis: Any, keepdims: bool, name: str, final: bool) -> Any:
    value, index = state["value"], state["index"]
    if value.size == 0 and not final:
        return {"value": value, "index": index}
    if value.size == 0:  # every axis that is looked along has elements: others have none
        return np.zeros(
            [1 if i in axis else n for i, n in enumerate(value.shape) if keepdims or i not in axis], np.intp
        )
    if name.startswith("nan") and value.dtype.kind in "fc":
        best = getattr(np, name.replace("arg", ""))(value, axis=axis, keepdims=True)
        chosen = value == best
        if final and np.isnan(best).any():
            raise ValueError("All-NaN slice encountered")
    else:
        best = (np.min if name.endswith("min") else np.max)(value, axis=axis, keepdims=True)
        chosen = (value == best) | ((best != best) & (value != value))
    first = np.where(chosen, index, np.iinfo(np.int64).max).min(axis=axis, keepdims=True)
    if not final:
        return {"value": best, "index": first}
    return first if keepdims else first.reshape([length for i, length in enumerate(first.shape) if i not in axis])


argmin = _index_of("argmin")
argmax = _index_of("argmax")
nanargmin = _index_of("nanargmin")
nanargmax = _index_of("nanargmax")


def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None) -> Array:
    """The sum along a diagonal."""
    from treadle.array.creation import diagonal

    result: Array = sum(diagonal(a, offset, axis1, axis2), axis=-1, dtype=dtype)
    return result
