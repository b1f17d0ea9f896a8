"""Lazy arrays in chunks, with Dask's names: ``import treadle.array as da``.

What the compiled core has runs natively, chunk by chunk and fused; what only NumPy can do runs as a Python function of
chunks, which drawings of the graph mark ``python:``.
"""

from __future__ import annotations

from typing import Any

from treadle.optional import needed

needed("numpy", "treadle.array", "'treadle[array]'")

import numpy as np
from numpy import e, euler_gamma, inf, nan, newaxis, pi

from treadle.array import core, fft, image, lib, linalg, ma, overlap, random, stats
from treadle.array import elementwise as _elementwise
from treadle.array.axes import (
    atleast_1d,
    atleast_2d,
    atleast_3d,
    expand_dims,
    moveaxis,
    rollaxis,
    squeeze,
    swapaxes,
    transpose,
)
from treadle.array.broadcasting import broadcast_arrays, broadcast_to
from treadle.array.chunking import PerformanceWarning, normalize_chunks
from treadle.array.collection import Array
from treadle.array.conversion import from_delayed
from treadle.array.creation import (
    arange,
    array,
    asanyarray,
    asarray,
    diag,
    diagonal,
    empty,
    empty_like,
    eye,
    from_array,
    fromfunction,
    full,
    full_like,
    indices,
    linspace,
    meshgrid,
    ones,
    ones_like,
    tri,
    zeros,
    zeros_like,
)
from treadle.array.cumulative import (
    cumprod,
    cumreduction,
    cumsum,
    nancumprod,
    nancumsum,
)
from treadle.array.elementwise import (
    allclose,
    choose,
    clip,
    digitize,
    frompyfunc,
    isclose,
    isin,
    isnull,
    notnull,
    piecewise,
    round,
    select,
    unify_chunks,
    where,
)
from treadle.array.elementwise import dtype_of_all as result_type
from treadle.array.flipping import flip, fliplr, flipud, roll, rot90
from treadle.array.functions import (
    apply_along_axis,
    apply_over_axes,
    coarsen,
    map_blocks,
)
from treadle.array.gufuncs import apply_gufunc, as_gufunc, gufunc
from treadle.array.indexing import compress, extract, shuffle, take
from treadle.array.joining import append, block, concatenate, delete, dstack, hstack, insert, stack, vstack
from treadle.array.letters import blockwise
from treadle.array.order_statistics import (
    argtopk,
    median,
    nanmedian,
    nanpercentile,
    nanquantile,
    percentile,
    quantile,
    topk,
)
from treadle.array.overlap import map_overlap
from treadle.array.padding import pad, repeat, tile
from treadle.array.products import dot, einsum, matmul, outer, tensordot, vdot
from treadle.array.rechunking import rechunk
from treadle.array.reductions import (
    all,
    any,
    argmax,
    argmin,
    average,
    count_nonzero,
    max,
    mean,
    min,
    moment,
    nanargmax,
    nanargmin,
    nanmax,
    nanmean,
    nanmin,
    nanprod,
    nanstd,
    nansum,
    nanvar,
    prod,
    ptp,
    reduction,
    std,
    sum,
    trace,
    var,
)
from treadle.array.reshaping import ravel, reshape
from treadle.array.searching import (
    argwhere,
    bincount,
    corrcoef,
    cov,
    diff,
    ediff1d,
    flatnonzero,
    gradient,
    histogram,
    histogram2d,
    histogramdd,
    nonzero,
    ravel_multi_index,
    searchsorted,
    union1d,
    unique,
    unravel_index,
)
from treadle.array.sinks import to_hdf5, to_npy, to_npy_stack, to_zarr
from treadle.array.sources import from_hdf5, from_npy, from_npy_stack, from_zarr
from treadle.array.storing import store
from treadle.array.triangles import tril, tril_indices, tril_indices_from, triu, triu_indices, triu_indices_from
from treadle.computing import compute

for _name in [*_elementwise.UFUNCS.split(), *_elementwise._FUNCTIONS.split()]:
    globals()[_name] = getattr(_elementwise, _name)


# NumPy's types stand here, too, as the array API has them.
_BITS = {"int": (8, 16, 32, 64), "uint": (8, 16, 32, 64), "float": (32, 64), "complex": (64, 128)}
_DTYPES = frozenset(f"{kind}{bits}" for kind, sizes in _BITS.items() for bits in sizes)


