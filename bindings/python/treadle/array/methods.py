"""Methods of Array that are functions of the module, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from treadle.array import axes as _axes
from treadle.array import reshaping, sinks
from treadle.array.axes import squeeze, swapaxes
from treadle.array.casting import astype, view
from treadle.array.collection import Array
from treadle.array.conversion import to_dask_dataframe
from treadle.array.cumulative import (
    cumprod,
    cumsum,
)
from treadle.array.elementwise import choose, clip, round
from treadle.array.elementwise import conj as _conj  # type: ignore[attr-defined]
from treadle.array.functions import map_blocks as _map_blocks
from treadle.array.indexing import shuffle
from treadle.array.order_statistics import (
    argtopk,
    topk,
)
from treadle.array.overlap import map_overlap as _map_overlap
from treadle.array.padding import repeat
from treadle.array.products import dot
from treadle.array.rechunking import rechunk
from treadle.array.reductions import (
    all,
    any,
    argmax,
    argmin,
    max,
    mean,
    min,
    moment,
    prod,
    std,
    sum,
    trace,
    var,
)
from treadle.array.reshaping import flatten, ravel
from treadle.array.searching import nonzero
from treadle.array.sinks import to_zarr
from treadle.array.storing import store

__all__ = [
    "all",
    "any",
    "argmax",
    "argmin",
    "argtopk",
    "astype",
    "choose",
    "clip",
    "conj",
    "copy",
    "cumprod",
    "cumsum",
    "dot",
    "flatten",
    "map_blocks",
    "map_overlap",
    "max",
    "mean",
    "min",
    "moment",
    "nonzero",
    "prod",
    "ravel",
    "rechunk",
    "repeat",
    "reshape",
    "round",
    "shuffle",
    "squeeze",
    "std",
    "store",
    "sum",
    "swapaxes",
    "to_dask_dataframe",
    "to_hdf5",
    "to_npy_stack",
    "to_zarr",
    "topk",
    "trace",
    "transpose",
    "var",
    "view",
]


def map_blocks(x: Array, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Array:
    """A function called on every block."""
    return _map_blocks(func, x, *args, **kwargs)


def map_overlap(
    x: Array, func: Callable[..., Any], depth: Any, boundary: Any = None, trim: bool = True, **kwargs: Any
) -> Array:
    """A function called on every block with cells of its neighbours."""
    return _map_overlap(func, x, depth=depth, boundary=boundary, trim=trim, **kwargs)


def conj(x: Array) -> Array:
    """The conjugate of complex numbers; others are their own."""
    return _conj(x) if x.dtype.kind == "c" else x


def copy(x: Array) -> Array:
    """Another handle on the same lazy array."""
    result = Array(x._blocks, x._chunks, x._dtype, x._name, x._masked)
    result._core = x._core
    return result


def reshape(x: Array, *shape: Any, merge_chunks: bool = True, limit: Any = None) -> Array:
    """The same elements in another shape."""
    wanted = shape[0] if len(shape) == 1 else shape
    return reshaping.reshape(x, wanted, merge_chunks, limit)


def transpose(x: Array, *axes: Any) -> Array:
    """The axes in another order."""
    wanted = axes[0] if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (tuple, list))) else axes or None
    return _axes.transpose(x, wanted)


def to_hdf5(x: Array, filename: Any, datapath: str, **kwargs: Any) -> None:
    """Writes the array into a data set of an HDF5 file."""
    sinks.to_hdf5(filename, datapath, x, **kwargs)


def to_npy_stack(x: Array, dirname: Any, axis: int = 0) -> None:
    """Writes the array as a folder of .npy files."""
    sinks.to_npy_stack(dirname, x, axis)
