"""Operators of frames, series and indexes, and how their operands find each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
import pandas as pd

from treadle import _core
from treadle.dataframe import arithmetic, exact_values, fallback
from treadle.dataframe.collection import Collection, new_collection
from treadle.dataframe.operators import Operators
from treadle.dataframe.rows import Column, merge_rows
from treadle.dataframe.scalar import Scalar


class Elementwise(Operators, Collection):
    """A frame, a series or an index: what these have in common over their values."""

    @property
    def loc(self) -> Any:
        from treadle.dataframe.selection import LocIndexer

        return LocIndexer(self)

    @property
    def size(self) -> Scalar:
        """How many values there are, lazily."""
        return self._num_rows() if self.ndim == 1 else self._num_rows() * len(self._columns)

    @property
    def shape(self) -> tuple[Any, ...]:
        return (self._num_rows(),) if self.ndim == 1 else (self._num_rows(), len(self._columns))

    def _num_rows(self) -> Scalar:
        plan = self._rows.build([("rows", self._counted())]).select([_core.count().alias("rows")])
        return Scalar(plan, np.dtype("int64"))

    def align(self, other: Any, join: str = "outer", axis: Any = None, fill_value: Any = None) -> tuple[Any, Any]:
        """Both with the labels of both, for collections over the same rows."""
        from treadle.dataframe.conversion import align

        return align(self, other, join, axis, fill_value)

    def rename_axis(self, mapper: Any = None, **names: Any) -> Any:
        """The same rows, whose index (``index=``) or labels (``columns=``) have another name."""
        given = (mapper,) if mapper is not None or not names else ()
        return new_collection(self._rows, self._index, self._columns, self._meta.rename_axis(*given, **names))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        from treadle.dataframe.ufuncs import call

        return call(ufunc, method, inputs, options)

    def __divmod__(self, other: Any) -> tuple[Any, Any]:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple[Any, Any]:
        return other // self, other % self

    def __bool__(self) -> bool:
        raise ValueError(f"The truth value of a {type(self).__name__} is ambiguous. Use a.any() or a.all().")

    def __neg__(self) -> Any:
        return self._by_pandas("__neg__")

    def __pos__(self) -> Self:
        return self

    def __invert__(self) -> Any:
        return self._by_pandas("__invert__")

    def __abs__(self) -> Any:
        return self._by_pandas("abs")

    def __round__(self, decimals: int = 0) -> Any:
        return self.round(decimals)


def operate_columns(name: str, left: Any, right: Any, meta: Any, by_numpy: bool = False) -> Any:
    """``left OP right`` of two series over one root, or of a series and a value; None if only pandas can.

    ``by_numpy``: what integers divided by zero are is left to NumPy.
    """
    sides = [left, right]
    rows = merge_rows(side._rows for side in sides if isinstance(side, Collection))
    if rows is None:
        return None
    columns: list[Column] = []
    for side, other in ((left, right), (right, left)):
        if isinstance(side, Collection):
            columns.append(side._columns[0])
            continue
        kind = other._columns[0].kind
        node = exact_values.literal(side, kind) if kind else arithmetic.literal(side, other._meta.dtype)
        if node is None:
            return None
        columns.append(Column(node))
    dtypes = tuple(side._meta.dtype if isinstance(side, Collection) else None for side in sides)
    values = tuple(None if isinstance(side, Collection) else side for side in sides)
    if any(value is None for value, dtype in zip(values, dtypes, strict=True) if dtype is None):
        return None
    result: Column | None
    if arithmetic.is_open_division(name, dtypes, meta.dtype, values):  # type: ignore[arg-type]
        if by_numpy:
            result = arithmetic.division_of_numpy(name, columns[0], columns[1], dtypes, meta.dtype)  # type: ignore[arg-type]
        else:
            rows, result = arithmetic.open_division(name, rows, columns[0], columns[1], dtypes, meta.dtype)  # type: ignore[arg-type]
    elif any(column.kind for column in columns):
        result = exact_values.binary(name, columns[0], columns[1], dtypes, values)  # type: ignore[arg-type]
    else:
        result = arithmetic.binary(name, columns[0], columns[1], dtypes, meta.dtype, values)  # type: ignore[arg-type]
    if result is None:
        return None
    of = left if isinstance(left, Collection) else right
    return of._like(rows, [result], meta)


def together(function: Callable[..., Any], meta: Any, name: str, *operands: Any, how: str = "outer") -> Any:
    """``function`` of series (and values), by pandas on partitions; ``how`` says whose rows, if they have others."""
    from treadle.dataframe.alignment import aligned

    operands = tuple(aligned(operands, how, name))
    collections = [operand for operand in operands if isinstance(operand, Collection)]
    rows = merge_rows(collection._rows for collection in collections)
    assert rows is not None
    first = collections[0]
    widths = [len(collection._columns) for collection in collections]
    labels = list(range(sum(widths)))
    metas = [_framed(collection._meta) for collection in collections]
    before = pd.concat(metas, axis=1) if len(metas) > 1 else metas[0].copy()
    before.columns = labels

    def call(part: pd.DataFrame) -> Any:
        arguments, at, number = [], 0, 0
        for operand in operands:
            if not isinstance(operand, Collection):
                arguments.append(operand)
                continue
            piece = part.iloc[:, at : at + widths[number]]
            arguments.append(_unframed(piece, operand._meta))
            at += widths[number]
            number += 1
        return function(*arguments)

    columns = [column for collection in collections for column in collection._columns]
    extended, results = fallback.extend_rows(rows, (*first._index, *columns), call, before, meta, name, False)
    return first._like(extended, results, meta)


def _framed(meta: Any) -> pd.DataFrame:
    return meta if isinstance(meta, pd.DataFrame) else meta.to_frame()


def _unframed(piece: pd.DataFrame, meta: Any) -> Any:
    if isinstance(meta, pd.DataFrame):
        return piece.set_axis(meta.columns, axis=1)
    return piece.iloc[:, 0].rename(meta.name)
