"""Running functions along an axis: what came before carries over from block to block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from treadle import _core
from treadle.array import blocks as rows
from treadle.array import native
from treadle.array.collection import Array
from treadle.array.creation import asarray
from treadle.array.reductions import axes_of, into


def _cumulative(name: str) -> Any:
    function = getattr(np, name)
    combine = np.add if name.endswith("sum") else np.multiply

    def reduced(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, method: str = "sequential") -> Array:
        from treadle.array.axes import check_axis
        from treadle.array.reshaping import ravel

        x = asarray(x)
        if axis is None or (x.ndim == 0 and axis in (0, -1)):
            x, axis = ravel(x), 0
        axis = check_axis(axis, x.ndim)
        result = np.dtype(dtype) if dtype is not None else function(np.ones(1, x.dtype)).dtype
        if x._masked:
            return into(out, _cumulated_beneath(reduced, x, axis, result, 0 if name.endswith("sum") else 1))
        core = native.core_of(x) if x.dtype.kind in "biufc" and result.kind in "iufc" else None
        if core is not None and native.supports(result):
            return into(out, native.wrap(_core.array_cumulate(name, core, axis, result.str), name))
        return into(out, cumulated(x, function, combine, axis, result, name))

    reduced.__name__ = name
    reduced.__doc__ = f"NumPy's ``{name}``: what came before carries over from block to block."
    return reduced


def _cumulated_beneath(running: Callable[..., Array], x: Array, axis: int, dtype: Any, neutral: int) -> Array:
    """A running sum or product to which masked elements, which stay masked, add nothing."""
    from treadle.array import ma

    return ma.masked_where(ma.getmaskarray(x), running(ma.filled(x, neutral), axis, dtype))


def cumulated(x: Array, function: Any, combine: Any, axis: int, dtype: Any, name: str, ident: Any = None) -> Array:
    """A running function along an axis: of each block, then with the last elements of those before it."""
    within = rows.call_each(function, [x._blocks], {"axis": axis, "dtype": dtype}, x.npartitions, name)
    made: list[_core.Blocks] = []
    carried: dict[tuple[int, ...], _core.Blocks] = {}
    for number, place in enumerate(rows.grid(x.chunks)):
        before = carried.get((*place[:axis], place[axis] - 1, *place[axis + 1 :]))
        own = within[number]
        if before is not None:
            own = rows.call_one(_carry, (combine, before, own), name)
        last = rows.call_one(_last, (own, axis, before), name)
        carried[place] = last
        made.append(own)
    return Array(_core.join_blocks(made) if len(made) != 1 else made[0], x.chunks, dtype, name)


def _carry(combine: Any, before: Any, block: Any) -> Any:
    return combine(before, block)


def _last(block: Any, axis: int, before: Any) -> Any:
    if block.shape[axis] == 0 and before is not None:
        return before
    if block.shape[axis] == 0:
        return np.zeros([1 if i == axis else length for i, length in enumerate(block.shape)], block.dtype)
    return block[(slice(None),) * axis + (slice(-1, None),)]


cumsum = _cumulative("cumsum")
cumprod = _cumulative("cumprod")
nancumsum = _cumulative("nancumsum")
nancumprod = _cumulative("nancumprod")


def cumreduction(
    func: Callable[..., Any],
    binop: Callable[..., Any],
    ident: Any,
    x: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    method: str = "sequential",
    preop: Any = None,
) -> Array:
    """A running reduction made of functions: ``func`` within a block, ``binop`` with what came before."""
    from treadle.array.reshaping import ravel

    x = asarray(x)
    if axis is None:
        x, axis = ravel(x), 0
    dtype = dtype if dtype is not None else func(np.ones((1,) * x.ndim, x.dtype)).dtype
    return into(
        out, cumulated(x, func, binop, axes_of(axis, x.ndim)[0], dtype, getattr(func, "__name__", "cumreduction"))
    )
