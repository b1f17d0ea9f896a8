"""Operators of frames, series and indexes, and how their operands find each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import pandas as pd

from treadle.dataframe import arithmetic, fallback
from treadle.dataframe.collection import Collection
from treadle.dataframe.rows import Column, merge_rows


class Elementwise(Collection):
    """A collection with operators; a subclass says what one of them does."""

    def _operate(self, name: str, other: Any, reverse: bool = False) -> Any:
        raise NotImplementedError

    def __add__(self, other: Any) -> Any:
        return self._operate("add", other)

    def __radd__(self, other: Any) -> Any:
        return self._operate("add", other, True)

    def __sub__(self, other: Any) -> Any:
        return self._operate("sub", other)

    def __rsub__(self, other: Any) -> Any:
        return self._operate("sub", other, True)

    def __mul__(self, other: Any) -> Any:
        return self._operate("mul", other)

    def __rmul__(self, other: Any) -> Any:
        return self._operate("mul", other, True)

    def __truediv__(self, other: Any) -> Any:
        return self._operate("truediv", other)

    def __rtruediv__(self, other: Any) -> Any:
        return self._operate("truediv", other, True)

    def __floordiv__(self, other: Any) -> Any:
        return self._operate("floordiv", other)

    def __rfloordiv__(self, other: Any) -> Any:
        return self._operate("floordiv", other, True)

    def __mod__(self, other: Any) -> Any:
        return self._operate("mod", other)

    def __rmod__(self, other: Any) -> Any:
        return self._operate("mod", other, True)

    def __pow__(self, other: Any) -> Any:
        return self._operate("pow", other)

    def __rpow__(self, other: Any) -> Any:
        return self._operate("pow", other, True)

    def __eq__(self, other: Any) -> Any:
        return self._operate("eq", other)

    def __ne__(self, other: Any) -> Any:
        return self._operate("ne", other)

    def __lt__(self, other: Any) -> Any:
        return self._operate("lt", other)

    def __le__(self, other: Any) -> Any:
        return self._operate("le", other)

    def __gt__(self, other: Any) -> Any:
        return self._operate("gt", other)

    def __ge__(self, other: Any) -> Any:
        return self._operate("ge", other)

    def __and__(self, other: Any) -> Any:
        return self._operate("and", other)

    def __rand__(self, other: Any) -> Any:
        return self._operate("and", other, True)

    def __or__(self, other: Any) -> Any:
        return self._operate("or", other)

    def __ror__(self, other: Any) -> Any:
        return self._operate("or", other, True)

    def __xor__(self, other: Any) -> Any:
        return self._operate("xor", other)

    def __rxor__(self, other: Any) -> Any:
        return self._operate("xor", other, True)

    def __hash__(self) -> int:
        return id(self)

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


def operate_columns(name: str, left: Any, right: Any, meta: Any) -> Any:
    """``left OP right`` of two series over one root, or of a series and a value; None if only pandas can."""
    sides = [left, right]
    rows = merge_rows(side._rows for side in sides if isinstance(side, Collection))
    if rows is None:
        return None
    columns: list[Column] = []
    for side, other in ((left, right), (right, left)):
        if isinstance(side, Collection):
            columns.append(side._columns[0])
            continue
        node = arithmetic.literal(side, other._meta.dtype)
        if node is None:
            return None
        columns.append(Column(node))
    dtypes = tuple(side._meta.dtype if isinstance(side, Collection) else None for side in sides)
    values = tuple(None if isinstance(side, Collection) else side for side in sides)
    if any(value is None for value, dtype in zip(values, dtypes, strict=True) if dtype is None):
        return None
    result = arithmetic.binary(name, columns[0], columns[1], dtypes, meta.dtype, values)  # type: ignore[arg-type]
    if result is None:
        return None
    of = left if isinstance(left, Collection) else right
    return of._like(rows, [result], meta)


def together(function: Callable[..., Any], meta: Any, name: str, *operands: Any) -> Any:
    """``function`` of series (and values) over one root, by pandas on partitions."""
    collections = [operand for operand in operands if isinstance(operand, Collection)]
    rows = merge_rows(collection._rows for collection in collections)
    if rows is None:
        raise NotImplementedError(
            f"{name}: the operands have other rows than each other; bring them together by merge() or join(), "
            "or compute() one of them"
        )
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
