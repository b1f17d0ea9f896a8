"""Operators between columns: natively where the core's meaning is pandas', by pandas on partitions elsewhere."""

from __future__ import annotations

import datetime
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from treadle import _core
from treadle.dataframe import arrow
from treadle.dataframe.rows import Column, Extension, Rows, new_name

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "pow": operator.pow,
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "and": operator.and_,
    "or": operator.or_,
    "xor": operator.xor,
}
COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})
LOGIC = frozenset({"and", "or", "xor"})
# Divisions that round, and what does them in the core.
DIVISIONS = {"floordiv": "pandas.floor_divide", "mod": "pandas.modulo"}


def is_plain(dtype: Any, kinds: str = "iuf") -> bool:
    """Whether values are NumPy's numbers of these kinds."""
    return isinstance(dtype, np.dtype) and dtype.kind in kinds


def is_mask(dtype: Any) -> bool:
    """Whether values choose rows: truth values of NumPy, pandas or Arrow."""
    return is_plain(dtype, "b") or isinstance(dtype, pd.BooleanDtype) or str(dtype) == "bool[pyarrow]"


def is_text(dtype: Any) -> bool:
    return isinstance(dtype, pd.StringDtype)


def is_time(dtype: Any) -> bool:
    return (isinstance(dtype, np.dtype) and dtype.kind == "M") or isinstance(dtype, pd.DatetimeTZDtype)


def unit_of(dtype: Any) -> str:
    """The unit of times or durations."""
    return str(getattr(dtype, "unit", None) or np.datetime_data(dtype)[0])


def type_of_values(dtype: Any) -> Any:
    """The type itself; of categories that are known numbers, or text, that of what travels: the values."""
    if not isinstance(dtype, pd.CategoricalDtype):
        return dtype
    values = dtype.categories.dtype
    known = arrow.is_known(dtype) or arrow.IN_ORDER in dtype.categories
    return values if known and (is_text(values) or is_plain(values)) else dtype


def is_number(value: Any) -> bool:
    return isinstance(value, (bool, int, float, np.number, np.bool_)) and not isinstance(value, np.timedelta64)


