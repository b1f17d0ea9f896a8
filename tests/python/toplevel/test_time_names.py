"""Names of dt that few scripts use: the same values and types as Polars', for dates, times, zones and durations."""

from __future__ import annotations

import datetime
from typing import Any

import polars as pl
import pytest
import treadle as tl

DATA: dict[str, list[Any]] = {
    "day": [datetime.date(2024, 2, 3), None, datetime.date(1969, 12, 31)],
    "time": [datetime.datetime(2024, 3, 30, 12, 5, 1, 7), None, datetime.datetime(1969, 12, 31, 23, 59, 59, 999_999)],
    "span": [datetime.timedelta(1, 18_000, 7), None, datetime.timedelta(-1, 5)],
}
UNITS = ("days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds")


def answer(lib: Any, column: str, name: str, *args: Any, **kwargs: Any) -> Any:
    berlin = lib.col("time").dt.replace_time_zone("Europe/Berlin").alias("zoned")
    expression = getattr(lib.col(column).dt, name)(*args, **kwargs)
    return lib.DataFrame(DATA).with_columns(berlin).select(expression.alias("answer"))["answer"]


def assert_same(column: str, name: str, *args: Any, **kwargs: Any) -> None:
    expected, got = answer(pl, column, name, *args, **kwargs), answer(tl, column, name, *args, **kwargs)
    assert str(got.dtype) == str(expected.dtype)
    if expected.dtype == pl.Float64:
        expected = pl.Series(
            [None if one is None else pytest.approx(one, rel=1e-12) for one in expected], dtype=pl.Object
        )
    assert got.to_list() == expected.to_list()


@pytest.mark.parametrize("name", ["month_start", "month_end"])
@pytest.mark.parametrize("column", ["day", "time", "zoned"])
def test_the_ends_of_a_month_keep_the_time_of_day(column: str, name: str) -> None:
    assert_same(column, name)


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("column", ["time", "zoned", "span"])
def test_another_unit_keeps_zone_and_kind(column: str, unit: str) -> None:
    assert_same(column, "cast_time_unit", unit)


def test_what_has_no_unit_is_refused() -> None:
    with pytest.raises(TypeError, match=r"expected times and a unit .* found int32"):
        tl.DataFrame(DATA).select(tl.col("time").dt.year().dt.cast_time_unit("ms"))
    with pytest.raises(TypeError, match=r"found .*'m'"):
        tl.DataFrame(DATA).select(tl.col("time").dt.cast_time_unit("m"))


@pytest.mark.parametrize("fractional", [False, True])
@pytest.mark.parametrize("unit", UNITS)
def test_durations_are_counted_in_any_unit(unit: str, fractional: bool) -> None:
    assert_same("span", f"total_{unit}", fractional=fractional)
