"""Elements as another type."""

from __future__ import annotations

from typing import Any

import numpy as np

from treadle.array import blocks as rows
from treadle.array import native
from treadle.array.axes import transpose
from treadle.array.collection import Array


def astype(x: Array, dtype: Any, **kwargs: Any) -> Array:
    """Elements as another dtype."""
    dtype = np.dtype(dtype)
    casting = kwargs.pop("casting", "unsafe")
    kwargs.pop("copy", None)
    kwargs.pop("order", None)
    if kwargs:
        raise TypeError(f"astype does not take the following keyword arguments: {sorted(kwargs)}")
    if dtype == x.dtype:
        return x
    if dtype.itemsize == 0 and x.dtype.kind != "O":
        dtype = np.empty(0, x.dtype).astype(dtype).dtype  # texts as long as the longest of such elements
    if not np.can_cast(x.dtype, dtype, casting=casting):
        raise TypeError(f"Cannot cast array from {x.dtype!r} to {dtype!r} according to the rule {casting!r}")
    core = native.core_of(x)
    if core is not None and native.supports(dtype) and x.dtype.kind not in "Mm" and dtype.kind not in "Mm":
        return native.wrap(core.astype(dtype.str), "astype")
    made = rows.call_each(_astype, [x._blocks, dtype], {}, x.npartitions, "astype")
    return Array(made, x.chunks, dtype, "astype", x._masked)


def _astype(block: Any, dtype: Any) -> Any:
    return block.astype(dtype, copy=False)


def view(x: Array, dtype: Any = None, order: str = "C") -> Array:
    """The bytes of the elements as elements of another dtype."""
    dtype = np.dtype(dtype or x.dtype)
    if order == "F":
        return transpose(view(transpose(x), dtype))
    factor, rest = divmod(x.dtype.itemsize, dtype.itemsize)
    back = dtype.itemsize // x.dtype.itemsize if factor == 0 else 1
    if (factor and rest) or (not factor and any(length % back for length in x.chunks[-1])):
        raise ValueError(f"the last axis cannot be cut into elements of {dtype}: its chunks are {x.chunks[-1]}")
    last = tuple(length * factor if factor else length // back for length in x.chunks[-1])
    made = rows.call_each(_view, [x._blocks, dtype], {}, x.npartitions, "view")
    return Array(made, (*x.chunks[:-1], last), dtype, "view", x._masked)


def _view(block: Any, dtype: Any) -> Any:
    return np.ascontiguousarray(block).view(dtype)
