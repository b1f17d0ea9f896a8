"""Functions at the top that make dates, texts and ranges."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from treadle.frame.expr import Expr, as_expr, col, concat_str, flatten, int_range
from treadle.frame.expr import len as len_
from treadle.frame.namespaces import offset
from treadle.frame.nodes import output_name
from treadle.frame.types import Date, Datetime, Duration, Int64, String

if TYPE_CHECKING:
    from treadle.frame.eager import DataFrame
    from treadle.frame.series import Series


def _whole(value: Any) -> Expr:
    return as_expr(value, names=True).cast(Int64)


def date(year: Any, month: Any, day: Any) -> Expr:
    """Dates made of numbers."""
    number = _whole(year) * 10_000 + _whole(month) * 100 + _whole(day)
    return number.cast(String).str.to_date("%Y%m%d").alias("date")


def datetime(
    year: Any, month: Any, day: Any, hour: Any = 0, minute: Any = 0, second: Any = 0, microsecond: Any = 0
) -> Expr:
    """Dates with times made of numbers."""
    seconds = _whole(hour) * 3600 + _whole(minute) * 60 + _whole(second)
    passed = (seconds * 1_000_000 + _whole(microsecond)).cast(Duration("us"))
    return (date(year, month, day).cast(Datetime("us")) + passed).alias("datetime")


def duration(
    *,
    weeks: Any = 0,
    days: Any = 0,
    hours: Any = 0,
    minutes: Any = 0,
    seconds: Any = 0,
    milliseconds: Any = 0,
    microseconds: Any = 0,
) -> Expr:
    """Lengths of time made of numbers."""
    parts = zip(
        (weeks, days, hours, minutes, seconds, milliseconds, microseconds),
        (604_800_000_000, 86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000, 1000, 1),
        strict=True,
    )
    total = as_expr(0)
    for count, size in parts:
        if isinstance(count, (Expr, str)) or count != 0:
            total = total + _whole(count) * size
    return total.cast(Duration("us")).alias("duration")


def format(f_string: str, *args: Any) -> Expr:
    """Texts with values in the places of ``{}``."""
    pieces = f_string.split("{}")
    if len(pieces) != len(args) + 1:
        raise ValueError(f"format: expected {len(pieces) - 1} values for the places in {f_string!r}, found {len(args)}")
    parts: list[Any] = [as_expr(pieces[0])]
    for value, piece in zip(args, pieces[1:], strict=True):
        parts += [as_expr(value, names=True), as_expr(piece)]
    return concat_str(parts).alias_like(as_expr(args[0], names=True)) if args else concat_str(parts)


def from_epoch(column: Any, time_unit: str = "s") -> Expr:
    """Times by how many units have passed since 1970; in days, dates."""
    factors = {"s": 1_000_000, "ms": 1000, "us": 1}
    one = as_expr(column, names=True)
    if time_unit == "d":
        return one.cast("int32").cast(Date)
    if time_unit not in factors:
        raise ValueError(f'from_epoch: expected a unit "d", "s", "ms" or "us", found {time_unit!r}')
    return (one.cast(Int64) * factors[time_unit]).cast(Datetime("us")).alias_like(one)


def thread_pool_size() -> int:
    """How many threads work."""
    import os

    from treadle import config

    return int(config.get("num_workers", None) or os.cpu_count() or 1)


def nth(*indices: int) -> Expr:
    """Columns by number."""
    from treadle import selectors

    return selectors.by_index(*indices)


def select(*exprs: Any, **named: Any) -> DataFrame:
    """What expressions without columns come to."""
    from treadle.frame.eager import DataFrame

    return DataFrame().select(*exprs, **named)


def date_range(
    start: dt.date, end: dt.date, interval: str = "1d", *, closed: str = "both", eager: bool = True
) -> Series:
    """Days from ``start`` to ``end``."""
    from treadle.frame.series import Series

    _check_eager("date_range", eager)
    return Series("literal", _steps(start, end, interval, closed))


def datetime_range(
    start: dt.datetime, end: dt.datetime, interval: str = "1d", *, closed: str = "both", eager: bool = True
) -> Series:
    """Times from ``start`` to ``end``."""
    from treadle.frame.series import Series

    _check_eager("datetime_range", eager)
    return Series("literal", _steps(start, end, interval, closed))


def _check_eager(name: str, eager: bool) -> None:
    if not eager:
        raise NotImplementedError(f"{name}(eager=False) is not there yet; make the series, then a frame of it")


def _steps(start: Any, end: Any, interval: str, closed: str) -> list[Any]:
    if closed not in ("both", "left", "right", "none"):
        raise ValueError(f'closed: expected "both", "left", "right" or "none", found {closed!r}')
    months, rest = offset(interval)
    if months < 0 or (months == 0 and rest <= dt.timedelta()):
        raise ValueError(f"interval: expected one that goes forward, found {interval!r}")
    values, place = [], 0
    while (value := _moved(start, place * months) + place * rest) <= end:
        values.append(value)
        place += 1
    if values and values[0] == start and closed in ("right", "none"):
        values = values[1:]
    return values[:-1] if values and values[-1] == end and closed in ("left", "none") else values


def _moved(value: Any, months: int) -> Any:
    import calendar

    count = value.year * 12 + value.month - 1 + months
    year, month = divmod(count, 12)
    return value.replace(year=year, month=month + 1, day=min(value.day, calendar.monthrange(year, month + 1)[1]))


def repeat(value: Any, n: int, *, dtype: Any = None, eager: bool = True) -> Series:
    """One value so many times."""
    from treadle.frame.series import Series

    _check_eager("repeat", eager)
    return Series("repeat", [value] * n, dtype)


def zeros(n: int, dtype: Any = float, *, eager: bool = True) -> Series:
    return repeat(0, n, dtype=dtype, eager=eager).alias("zeros")


def ones(n: int, dtype: Any = float, *, eager: bool = True) -> Series:
    return repeat(1, n, dtype=dtype, eager=eager).alias("ones")


def arg_where(condition: Any, *, eager: bool = False) -> Expr:
    """The numbers of the rows for which a condition is true."""
    _check_lazy("arg_where", eager)
    return as_expr(condition, names=True).arg_true()


def arg_sort_by(exprs: Any, *more: Any, descending: Any = False, nulls_last: Any = False) -> Expr:
    """The numbers of the rows in the order of these values."""
    keys = [as_expr(one, names=True) for one in flatten([exprs, *more])]
    number: Expr = int_range(len_()).cast("uint32").alias(output_name(keys[0]._node))
    return number.sort_by(keys, descending=descending, nulls_last=nulls_last)


def _check_lazy(name: str, eager: bool) -> None:
    if eager:
        raise NotImplementedError(f"{name}(eager=True) is not there yet; select it from a frame")


def head(column: str, n: int = 10) -> Expr:
    return col(column).head(n)


def tail(column: str, n: int = 10) -> Expr:
    return col(column).tail(n)


def implode(*columns: str) -> Expr:
    """All values of a column as one list."""
    return col(*columns).implode()
