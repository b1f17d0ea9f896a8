"""Medians, quantiles and the largest elements: what needs elements in their order."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from treadle import _core
from treadle.array import blocks as rows
from treadle.array import native
from treadle.array.chunking import Chunks, bounds, is_unknown
from treadle.array.collection import Array
from treadle.array.creation import asarray
from treadle.array.reductions import _Bound, _merged, axes_of, into


def _ordered(name: str) -> Any:
    """Functions that need an axis whole."""
    function = getattr(np, name)

    def reduced(a: Any, axis: Any = None, keepdims: bool = False, out: Any = None) -> Array:
        a = asarray(a)
        made = native_quantile(a, 0.5, axis, "midpoint", keepdims, name.startswith("nan"), name)
        if made is None:
            made = whole_axis(function, a, axis, keepdims, name)
        return into(out, made)

    reduced.__name__ = name
    reduced.__doc__ = f"NumPy's ``{name}``; the axes are brought into one chunk first."
    return reduced


def native_quantile(
    a: Array, q: Any, axis: Any, method: str, keepdims: bool, skip_nan: bool, name: str
) -> Array | None:
    """Quantiles by the core: of numbers that float64 holds, along one axis or all. None where NumPy must do it.

    Those of float32 are found in float64; they come out as float32 where NumPy's do: for a plain number."""
    axes = axes_of(axis, a.ndim)
    exact = a.dtype.kind == "f" or (a.dtype.kind in "iu" and a.dtype.itemsize <= 4 and method in ("linear", "midpoint"))
    one_or_all = len(axes) == 1 or len(axes) == a.ndim
    shares = np.asarray(q, dtype=float)
    known = native.cores(a)
    if known is None or not exact or not one_or_all or shares.ndim > 1 or a.ndim == 0 or a.size == 0:
        return None
    if method not in ("linear", "lower", "higher", "midpoint"):
        return None
    along = axes[0] if len(axes) == 1 else None
    core = _core.array_quantile(known[0], shares.ravel().tolist(), along, method, skip_nan)
    result = native.wrap(core, name)
    if a.dtype.kind == "f" and (type(q) in (int, float) or method not in ("linear", "midpoint")):
        result = result.astype(a.dtype)
    if keepdims:
        result = result[(slice(None), *(None if i in axes else slice(None) for i in range(a.ndim)))]
    return result if shares.ndim else result[0]


def whole_axis(function: Callable[..., Any], a: Array, axis: Any, keepdims: bool, name: str, **kwargs: Any) -> Array:
    """A function that reduces axes which it needs in one piece."""
    from treadle.array.rechunking import rechunk

    axes = axes_of(axis, a.ndim)
    a = rechunk(a, dict.fromkeys(axes, -1)) if axes else a
    result = np.asarray(function(np.ones((1,) * a.ndim, a.dtype), axis=axes, **kwargs)).dtype
    made = rows.call_each(function, [a._blocks], {"axis": axes, "keepdims": keepdims, **kwargs}, a.npartitions, name)
    chunks = tuple((1,) if i in axes else lengths for i, lengths in enumerate(a.chunks) if keepdims or i not in axes)
    return Array(made, chunks, result, name)


median = _ordered("median")
nanmedian = _ordered("nanmedian")


def quantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: Any = None,
    interpolation: Any = None,
) -> Array:
    """Quantiles along axes; these are brought into one chunk first."""
    return _quantiles(np.quantile, a, q, axis, method, keepdims, weights)


def nanquantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: Any = None,
    interpolation: Any = None,
) -> Array:
    """Quantiles along axes, NaN left out."""
    return _quantiles(np.nanquantile, a, q, axis, method, keepdims, weights)


def _quantiles(function: Any, a: Any, q: Any, axis: Any, method: str, keepdims: bool, weights: Any) -> Array:
    from treadle.array.rechunking import rechunk

    a = asarray(a)
    percent = function in (np.percentile, np.nanpercentile)
    skip_nan = function in (np.nanquantile, np.nanpercentile)
    shares = np.asarray(q, dtype=float) / (100 if percent else 1)
    if weights is None:
        plain = float(shares) if type(q) in (int, float) else shares
        made = native_quantile(a, plain, axis, method, keepdims, skip_nan, function.__name__)
        if made is not None:
            return made
    axes = axes_of(axis, a.ndim)
    a = rechunk(a, dict.fromkeys(axes, -1)) if axes else a
    # A plain number takes the dtype of the array, as everywhere in NumPy.
    wanted = q if type(q) in (int, float) else np.asarray(q)
    example = np.ones((1,) * builtins.max(a.ndim, 1), a.dtype)
    weighed = {} if weights is None else {"weights": _weights(weights, a, axes)}
    result = function(example, wanted, method=method, **({"weights": example.astype(float)} if weighed else {})).dtype
    row = rows.call_each(
        function,
        [a._blocks, wanted],
        {"axis": axes, "method": method, "keepdims": keepdims, **weighed},
        a.npartitions,
        function.__name__,
    )
    kept = tuple((1,) if i in axes else lengths for i, lengths in enumerate(a.chunks) if keepdims or i not in axes)
    return Array(row, tuple((length,) for length in np.shape(wanted)) + kept, result, function.__name__)


