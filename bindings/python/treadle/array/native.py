"""What the compiled core does itself: which elements it has, and the way to its arrays and back."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from treadle import _core
from treadle.array.chunking import Chunks, is_unknown
from treadle.array.collection import Array

_UNKNOWN = -1


@functools.cache
def supports(dtype: np.dtype[Any]) -> bool:
    """Whether the core has elements of this type."""
    if dtype.kind in "Mm":
        return dtype.isnative and np.datetime_data(dtype)[1] == 1
    return dtype.isnative and (
        dtype.kind in "biu" or (dtype.kind == "f" and dtype.itemsize in (4, 8)) or dtype.str in ("<c8", "<c16")
    )


@functools.cache
def functions() -> frozenset[str]:
    """The names of the core's elementwise functions."""
    return frozenset(_core.array_functions())


def lengths(chunks: Chunks) -> list[list[int]]:
    """Chunks as the core has them."""
    return [[_UNKNOWN if is_unknown(length) else int(length) for length in axis] for axis in chunks]


def core_of(array: Array) -> _core.Array | None:
    """The core's array of an array; none if the core lacks its elements."""
    if array._masked:
        return None
    if array._core is None and supports(array.dtype):
        array._core = _core.array_from_blocks(array._blocks, array.dtype.str, lengths(array.chunks))
    return array._core


def wrap(core: _core.Array, name: str) -> Array:
    """An array of the core's."""
    chunks = tuple(tuple(np.nan if one == _UNKNOWN else one for one in axis) for axis in core.chunks)
    result = Array(core.blocks, chunks, core.dtype, name)
    result._core = core
    return result


def cores(*arrays: Array) -> list[_core.Array] | None:
    """The core's arrays of numbers; none if it lacks one of them, or a length is not known yet."""
    found = [core_of(one) for one in arrays if one.dtype.kind in "biufc"]
    known = not any(is_unknown(length) for one in arrays for axis in one.chunks for length in axis)
    if len(found) < len(arrays) or not known:
        return None
    return [one for one in found if one is not None] if all(one is not None for one in found) else None


def operand(value: Any) -> Any:
    """An argument of a function as the core takes it; None if it does not."""
    if isinstance(value, Array):
        return core_of(value)
    if isinstance(value, bool) or type(value) in (float, complex):
        return value
    if type(value) is int:
        return value if -(2**63) <= value < 2**63 else None
    if isinstance(value, (np.generic, np.ndarray)) and np.ndim(value) == 0 and supports(value.dtype):
        return np.asarray(value)
    return None


def apply(name: str, args: Sequence[Any]) -> Array | None:
    """An elementwise function, if the core has it for these arguments."""
    if name not in functions():
        return None
    operands = [operand(arg) for arg in args]
    if any(operand is None for operand in operands):
        return None
    try:
        made = _core.array_apply(name, operands)
        if np.dtype(made.dtype) == np.float32 and all(_is_narrow(arg) for arg in args):
            return None  # NumPy computes it in float16, which the core does not have
        return wrap(made, name)
    except (TypeError, ValueError):
        # NumPy says whether it has the function for these types, and what is wrong with numbers and shapes.
        return None


def _is_narrow(value: Any) -> bool:
    """A plain number, or elements of one byte."""
    return getattr(getattr(value, "dtype", None), "itemsize", 1) == 1


def reduce(
    name: str, x: Array, axes: tuple[int, ...], keepdims: bool, dtype: Any = None, ddof: float = 0
) -> Array | None:
    """A reduction, if the core has it for these elements."""
    core = core_of(x)
    if core is None or (dtype is not None and not supports(np.dtype(dtype))):
        return None
    try:
        code = None if dtype is None else np.dtype(dtype).str
        # All axes together are the flattened array.
        given = None if len(axes) == x.ndim else list(axes)
        return wrap(_core.array_reduce(name, core, given, keepdims, code, ddof), name)
    except (TypeError, KeyError):
        return None
