"""Where elements are, how often they occur, how they vary together."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import numpy as np

from treadle import _core
from treadle.array import blocks as rows
from treadle.array import native
from treadle.array.chunking import bounds, is_unknown
from treadle.array.collection import Array
from treadle.array.creation import asarray
from treadle.array.reductions import _Bound, _merged, number_along

_UNKNOWN = (np.nan,)


def _tree(row: Any, count: int, function: Any, name: str, concatenate: bool = False) -> Any:
    """One block of a row of blocks, merged as a tree."""
    sizes: list[Sequence[Any]] = [[1] * count]
    while len(sizes[0]) > 16:
        row, sizes = _merged(row, sizes, (0,), {0: 16}, function, True, concatenate, name)
    return _merged(row, sizes, (0,), {0: len(sizes[0])}, function, True, concatenate, name)[0]


def argwhere(a: Any) -> Array:
    """The places of the elements that are not zero, a row each."""
    from treadle.array.axes import check_known
    from treadle.array.creation import indices
    from treadle.array.indexing import _compress
    from treadle.array.joining import stack
    from treadle.array.reshaping import ravel

    a = asarray(a)
    check_known(a, "the places of elements")
    core = native.core_of(a)
    if core is not None and a.dtype.kind not in "Mm" and a.ndim:
        return native.wrap(_core.array_argwhere(core), "argwhere")
    mask = ravel(a.astype(bool))
    places = [ravel(one) for one in indices(a.shape, np.intp, a.chunks)]
    if not places:
        return asarray(np.zeros((1, 0), np.intp))
    table = stack(places, axis=1).rechunk((mask.chunks[0], -1))
    row = rows.call_each(_compress, [table._blocks, mask._blocks, 0], {}, mask.npartitions, "argwhere")
    return Array(row, (_UNKNOWN * mask.npartitions, (a.ndim,)), np.intp, "argwhere")


def nonzero(a: Any) -> tuple[Array, ...]:
    """The places of the elements that are not zero, an array for each axis."""
    a = asarray(a)
    if a.ndim == 0:
        raise ValueError("nonzero() of an array without axes is not there: atleast_1d(a) has one")
    places = argwhere(a)
    return tuple(places[:, axis] for axis in range(places.shape[1]))


def flatnonzero(a: Any) -> Array:
    """The places of the elements that are not zero in the flattened array."""
    from treadle.array.reshaping import ravel

    return nonzero(ravel(asarray(a)))[0]


def unique(ar: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False) -> Any:
    """The distinct values, sorted, with indices or counts if asked."""
    from treadle.array.rechunking import rechunk
    from treadle.array.reshaping import ravel

    shape = asarray(ar).shape
    x = ravel(asarray(ar))
    core = native.core_of(x)
    if core is not None:
        parts = [native.wrap(part, "unique") for part in _core.array_unique(core)]
        numbers: list[Array] = []
        if return_inverse:
            # The values are in order, so that a value's number is where it would go.
            places = searchsorted(parts[0], x)
            numbers = [places if len(shape) == 1 else rechunk(places, -1).reshape(shape)]
        chosen = [parts[0], *parts[1:2] * return_index, *numbers, *parts[2:] * return_counts]
        return tuple(chosen) if len(chosen) > 1 else chosen[0]
    starts = (
        [start for start, _ in bounds(x.chunks[0])] if not any(map(is_unknown, x.chunks[0])) else [0] * x.npartitions
    )
    row = rows.call_numbered(_unique_chunk, [x._blocks, starts], {}, x.npartitions, "unique")
    row = _tree(row, x.npartitions, _unique_merge, "unique")
    found = [Array(rows.call_each(_field, [row, 0], {}, 1, "unique"), (_UNKNOWN,), x.dtype, "unique")]
    if return_index:
        found.append(Array(rows.call_each(_field, [row, 1], {}, 1, "unique"), (_UNKNOWN,), np.intp, "unique"))
    if return_inverse:
        made = rows.call_each(_inverse, [x._blocks, found[0]._blocks], {}, x.npartitions, "unique")
        inverse = Array(made, x.chunks, np.intp, "unique")
        found.append(inverse if len(shape) == 1 else rechunk(inverse, -1).reshape(shape))
    if return_counts:
        found.append(Array(rows.call_each(_field, [row, 2], {}, 1, "unique"), (_UNKNOWN,), np.intp, "unique"))
    return tuple(found) if len(found) > 1 else found[0]


def _unique_chunk(number: int, block: Any, starts: Any) -> Any:
    values, index, counts = np.unique(block, return_index=True, return_counts=True)
    return values, index + starts[number], counts


def _unique_merge(parts: Any, axis: Any, keepdims: bool) -> Any:
    values, index, counts = (np.concatenate([one[i] for one in parts]) for i in range(3))
    found, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    total = np.zeros(len(found), np.intp)
    np.add.at(total, inverse, counts)
    return found, index[first], total


def _field(values: Any, i: int) -> Any:
    return values[i]


def _inverse(block: Any, values: Any) -> Any:
    places = np.searchsorted(values, block)
    return np.where(block != block, len(values) - 1, places) if block.dtype.kind == "f" else places


def union1d(ar1: Any, ar2: Any) -> Array:
    """The distinct values of two arrays, sorted."""
    from treadle.array.joining import concatenate
    from treadle.array.reshaping import ravel

    result: Array = unique(concatenate([ravel(asarray(ar1)), ravel(asarray(ar2))]))
    return result


def searchsorted(a: Any, v: Any, side: str = "left", sorter: Any = None) -> Array:
    """Where values would go into a sorted array."""
    from treadle.array.rechunking import rechunk

    if sorter is not None:
        raise NotImplementedError("searchsorted with sorter= is not there; sort first")
    if side not in ("left", "right"):
        raise ValueError(f"side must be 'left' or 'right' (got {side!r})")
    a, v = asarray(a), asarray(v)
    if a.ndim != 1:
        raise ValueError(f"Input array a must be one dimensional, found the shape {a.shape}")
    pair = _comparable(a, v)
    if pair is not None:
        return native.wrap(_core.array_searchsorted(*pair, side == "right"), "searchsorted")
    a = rechunk(a, -1)
    row = rows.call_each(np.searchsorted, [a._blocks, v._blocks], {"side": side}, v.npartitions, "searchsorted")
    return Array(row, v.chunks, np.intp, "searchsorted")


def _comparable(a: Array, b: Array) -> tuple[_core.Array, _core.Array] | None:
    """The core's arrays of elements that it can compare without losing digits that NumPy keeps."""
    if a.dtype != b.dtype and {a.dtype.kind, b.dtype.kind} - set("biuf"):
        return None
    first, second = native.core_of(a), native.core_of(b)
    return None if first is None or second is None else (first, second)


