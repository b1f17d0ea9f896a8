"""Generalised ufuncs: functions with core axes, called on blocks of all others."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from treadle.array import blocks as rows
from treadle.array.chunking import common, is_unknown
from treadle.array.collection import Array
from treadle.array.creation import asarray

__all__ = ["apply_gufunc", "as_gufunc", "gufunc"]

Core = tuple[str, ...]


def apply_gufunc(
    func: Callable[..., Any],
    signature: str,
    *args: Any,
    axes: Any = None,
    axis: Any = None,
    keepdims: bool = False,
    output_dtypes: Any = None,
    output_sizes: Any = None,
    vectorize: bool | None = None,
    allow_rechunk: bool = False,
    meta: Any = None,
    **kwargs: Any,
) -> Any:
    """A function with a signature such as ``"(i,j),(j)->(i)"``: its letters are core axes, each in one chunk, the last
    ones unless ``axes`` or ``axis`` says otherwise; it is called on blocks of all others."""
    from treadle.array.axes import moveaxis

    inputs, outputs, several = parse_signature(signature)
    if len(inputs) != len(args):
        raise ValueError(f"apply_gufunc: {signature!r} takes {len(inputs)} arrays, found {len(args)}")
    places_in, places_out = _core_axes(axes, axis, keepdims, inputs, outputs)
    arrays = [moveaxis(asarray(one), at, _last(len(at))) for one, at in zip(args, places_in, strict=True)]
    sizes = _core_sizes(arrays, inputs, dict(output_sizes or {}), allow_rechunk)
    for letter in (letter for core in outputs for letter in core if letter not in sizes):
        raise ValueError(f"dimension {letter!r} is in no input: output_sizes={{{letter!r}: ...}} tells its length")
    grid, ready = _aligned(arrays, inputs)
    if vectorize:
        func = np.vectorize(func, signature=signature, otypes=_types_given(output_dtypes))
    types = _types(func, ready, output_dtypes, meta, outputs, kwargs)
    size = rows.count(grid)
    label = getattr(func, "__name__", "gufunc")
    row = rows.call_each(func, [one._blocks for one in ready], kwargs, size, label)
    results = []
    for i, (core, dtype, at) in enumerate(zip(outputs, types, places_out, strict=True)):
        chunks = grid + tuple((sizes[letter],) for letter in core)
        part = rows.call_each(_output, [row, i if several else None], {}, size, "gufunc")
        made = Array(part, chunks, dtype, "gufunc")
        if keepdims:
            made = made[(..., *(None,) * len(at))]
        results.append(moveaxis(made, _last(len(at)), at) if at else made)
    return tuple(results) if several else results[0]


def parse_signature(signature: str) -> tuple[list[Core], list[Core], bool]:
    """The letters of inputs and outputs, and whether the function answers with a tuple."""
    left, arrow, right = re.sub(r"\s", "", signature).partition("->")

    def groups(side: str) -> list[Core]:
        if not re.fullmatch(r"(\([^()]*\),?)*", side):
            raise ValueError(f"Not a valid gufunc signature: {signature}")
        return [tuple(filter(None, group.split(","))) for group in re.findall(r"\(([^()]*)\)", side)]

    if not arrow:
        raise ValueError(f"Not a valid gufunc signature: {signature}")
    outputs = groups(right)
    return groups(left), outputs or [()], len(outputs) > 1 or right.endswith(",")


def _last(count: int) -> tuple[int, ...]:
    return tuple(range(-count, 0))


def _core_axes(
    axes: Any, axis: Any, keepdims: bool, inputs: list[Core], outputs: list[Core]
) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Where the core axes of each argument and of each result are."""
    if keepdims and (any(outputs) or len({len(core) for core in inputs}) > 1):
        raise ValueError("keepdims= is for signatures whose inputs have as many core axes each, and whose outputs none")
    if axis is not None:
        if axes is not None:
            raise ValueError("Only one of `axis` or `axes` keyword arguments should be given")
        if any(len(core) > 1 for core in (*inputs, *outputs)) or len({c for core in inputs for c in core}) != 1:
            raise ValueError("`axis` can be used only if one core dimension is present")
        axes = [(axis,) if core else () for core in (*inputs, *outputs)]
    if axes is None:
        return [_last(len(core)) for core in inputs], [
            _last(len(core)) for core in (inputs[:1] * len(outputs) if keepdims else outputs)
        ]
    axes = [axes] if isinstance(axes, int) else list(axes)
    given = [(one,) if isinstance(one, int) else tuple(one) for one in axes]
    if len(given) == len(inputs) and not any(outputs):
        given += [()] * len(outputs)
    if len(given) != len(inputs) + len(outputs):
        raise ValueError(
            f"axes: expected an entry for each of {len(inputs)} inputs and {len(outputs)} outputs, found {len(given)}"
        )
    for at, core in zip(given, (*inputs, *outputs), strict=True):
        if len(at) != len(core) and not (keepdims and not core):
            raise ValueError(f"axes: expected {len(core)} axes for the core dimensions {core}, found {at}")
    placed = given[len(inputs) :]
    return given[: len(inputs)], [given[0]] * len(outputs) if keepdims else placed