def literal(value: Any, dtype: Any) -> _core.Expression | None:
    """A value as one of the core beside a column of type ``dtype``; None if the core has none for it."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return _core.literal(None, "null")
    if isinstance(value, (bool, np.bool_)):
        return _core.literal(bool(value), "bool")
    if isinstance(value, (int, np.integer)) and not isinstance(value, np.timedelta64):
        return _core.literal(int(value), "int64") if -(2**63) <= int(value) < 2**63 else None
    if isinstance(value, (float, np.floating)):
        return _core.literal(float(value), "float64")
    if isinstance(value, str):
        if is_time(dtype):
            return literal(pd.Timestamp(value), dtype)
        return _core.literal(value, "utf8")
    if isinstance(value, (datetime.timedelta, np.timedelta64)) and (is_time(dtype) or is_plain(dtype, "m")):
        length, unit = pd.Timedelta(value), unit_of(dtype)
        if length.as_unit(unit) != length:
            return None
        return _core.literal(length.as_unit("ns").value, "int64").cast("duration[ns]").cast(f"duration[{unit}]")
    if isinstance(value, (pd.Timestamp, datetime.date, np.datetime64)) and is_time(dtype):
        stamp = pd.Timestamp(value)
        zone = getattr(dtype, "tz", None)
        if (stamp.tz is None) != (zone is None):
            return None
        unit = unit_of(dtype)
        exact = stamp.as_unit("ns")
        return (
            _core.literal(exact.value, f"timestamp[ns, {zone}]" if zone else "timestamp[ns]").cast(
                f"timestamp[{unit}, {zone}]" if zone else f"timestamp[{unit}]"
            )
            if exact == stamp.as_unit(unit)
            else None
        )
    return None


def compare(name: str, a: Column, b: Column) -> Column:
    """A comparison as pandas has it: False beside a missing value, and True for ``!=``."""
    test = OPERATORS[name](a.clean(), b.clean())
    exact = test.fill_null(_core.literal(name == "ne", "bool"))
    return Column(exact, test=exact if name == "ne" else test)


def filter_form(mask: Column) -> _core.Expression:
    return mask.node if mask.test is None else mask.test


def combine(name: str, a: Column, b: Column) -> Column:
    test = OPERATORS[name](filter_form(a), filter_form(b)) if name != "xor" else None
    return Column(OPERATORS[name](a.node, b.node), test=test)


def binary(
    name: str, a: Column, b: Column, dtypes: tuple[Any, Any], result: Any, values: tuple[Any, Any]
) -> Column | None:
    """``a OP b`` in the core, or None if its meaning is another there.

    ``dtypes`` are those of columns, None for a value beside them; ``values`` the values.
    """
    kinds = [dtype for dtype in dtypes if dtype is not None]
    if name in LOGIC:
        return combine(name, a, b) if all(is_plain(dtype, "b") for dtype in kinds) and _all_bool(values) else None
    if name in COMPARISONS:
        if name in ("eq", "ne") and len(kinds) == 1:
            kinds = [type_of_values(kinds[0])]
        if not _comparable(kinds, values):
            return None
        # Beside text that knows NA, a missing value gives NA.
        return compare(name, a, b) if is_plain(result, "b") else Column(OPERATORS[name](a.node, b.node))
    if name == "add" and all(is_text(dtype) for dtype in (*kinds, result)):
        return Column(a.node + b.node) if all(value is None or isinstance(value, str) for value in values) else None
    if any(is_time(dtype) or is_plain(dtype, "m") for dtype in kinds):
        return _of_times(name, a, b, result, values, dtypes)
    if not all(is_plain(dtype) for dtype in kinds) or not is_plain(result):
        return None
    if any(value is not None and not is_number(value) for value in values):
        return None
    return _arithmetic(name, a, b, result, values, dtypes)


def _all_bool(values: tuple[Any, Any]) -> bool:
    return all(value is None or isinstance(value, (bool, np.bool_)) for value in values)


def _comparable(kinds: list[Any], values: tuple[Any, Any]) -> bool:
    given = [value for value in values if value is not None]
    if all(is_plain(dtype, "iufb") for dtype in kinds):
        return all(is_number(value) for value in given)
    if all(is_text(dtype) for dtype in kinds):
        return all(isinstance(value, str) for value in given)
    if all(is_plain(dtype, "m") for dtype in kinds):
        return all(isinstance(value, (datetime.timedelta, np.timedelta64)) for value in given)
    if all(is_time(dtype) for dtype in kinds):
        return len({str(getattr(dtype, "tz", None)) for dtype in kinds}) == 1
    return False


# Which of times (M) and durations (m) are added and subtracted.
_OF_TIMES = frozenset({"sub M M", "add M m", "sub M m", "add m M", "add m m", "sub m m"})


def _of_times(
    name: str, a: Column, b: Column, result: Any, values: tuple[Any, Any], dtypes: tuple[Any, Any]
) -> Column | None:
    kinds = [_letter(dtype, value) for dtype, value in zip(dtypes, values, strict=True)]
    zones = {str(dtype.tz) if isinstance(dtype, pd.DatetimeTZDtype) else None for dtype in dtypes if is_time(dtype)}
    if f"{name} {kinds[0]} {kinds[1]}" not in _OF_TIMES or len(zones) > 1:
        return None
    zone = next(iter(zones), None)
    time = f"timestamp[{unit_of(result)}, {zone}]" if zone else f"timestamp[{unit_of(result)}]"
    types = {"M": time, "m": f"duration[{unit_of(result)}]"}
    left, right = (side.node.cast(types[kind]) for side, kind in zip((a, b), kinds, strict=True))
    return Column(OPERATORS[name](left, right))


def _letter(dtype: Any, value: Any) -> str:
    if dtype is None:
        length = isinstance(value, (datetime.timedelta, np.timedelta64))
        return "m" if length else "M" if isinstance(value, (pd.Timestamp, datetime.date, np.datetime64)) else ""
    return "M" if is_time(dtype) else "m" if is_plain(dtype, "m") else ""


def _arithmetic(
    name: str, a: Column, b: Column, result: Any, values: tuple[Any, Any], dtypes: tuple[Any, Any]
) -> Column | None:
    kind = arrow.type_name(result)
    nan = a.nan or b.nan
    left, right = _in_type(result, a, b, dtypes)
    if name in ("add", "sub", "mul"):
        # Infinities may meet: what is not finite can make a NaN of two numbers.
        return Column(OPERATORS[name](left, right), nan=nan or result.kind == "f")
    if name == "truediv":
        return Column(left / right, nan=True)
    if name in DIVISIONS:
        function = DIVISIONS[name]
        if result.kind in "iu" and (name == "mod" or values[1] != 0):
            # What is left by zero is a missing value: NaN.
            return Column(_core.call(function, [left, right]), nan=nan)
        kind = "float64" if result.kind in "iu" else kind
        return Column(_core.call(function, [left.cast(kind), right.cast(kind)]), nan=True)
    return _power(left, right, result, values, nan) if name == "pow" else None


def in_type(node: _core.Expression, own: Any, wanted: Any) -> _core.Expression:
    """Values of type ``own`` as ``wanted``; as they are if they have it, for a column that was sampled, or whose type
    depends on values, may turn out to be wider."""
    return node if own == wanted else node.cast(arrow.type_name(wanted))


def _in_type(result: Any, a: Column, b: Column, dtypes: tuple[Any, Any]) -> tuple[_core.Expression, _core.Expression]:
    """Both sides in the type of the result."""
    left, right = (in_type(side.node, dtype, result) for side, dtype in zip((a, b), dtypes, strict=True))
    return left, right


def is_open_division(name: str, dtypes: tuple[Any, Any], result: Any, values: tuple[Any, Any]) -> bool:
    """Whether it takes the values to know the type: integers divided by a column of them, which may hold a zero."""
    kinds = [dtype for dtype in (*dtypes, result) if dtype is not None]
    whole = all(is_plain(dtype, "iu") for dtype in kinds) and (values[0] is None or is_number(values[0]))
    return name in DIVISIONS and values[1] is None and whole


def open_division(
    name: str, rows: Rows, a: Column, b: Column, dtypes: tuple[Any, Any], result: Any
) -> tuple[Rows, Column]:
    """The rows with a column of what ``name`` gives: integers, or floats if some divisor is zero."""
    left, right = _in_type(result, a, b, dtypes)
    column = new_name(name)

    def apply(plan: _core.DataFrame) -> _core.DataFrame:
        return _core.with_integer_division(plan, name == "mod", left, right, column)

    needed = frozenset((*left.references(), *right.references()))
    return rows.extended(Extension(needed, frozenset({column}), apply, name=name)), Column(_core.col(column), nan=True)


def division_of_numpy(name: str, a: Column, b: Column, dtypes: tuple[Any, Any], result: Any) -> Column:
    """Integers divided as NumPy does it, zero by zero: so pandas does it in its methods."""
    left, right = _in_type(result, a, b, dtypes)
    zero = _core.literal(0, "int64").cast(arrow.type_name(result))
    found = _core.call(DIVISIONS[name], [left, right])
    return Column(_core.choose(right == zero, _core.choose(left.is_null(), found, zero), found), nan=a.nan or b.nan)


def _power(
    left: _core.Expression, right: _core.Expression, result: Any, values: tuple[Any, Any], nan: bool
) -> Column | None:
    base, exponent = values
    if exponent is not None and exponent == 2:
        return Column(left * left, nan=nan or result.kind == "f")
    kind = arrow.type_name(result)
    if result.kind in "iu":
        return Column(_core.call("pow", [left.cast(kind), right.cast("int64")]).cast(kind))
    if exponent is not None and exponent == 0.5:
        return Column(_core.call("sqrt", [left.cast(kind)]), nan=True)
    left, right = left.cast("float64"), right.cast("float64")
    if exponent is None or exponent == 0 or exponent != exponent or base == 1:
        # A NaN to the power of 0 is 1, and so is 1 to the power of a NaN.
        missing = _core.literal(float("nan"), "float64")
        left, right = left.fill_null(missing), right.fill_null(missing)
    return Column(_core.call("pow", [left, right]).cast(kind), nan=True)