def bincount(x: Any, weights: Any = None, minlength: int = 0, split_every: Any = None) -> Array:
    """How often each non-negative integer occurs, weighted if asked."""
    from treadle.array.axes import same_shapes
    from treadle.array.elementwise import broadcast_chunks

    x = asarray(x)
    if x.ndim != 1:
        raise ValueError("Input array must be one dimensional. Try using x.ravel()")
    given = [x]
    if weights is not None:
        weights = asarray(weights)
        if not same_shapes(weights, x):
            raise ValueError(f"The weights and list don't have the same length: {weights.shape}, {x.shape}")
        given = broadcast_chunks([x, weights])[1]
    cores = native.cores(*given) if x.dtype.kind in "iu" and (weights is None or weights.dtype.kind in "biuf") else None
    if cores is not None:
        made = _core.array_bincount(cores[0], cores[1] if len(cores) > 1 else None, minlength)
        return native.wrap(made, "bincount")
    row = rows.call_each(
        _bincount, [one._blocks for one in given], {"minlength": minlength}, given[0].npartitions, "bincount"
    )
    row = _tree(row, given[0].npartitions, _add_padded, "bincount")
    dtype = np.bincount([0], weights=None if weights is None else np.ones(1, weights.dtype)).dtype
    return Array(row, (_UNKNOWN,), dtype, "bincount")


def _bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
    return np.bincount(x, weights, minlength)


def _add_padded(parts: Any, axis: Any, keepdims: bool) -> Any:
    result = np.zeros(max(len(one) for one in parts), parts[0].dtype)
    for one in parts:
        result[: len(one)] += one
    return result


def histogram(
    a: Any, bins: Any = None, range: Any = None, normed: Any = False, weights: Any = None, density: Any = None
) -> tuple[Array, Any]:
    """Counts of elements in bins."""
    from treadle.array.reshaping import ravel

    if isinstance(bins, Array) or (range is not None and any(isinstance(one, Array) for one in range)):
        bins = bins.compute() if isinstance(bins, Array) else bins
        range = tuple(one.compute() if isinstance(one, Array) else one for one in range) if range is not None else None
    if bins is None or (np.ndim(bins) == 0 and range is None):
        raise ValueError(
            "treadle.array.histogram requires either specifying bins as an iterable or specifying both a range "
            "and the number of bins"
        )
    edges = np.linspace(range[0], range[1], int(bins) + 1) if np.ndim(bins) == 0 else np.asarray(bins)
    a = ravel(asarray(a))
    given = [a]
    if weights is not None:
        from treadle.array.elementwise import broadcast_chunks

        given = broadcast_chunks([a, ravel(asarray(weights))])[1]
    cores = native.cores(*given) if given[0].dtype.kind in "iuf" and np.asarray(edges).dtype.kind in "iuf" else None
    if cores is not None and (weights is None or given[1].dtype == float):
        made = _core.array_histogram(cores[0], edges.astype(float).tolist(), cores[1] if len(cores) > 1 else None)
        counts = native.wrap(made, "histogram")
        if density or normed:
            return counts / np.diff(edges).astype(float) / counts.sum(), edges
        return counts, edges
    row = rows.call_each(_histogram, [edges, *(one._blocks for one in given)], {}, given[0].npartitions, "histogram")
    dtype = np.intp if weights is None else given[1].dtype
    row = _tree(row, given[0].npartitions, _add_all, "histogram")
    counts = Array(row, ((len(edges) - 1,),), dtype, "histogram")
    if density or normed:
        return counts / np.diff(edges).astype(float) / counts.sum(), edges
    return counts, edges


