"""Object columns whose values the core has, decimals and dates of files: operators that mean the same are its."""

from __future__ import annotations

import datetime
import decimal
import re
from typing import Any

import pandas as pd

from treadle import _core
from treadle.dataframe import arithmetic
from treadle.dataframe.fallback import Plausible, sample_of
from treadle.dataframe.rows import Column

_DECIMAL = re.compile(r"decimal128\((\d+), (-?\d+)\)")
_MOST_DIGITS = 38
# Operators that give decimals of decimals.
_STAY_EXACT = frozenset({"add", "sub", "mul"})


def digits_of(kind: str) -> tuple[int, int] | None:
    """Precision and scale of decimals."""
    found = _DECIMAL.fullmatch(kind)
    return (int(found[1]), int(found[2])) if found else None


def plausible(series: Any) -> Any:
    """What functions are tried on in place of the series: its meta, or values of its kind."""
    example = _example(series._columns[0]) if series._columns else None
    if example is None or not isinstance(series._meta, pd.Series):
        return series._meta
    return Plausible(pd.Series([example] * 2, dtype=object, name=series._meta.name))


def plausible_frame(frame: Any) -> Any:
    """The same for a frame some of whose columns hold such values."""
    examples = {i: example for i, one in enumerate(frame._columns) if (example := _example(one)) is not None}
    if not examples:
        return frame._meta
    sample = sample_of(frame._meta)
    for i, example in examples.items():
        sample.isetitem(i, pd.Series([example] * 2, index=sample.index, dtype=object))
    return Plausible(sample)


def _example(column: Column) -> Any:
    return (
        decimal.Decimal(1) if digits_of(column.kind) else datetime.date(2000, 1, 1) if column.kind == "date" else None
    )


def literal(value: Any, kind: str) -> _core.Expression | None:
    """A value beside a column of this kind; None if the core has none for it."""
    if digits_of(kind):
        return _decimal(value)
    if kind == "date" and isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return _core.literal(value.isoformat(), "utf8").cast("date")
    return None


def _decimal(value: Any) -> _core.Expression | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return _core.literal(value, "int64") if -(2**63) <= value < 2**63 else None
    if isinstance(value, float):
        value = decimal.Decimal(value)  # exactly, as Python compares them
    if not isinstance(value, decimal.Decimal) or not value.is_finite():
        return None
    text = format(value, "f")
    scale = len(text.partition(".")[2])
    precision = max(len(text.lstrip("-").replace(".", "").lstrip("0")), scale, 1)
    if precision > _MOST_DIGITS:
        return None
    return _core.literal(text, "utf8").cast(f"decimal128({precision}, {scale})")


def binary(name: str, a: Column, b: Column, dtypes: tuple[Any, Any], values: tuple[Any, Any]) -> Column | None:
    """``a OP b``, one of them such a column, in the core; None if only Python knows."""
    sides = [_digits(*side) for side in zip((a, b), dtypes, values, strict=True)]
    dates = all(
        side.kind == "date" or (dtype is None and isinstance(value, datetime.date))
        for side, dtype, value in zip((a, b), dtypes, values, strict=True)
    )
    if name in arithmetic.COMPARISONS and (dates or None not in sides):
        test = arithmetic.OPERATORS[name](a.clean(), b.clean())
        exact = test.fill_null(_core.literal(name == "ne", "bool"))
        return Column(exact, test=exact if name == "ne" else test)
    left, right = sides
    if name not in _STAY_EXACT or left is None or right is None or isinstance(values[0] or values[1], float):
        return None
    (whole, scale), (other_whole, other_scale) = left, right
    if name == "mul":
        whole, scale = whole + other_whole, scale + other_scale
    else:
        whole, scale = max(whole, other_whole) + 1, max(scale, other_scale)
    if whole + scale > _MOST_DIGITS:
        return None
    node = arithmetic.OPERATORS[name](_exact(a, dtypes[0], values[0]), _exact(b, dtypes[1], values[1]))
    return Column(node, kind=f"decimal128({whole + scale}, {scale})")


def _digits(side: Column, dtype: Any, value: Any) -> tuple[int, int] | None:
    """Digits before and behind the point; None for what is no exact number."""
    found = digits_of(side.kind)
    if found:
        return found[0] - found[1], found[1]
    if dtype is None and isinstance(value, (int, float, decimal.Decimal)) and not isinstance(value, bool):
        text = format(decimal.Decimal(value), "f").lstrip("-")
        before, _, behind = text.partition(".")
        return len(before), len(behind)
    return (19, 0) if arithmetic.is_plain(dtype, "iu") else None


def _exact(side: Column, dtype: Any, value: Any) -> _core.Expression:
    if dtype is None and isinstance(value, int):
        return _core.literal(str(value), "utf8").cast(f"decimal128({max(len(str(abs(value))), 1)}, 0)")
    return side.node


def aggregate(name: str, values: _core.Expression, kind: str, min_count: int) -> _core.Expression | None:
    """An aggregate of such a column that means what pandas' does; None if only Python knows."""
    if name in ("min", "max") and (digits_of(kind) or kind == "date"):
        return values.min() if name == "min" else values.max()
    if name == "sum" and digits_of(kind) and min_count <= 0:
        return values.sum()
    return None
