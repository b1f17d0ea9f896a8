"""NumPy's functions of frames, series and indexes: ``np.sqrt(series)`` is as lazy as ``series + 1``."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from treadle import _core
from treadle.dataframe import arithmetic, arrow, fallback
from treadle.dataframe.collection import Collection
from treadle.dataframe.elementwise import together
from treadle.dataframe.rows import Column

_OPERATORS: dict[np.ufunc, str] = {
    np.add: "add",
    np.subtract: "sub",
    np.multiply: "mul",
    np.true_divide: "truediv",
    np.floor_divide: "floordiv",
    np.remainder: "mod",
    np.power: "pow",
    np.equal: "eq",
    np.not_equal: "ne",
    np.less: "lt",
    np.less_equal: "le",
    np.greater: "gt",
    np.greater_equal: "ge",
    np.bitwise_and: "and",
    np.bitwise_or: "or",
    np.bitwise_xor: "xor",
}
# What the core calls them, and of which kinds of numbers it has them with NumPy's meaning.
_NATIVE: dict[np.ufunc, tuple[str, str]] = {
    np.sqrt: ("sqrt", "iuf"),
    np.exp: ("exp", "iuf"),
    np.log: ("log", "iuf"),
    np.floor: ("floor", "f"),
    np.ceil: ("ceil", "f"),
}


def call(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """``ufunc(*inputs)``, one of which is lazy: lazily, or NotImplemented for what has no meaning row by row."""
    from treadle.dataframe.frame import DataFrame

    values = [value._series() if hasattr(value, "_series") else value for value in inputs]
    if method != "__call__" or "out" in options or not all(_stands_beside_rows(value) for value in values):
        return NotImplemented
    if len(values) == 2 and not options and ufunc in _OPERATORS:
        left, right = values
        if isinstance(left, Collection):
            return left._operate(_OPERATORS[ufunc], right)
        return right._operate(_OPERATORS[ufunc], left, True)
    if len(values) == 1 and isinstance(values[0], DataFrame) and ufunc.nout == 1:
        return values[0]._each(lambda series: _of_rows(ufunc, [series], options, None))
    if ufunc.nout == 1:
        return _of_rows(ufunc, values, options, None)
    return tuple(_of_rows(ufunc, values, options, number) for number in range(ufunc.nout))


def _stands_beside_rows(value: Any) -> bool:
    return isinstance(value, Collection) or pd.api.types.is_scalar(value)


def _of_rows(ufunc: np.ufunc, values: list[Any], options: dict[str, Any], number: int | None) -> Any:
    """What ``ufunc`` makes of values row by row: all of it, or one of its several results."""

    def compute(*arguments: Any) -> Any:
        result = ufunc(*arguments, **options)
        return result if number is None else result[number]

    compute.__name__ = ufunc.__name__
    lazy = [value for value in values if isinstance(value, Collection)]
    samples = iter([fallback.sample_of(value._meta) for value in lazy])
    meta = fallback.emptied(compute(*[next(samples) if isinstance(value, Collection) else value for value in values]))
    native = _native(ufunc, values[0], meta) if len(values) == 1 and not options else None
    return together(compute, meta, ufunc.__name__, *values) if native is None else native


def _native(ufunc: np.ufunc, series: Any, meta: pd.Series) -> Any:
    name, kinds = _NATIVE.get(ufunc, ("", ""))
    if not arithmetic.is_plain(series._meta.dtype, kinds) or not arithmetic.is_plain(meta.dtype, "f"):
        return None
    if meta.dtype.itemsize < 4:  # halves, which NumPy makes of small integers
        return None
    node = _core.call(name, [series._columns[0].node.cast(arrow.type_name(meta.dtype))])
    return series._like(series._rows, [Column(node, nan=True)], meta)