def _histogram(edges: Any, a: Any, weights: Any = None) -> Any:
    return np.histogram(a, edges, weights=weights)[0]


def _add_all(parts: Any, axis: Any, keepdims: bool) -> Any:
    result = parts[0]
    for one in parts[1:]:
        result = result + one
    return result


def histogramdd(
    sample: Any, bins: Any, range: Any = None, normed: Any = None, weights: Any = None, density: Any = None
) -> tuple[Array, list[Any]]:
    """Counts of points in bins of several dimensions."""
    from treadle.array.elementwise import broadcast_chunks
    from treadle.array.rechunking import rechunk

    if isinstance(sample, Array):
        sample = rechunk(sample, {1: -1})
        columns = [sample[:, i] for i in np.arange(sample.shape[1]).tolist()]
    else:
        columns = [asarray(one) for one in sample]
    counts = [bins] * len(columns) if np.ndim(bins) == 0 else list(bins)
    if range is None and any(np.ndim(one) == 0 for one in counts):
        raise ValueError("range= is needed where bins are numbers")
    edges = [
        np.linspace((range or [])[i][0], (range or [])[i][1], int(one) + 1) if np.ndim(one) == 0 else np.asarray(one)
        for i, one in enumerate(counts)
    ]
    given = columns if weights is None else [*columns, asarray(weights)]
    given = broadcast_chunks(given)[1]
    row = rows.call_each(
        _histogramdd,
        [edges, weights is not None, *(one._blocks for one in given)],
        {},
        given[0].npartitions,
        "histogramdd",
    )
    row = _tree(row, given[0].npartitions, _add_all, "histogramdd")
    result = Array(row, tuple((len(one) - 1,) for one in edges), float, "histogramdd")
    if density or normed:
        volume: Any = 1.0
        for axis, one in enumerate(edges):
            volume = volume * np.diff(one).reshape([-1 if i == axis else 1 for i in np.arange(len(edges)).tolist()])
        result = result / result.sum() / volume
    return result, [asarray(one) for one in edges]


def _histogramdd(edges: Any, weighted: bool, *columns: Any) -> Any:
    weights = columns[-1] if weighted else None
    points = columns[:-1] if weighted else columns
    return np.histogramdd(points, bins=edges, weights=weights)[0]


def histogram2d(
    x: Any, y: Any, bins: Any = 10, range: Any = None, normed: Any = None, weights: Any = None, density: Any = None
) -> tuple[Array, Any, Any]:
    """Counts of points in bins of two dimensions."""
    if np.ndim(bins) == 0 and range is None:
        raise ValueError("histogram2d needs range= where bins are numbers")
    if np.ndim(bins) == 1 and len(bins) != 2:
        bins = [bins, bins]
    counts, edges = histogramdd([x, y], bins, range, normed, weights, density)
    return counts, edges[0], edges[1]


