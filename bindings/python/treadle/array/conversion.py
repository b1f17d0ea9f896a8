"""Arrays and the other collections: delayed values, frames."""

from __future__ import annotations

from typing import Any

import numpy as np

from treadle import _core
from treadle.array import blocks as rows
from treadle.array.chunking import Chunks, is_unknown
from treadle.array.collection import Array


def from_delayed(value: Any, shape: Any, dtype: Any = None, meta: Any = None, name: Any = None) -> Array:
    """An array of one block, from a delayed value of known shape and dtype."""
    if dtype is None and meta is not None:
        dtype = meta.dtype
    row = rows.call_each(rows.as_block, [value], {}, 1, "from_delayed")
    return Array(row, tuple((length,) for length in shape), dtype or float, "from_delayed")


def to_delayed(x: Array) -> Any:
    """An object array of delayed values, one for each block."""
    from treadle.delayed import _new

    result = np.empty(x.numblocks, dtype=object)
    for number, place in enumerate(rows.grid(x.chunks)):
        result[place] = _new(x._blocks[number])
    return result


def known_chunks(x: Array) -> Chunks:
    """The lengths that blocks have once they are computed."""
    from treadle.dataframe.collection import options

    shapes = rows.call_each(_shape, [x._blocks], {}, x.npartitions, "shape")
    found = _core.compute_blocks([shapes], options({}))[0]
    chunks = []
    for axis, lengths in enumerate(x.chunks):
        own = []
        for i in range(len(lengths)):
            place = [i if other == axis else 0 for other in range(x.ndim)]
            own.append(int(found[rows.number(place, x.chunks)][axis]))
        chunks.append(tuple(own))
    return tuple(chunks)


def _shape(block: Any) -> Any:
    return tuple(int(length) for length in block.shape)


def from_frame(frame: Any) -> Array:
    """An array of a frame's or series' values; its length is unknown before it is computed."""
    made: Array = frame.to_dask_array()
    return made


def to_dask_dataframe(x: Array, columns: Any = None, index: Any = None, meta: Any = None) -> Any:
    """A data frame of a matrix, or a series of a vector."""
    import pandas as pd

    import treadle.dataframe as dd

    if x.ndim > 2:
        raise NotImplementedError(f"expected an array of one or two axes, found one of shape {x.shape}")
    if index is not None and index.npartitions != len(x.chunks[0]):
        raise ValueError(
            f"index: expected as many partitions as blocks of rows, {len(x.chunks[0])}, found {index.npartitions}"
        )
    if x.ndim == 2:
        x = x.rechunk({1: -1})
        names = list(range(x.shape[1])) if columns is None else list(columns)
        empty: Any = pd.DataFrame(np.empty((0, len(names)), x.dtype), columns=names)
    else:
        empty = pd.Series(np.empty(0, x.dtype), name=columns if columns is not None else None)
    if index is not None:
        empty = empty.set_axis(index._meta if isinstance(index._meta, pd.Index) else pd.Index(index._meta), axis=0)
    # Blocks of unknown length are numbered from 0 each, as in Dask.
    starts = [0 if is_unknown(start) else int(start) for start in np.cumsum([0, *x.chunks[0]])]
    labels = [None] * len(x.chunks[0]) if index is None else index.to_delayed()
    parts = list(to_delayed(x).ravel())
    from treadle.delayed import delayed

    frames = [
        delayed(_frame)(part, columns if x.ndim == 1 else names, start, x.ndim, label)
        for part, start, label in zip(parts, starts, labels, strict=False)
    ]
    return dd.from_delayed(frames, meta=empty)


def _frame(block: Any, names: Any, start: int, ndim: int, labels: Any) -> Any:
    import pandas as pd

    index = pd.RangeIndex(start, start + len(block)) if labels is None else pd.Index(labels)
    values = np.array(block)
    return pd.DataFrame(values, columns=names, index=index) if ndim == 2 else pd.Series(values, name=names, index=index)