def ndim(a: Any) -> int:
    """How many axes there are."""
    return a.ndim if hasattr(a, "ndim") else int(np.ndim(a))


def shape(a: Any) -> tuple[Any, ...]:
    """The lengths of the axes."""
    return tuple(a.shape) if hasattr(a, "shape") else np.shape(a)


def iscomplexobj(x: Any) -> bool:
    """Whether the elements are complex numbers."""
    return bool(np.issubdtype(getattr(x, "dtype", np.asarray(x).dtype), np.complexfloating))


def isrealobj(x: Any) -> bool:
    """Whether the elements are no complex numbers."""
    return not iscomplexobj(x)


def __getattr__(name: str) -> Any:
    if name in _DTYPES:
        return getattr(np, name)
    if not name.startswith("_") and hasattr(np, name) and callable(getattr(np, name)):
        raise NotImplementedError(
            f"treadle.array.{name} is not there; map_blocks(numpy.{name}, x) applies it to each block"
        )
    from difflib import get_close_matches

    near = get_close_matches(name, __all__, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise AttributeError(f"module 'treadle.array' has no attribute {name!r}{hint}")


__all__ = [
    "Array",
    "PerformanceWarning",
    "all",
    "allclose",
    "any",
    "append",
    "apply_along_axis",
    "apply_gufunc",
    "apply_over_axes",
    "arange",
    "argmax",
    "argmin",
    "argtopk",
    "argwhere",
    "array",
    "as_gufunc",
    "asanyarray",
    "asarray",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "average",
    "bincount",
    "block",
    "blockwise",
    "broadcast_arrays",
    "broadcast_to",
    "choose",
    "clip",
    "coarsen",
    "compress",
    "compute",
    "concatenate",
    "core",
    "corrcoef",
    "count_nonzero",
    "cov",
    "cumprod",
    "cumreduction",
    "cumsum",
    "delete",
    "diag",
    "diagonal",
    "diff",
    "digitize",
    "dot",
    "dstack",
    "e",
    "ediff1d",
    "einsum",
    "empty",
    "empty_like",
    "euler_gamma",
    "expand_dims",
    "extract",
    "eye",
    "fft",
    "flatnonzero",
    "flip",
    "fliplr",
    "flipud",
    "from_array",
    "from_delayed",
    "from_hdf5",
    "from_npy",
    "from_npy_stack",
    "from_zarr",
    "fromfunction",
    "frompyfunc",
    "full",
    "full_like",
    "gradient",
    "gufunc",
    "histogram",
    "histogram2d",
    "histogramdd",
    "hstack",
    "image",
    "indices",
    "inf",
    "insert",
    "isclose",
    "iscomplexobj",
    "isin",
    "isnull",
    "isrealobj",
    "lib",
    "linalg",
    "linspace",
    "ma",
    "map_blocks",
    "map_overlap",
    "matmul",
    "max",
    "mean",
    "median",
    "meshgrid",
    "min",
    "moment",
    "moveaxis",
    "nan",
    "nanargmax",
    "nanargmin",
    "nancumprod",
    "nancumsum",
    "nanmax",
    "nanmean",
    "nanmedian",
    "nanmin",
    "nanpercentile",
    "nanprod",
    "nanquantile",
    "nanstd",
    "nansum",
    "nanvar",
    "ndim",
    "newaxis",
    "nonzero",
    "normalize_chunks",
    "notnull",
    "ones",
    "ones_like",
    "outer",
    "overlap",
    "pad",
    "percentile",
    "pi",
    "piecewise",
    "prod",
    "ptp",
    "quantile",
    "random",
    "ravel",
    "ravel_multi_index",
    "rechunk",
    "reduction",
    "repeat",
    "reshape",
    "result_type",
    "roll",
    "rollaxis",
    "rot90",
    "round",
    "searchsorted",
    "select",
    "shape",
    "shuffle",
    "squeeze",
    "stack",
    "stats",
    "std",
    "store",
    "sum",
    "swapaxes",
    "take",
    "tensordot",
    "tile",
    "to_hdf5",
    "to_npy",
    "to_npy_stack",
    "to_zarr",
    "topk",
    "trace",
    "transpose",
    "tri",
    "tril",
    "tril_indices",
    "tril_indices_from",
    "triu",
    "triu_indices",
    "triu_indices_from",
    "unify_chunks",
    "union1d",
    "unique",
    "unravel_index",
    "var",
    "vdot",
    "vstack",
    "where",
    "zeros",
    "zeros_like",
]