def cov(
    m: Any,
    y: Any = None,
    rowvar: Any = True,
    bias: bool = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Array:
    """The covariance matrix."""
    from treadle.array.axes import squeeze
    from treadle.array.joining import vstack
    from treadle.array.products import dot

    x = asarray(m)
    if x.ndim > 2:
        raise ValueError("m has more than 2 dimensions")
    x = x[None] if x.ndim < 2 else x if rowvar else x.T
    if y is not None:
        other = asarray(y)
        x = vstack([x, other[None] if other.ndim < 2 else other if rowvar else other.T])
    x = x.astype(dtype or np.result_type(x.dtype, np.float64))
    less = ddof if ddof is not None else (0 if bias else 1)
    if fweights is None and aweights is None:
        x = x - x.mean(axis=1, keepdims=True)
        number = number_along(x, (1,))
        left = (number - less)[:, None] if isinstance(number, Array) else np.float64(builtins.max(number - less, 0))
        return squeeze(dot(x, x.T.conj()) / left)
    weights = asarray(1 if fweights is None else fweights) * asarray(1 if aweights is None else aweights)
    total = weights.sum()
    share = 1 if aweights is None else (weights * asarray(aweights)).sum() / total
    x = x - (x * weights).sum(axis=1, keepdims=True) / total
    return squeeze(dot(x, (x * weights).T.conj()) / (total - less * share))


def corrcoef(x: Any, y: Any = None, rowvar: Any = 1) -> Array:
    """The matrix of correlation coefficients."""
    from treadle.array.creation import diag

    c = cov(x, y, rowvar)
    if c.ndim == 0:
        result: Array = c / c
        return result
    root = np.sqrt(diag(c))
    scaled: Array = c / root[:, None] / root[None, :]
    return scaled


def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Array:
    """Differences of neighbours along an axis, n times over."""
    from treadle.array.axes import check_axis
    from treadle.array.broadcasting import broadcast_to
    from treadle.array.joining import concatenate

    a = asarray(a)
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n}")
    if n == 0:
        return a
    axis = check_axis(axis, a.ndim)
    parts = []
    for one in (prepend, a, append):
        if one is None:
            continue
        one = asarray(one)
        parts.append(broadcast_to(one, (*a.shape[:axis], 1, *a.shape[axis + 1 :])) if one.ndim == 0 else one)
    a = concatenate(parts, axis) if len(parts) > 1 else a
    before = (slice(None),) * axis
    for _ in np.arange(n):
        high, low = a[(*before, slice(1, None))], a[(*before, slice(None, -1))]
        a = high != low if a.dtype == bool else high - low
    return a


def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Array:
    """Differences of neighbours in the flattened array."""
    from treadle.array.joining import concatenate
    from treadle.array.reshaping import ravel

    flat = ravel(asarray(ary))
    parts = [] if to_begin is None else [ravel(asarray(to_begin))]
    parts.append(flat[1:] - flat[:-1])
    parts += [] if to_end is None else [ravel(asarray(to_end))]
    return concatenate(parts)


def gradient(f: Any, *varargs: Any, axis: Any = None, **kwargs: Any) -> Any:
    """The numerical derivative by central differences."""
    from treadle.array.rechunking import rechunk
    from treadle.array.reductions import axes_of

    f = asarray(f)
    axes = axes_of(axis, f.ndim) if not isinstance(axis, (tuple, list)) else tuple(one % f.ndim for one in axis)
    spacings = list(varargs) or [1.0]
    spacings = spacings * len(axes) if len(spacings) == 1 else spacings
    if len(spacings) != len(axes):
        raise TypeError("Spacing must either be a single scalar, or a scalar / 1d-array per axis")
    results = []
    for at, spacing in zip(axes, spacings, strict=True):
        edge = kwargs.get("edge_order", 1)
        if f.shape[at] < edge + 1:
            raise ValueError(
                "Shape of array too small to calculate a numerical gradient, at least (edge_order + 1) elements are "
                "required."
            )
        x = rechunk(f, {at: -1})
        row = rows.call_each(
            np.gradient,
            [x._blocks, np.asarray(spacing) if np.ndim(spacing) else spacing],
            {"axis": at, **kwargs},
            x.npartitions,
            "gradient",
        )
        dtype = np.gradient(np.ones(3, f.dtype)).dtype
        results.append(Array(row, x.chunks, dtype, "gradient").rechunk(f.chunks))
    return results[0] if len(results) == 1 else results


def ravel_multi_index(multi_index: Any, dims: Any, mode: str = "raise", order: str = "C") -> Array:
    """Flat indices of indices of several axes."""
    from treadle.array.elementwise import elementwise

    parts = [asarray(one) for one in multi_index]
    bound = _Bound(_ravel_multi_index, {"dims": tuple(dims), "mode": mode, "order": order})
    return elementwise(bound, *parts, dtype=np.intp, name="ravel_multi_index")


def _ravel_multi_index(*parts: Any, dims: Any, mode: Any, order: Any) -> Any:
    return np.ravel_multi_index(parts, dims, mode, order)


def unravel_index(indices: Any, shape: Any, order: Any = "C") -> Any:
    """Indices of several axes of flat indices."""
    from treadle.array.elementwise import elementwise

    indices = asarray(indices)
    return tuple(
        elementwise(
            _Bound(_unravel_index, {"shape": tuple(shape), "axis": axis, "order": order}),
            indices,
            dtype=np.intp,
            name="unravel_index",
        )
        for axis in np.arange(len(shape)).tolist()
    )


def _unravel_index(indices: Any, shape: Any, axis: int, order: Any) -> Any:
    return np.unravel_index(indices, shape, order)[axis]