def _weights(weights: Any, a: Array, axes: tuple[int, ...]) -> Any:
    """The weights of each block: of the array's shape, or of its one axis that is reduced."""
    from treadle.array.broadcasting import broadcast_to
    from treadle.array.elementwise import aligned
    from treadle.array.reshaping import reshape

    weights = asarray(weights)
    if weights.ndim == 1 and a.ndim > 1 and len(axes) == 1:
        weights = reshape(weights, tuple(-1 if i == axes[0] else 1 for i in range(a.ndim)))
    return aligned(broadcast_to(weights, a.shape, a.chunks), a.chunks)


def percentile(a: Any, q: Any, method: str = "linear", internal_method: str = "default", **kwargs: Any) -> Array:
    """Percentiles of a one-dimensional array, or along axes if ``axis`` is given. Exact."""
    a = asarray(a)
    if "axis" in kwargs:
        axis, keepdims = kwargs.pop("axis"), kwargs.pop("keepdims", False)
        return _quantiles(np.percentile, a, q, axis, method, keepdims, None)
    if a.ndim != 1:
        raise NotImplementedError("Percentiles only implemented for 1-d arrays; quantile(a, q, axis=) takes others")
    return _quantiles(np.percentile, a, q, None, method, False, None)


def nanpercentile(
    a: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False, **kwargs: Any
) -> Array:
    """Percentiles along axes, NaN left out."""
    return _quantiles(np.nanpercentile, a, q, axis, method, keepdims, None)


def topk(a: Any, k: int, axis: int = -1, split_every: Any = None) -> Array:
    """The k largest elements along an axis, largest first; the -k smallest, smallest first, for negative k."""
    return _topk(asarray(a), k, axis, False)


def argtopk(a: Any, k: int, axis: int = -1, split_every: Any = None) -> Array:
    """The indices of the k largest (or smallest) elements along an axis."""
    return _topk(asarray(a), k, axis, True)


def _topk(a: Array, k: int, axis: int, indices: bool) -> Array:
    from treadle.array.axes import check_known

    axes = axes_of(axis, a.ndim)
    at = axes[0]
    if is_unknown(a.shape[at]):
        check_known(a, "topk()")
    cores = native.cores(a) if k != 0 and a.dtype.kind in "biuf" else None
    if cores is not None:
        return native.wrap((_core.array_argtopk if indices else _core.array_topk)(cores[0], k, at), "topk")
    row = rows.call_numbered(_topk_chunk, [a._blocks, a.chunks, at, k], {}, a.npartitions, "topk")
    sizes: list[Sequence[Any]] = [list(lengths) for lengths in a.chunks]
    last = _Bound(_topk_merge, {"k": k, "final": "index" if indices else "value"})
    row, _ = _merged(row, sizes, axes, {at: len(sizes[at])}, last, True, True, "topk")
    chunks = tuple((builtins.min(abs(k), a.shape[at]),) if i == at else lengths for i, lengths in enumerate(a.chunks))
    return Array(row, chunks, np.intp if indices else a.dtype, "topk")


def _topk_chunk(number: int, block: Any, chunks: Chunks, at: int, k: int) -> dict[str, Any]:
    place = np.unravel_index(number, [len(lengths) for lengths in chunks])
    start = bounds(chunks[at])[int(place[at])][0]
    line = np.arange(start, start + block.shape[at]).reshape([-1 if i == at else 1 for i in range(block.ndim)])
    state = {"value": block, "index": np.broadcast_to(line, block.shape)}
    result: dict[str, Any] = _topk_merge(state, (at,), True, k, "")
    return result


def _topk_merge(state: dict[str, Any], axis: Any, keepdims: bool, k: int, final: str) -> Any:
    at = axis[0]
    value = state["value"]
    if value.dtype.kind in "biu":
        key = value.astype(np.int64) if value.dtype != np.uint64 else value
        order = np.argsort(np.invert(key) if k > 0 else key, axis=at, kind="stable")
    else:
        order = np.argsort(-value if k > 0 else value, axis=at, kind="stable")
    order = np.take(order, np.arange(builtins.min(abs(k), value.shape[at])), axis=at)
    best = {name: np.take_along_axis(one, order, axis=at) for name, one in state.items()}
    return best[final] if final else best