def _core_sizes(
    arrays: Sequence[Array], inputs: list[Core], sizes: dict[str, Any], allow_rechunk: bool
) -> dict[str, Any]:
    """The lengths of core dimensions."""
    for one, core in zip(arrays, inputs, strict=True):
        if one.ndim < len(core):
            raise ValueError(f"expected an array of at least {len(core)} axes for {core}, found the shape {one.shape}")
        for letter, lengths in zip(core, one.chunks[one.ndim - len(core) :], strict=True):
            if len(lengths) > 1 and not allow_rechunk:
                raise ValueError(
                    f"Core dimension {letter!r} consists of multiple chunks. To fix, rechunk into a single chunk along "
                    "this dimension or set `allow_rechunk=True`, but beware that this may increase memory usage."
                )
            if sizes.setdefault(letter, sum(lengths)) != sum(lengths) and not is_unknown(sum(lengths)):
                raise ValueError(
                    f"Dimension {letter!r} with different lengths in arrays: {sizes[letter]}, {sum(lengths)}"
                )
    return sizes


def _aligned(arrays: Sequence[Array], inputs: list[Core]) -> tuple[tuple[Any, ...], list[Array]]:
    """The chunks of the axes that are looped over, and the arrays cut and broadcast to them."""
    from treadle.array.broadcasting import broadcast_to
    from treadle.array.rechunking import rechunk

    whole = [
        rechunk(one, {one.ndim - len(core) + i: -1 for i in range(len(core)) if len(one.chunks[i - len(core)]) > 1})
        for one, core in zip(arrays, inputs, strict=True)
    ]
    loops = max((one.ndim - len(core) for one, core in zip(whole, inputs, strict=True)), default=0)
    grid: list[tuple[Any, ...]] = []
    for i in range(loops):
        own = [(one, i - loops + one.ndim - len(core)) for one, core in zip(whole, inputs, strict=True)]
        long = [one.chunks[at] for one, at in own if at >= 0 and one.chunks[at] != (1,)]
        grid.append(common(long) if long else (1,))
    ready = []
    for one, core in zip(whole, inputs, strict=True):
        wanted = tuple(grid) + one.chunks[one.ndim - len(core) :]
        if one.chunks == wanted:
            ready.append(one)
            continue
        shape = tuple(sum(lengths) for lengths in wanted)
        ready.append(rechunk(one, wanted) if one.shape == shape else broadcast_to(one, shape, wanted))
    return tuple(grid), ready


def _output(values: Any, i: int | None) -> Any:
    return rows.as_block(values if i is None else values[i])


def _types_given(output_dtypes: Any) -> list[Any] | None:
    if output_dtypes is None:
        return None
    return [np.dtype(one) for one in (output_dtypes if isinstance(output_dtypes, (tuple, list)) else [output_dtypes])]


def _types(
    func: Any, arrays: Sequence[Array], output_dtypes: Any, meta: Any, outputs: list[Core], kwargs: Any
) -> list[Any]:
    """The types of results: told, or found by calling the function on one element of each axis."""
    if meta is not None:
        return [one.dtype for one in (meta if isinstance(meta, (tuple, list)) else (meta,))]
    given = _types_given(output_dtypes)
    if given is not None:
        return given
    with np.errstate(all="ignore"):
        try:
            answer = func(*(np.ones((1,) * one.ndim, one.dtype) for one in arrays), **kwargs)
        except Exception as raised:
            raise ValueError(
                f"`dtype` inference failed in `apply_gufunc`: {raised}; output_dtypes= tells what comes out"
            ) from raised
    several = isinstance(answer, tuple) and len(outputs) > 1
    return [np.asarray(one).dtype for one in (answer if several else (answer,))]


def as_gufunc(signature: str | None = None, **kwargs: Any) -> Any:
    """A decorator: see gufunc."""

    def decorate(function: Callable[..., Any]) -> gufunc:
        return gufunc(function, signature=signature, **kwargs)

    return decorate


class gufunc:
    """A function with a signature, which is applied to arrays by calling it."""

    def __init__(self, pyfunc: Callable[..., Any], *, signature: str | None = None, **kwargs: Any) -> None:
        self.pyfunc = pyfunc
        self.signature = signature or ""
        self.kwargs = kwargs
        self.__doc__ = getattr(pyfunc, "__doc__", None)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return apply_gufunc(self.pyfunc, self.signature, *args, **{**self.kwargs, **kwargs})
