"""Date and time methods of a series: ``series.dt``."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from treadle import _core
from treadle.dataframe import arithmetic, arrow, fallback
from treadle.dataframe.rewriting import cut_times
from treadle.dataframe.rows import Column
from treadle.dataframe.write_text import PLAIN_DATE_FORMAT

# Parts of a time in the core, and what to subtract for pandas' counting.
_PARTS = {
    "year": ("dt.year", 0),
    "quarter": ("dt.quarter", 0),
    "month": ("dt.month", 0),
    "day": ("dt.day", 0),
    "hour": ("dt.hour", 0),
    "minute": ("dt.minute", 0),
    "second": ("dt.second", 0),
    "weekday": ("dt.weekday", 1),
    "dayofweek": ("dt.weekday", 1),
    "day_of_week": ("dt.weekday", 1),
    "dayofyear": ("dt.ordinal_day", 0),
    "day_of_year": ("dt.ordinal_day", 0),
    "days_in_month": ("dt.days_in_month", 0),
    "daysinmonth": ("dt.days_in_month", 0),
    "microsecond": ("dt.microsecond", 0),
}
# Formats of names of days and months.
_NAMES = {"day_name": "%A", "month_name": "%B"}
# What becomes of times that a clock shows twice or never, in pandas' words and in the core's.
_TWICE = {"raise": "raise", "NaT": "null", True: "earlier", False: "later"}
_NEVER = {"raise": "raise", "NaT": "null", "shift_forward": "forward", "shift_backward": "backward"}


# Parts of a duration: how many make a second, how many there are of them, and their type.
_OF_DURATION = {
    "days": (1 / 86400, None, "int64"),
    "seconds": (1, 86400, "int32"),
    "microseconds": (10**6, 10**6, "int32"),
    "nanoseconds": (10**9, 1000, "int32"),
}
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def _whole(value: float) -> _core.Expression:
    return _core.literal(int(value), "int64")


def part_of_duration(name: str, ticks: _core.Expression, unit: str) -> _core.Expression:
    """A part of durations that are ``ticks`` of ``unit``; parts of negative ones count from the day before."""
    per_second, count, kind = _OF_DURATION[name]
    ticks_each = _PER_SECOND[unit] / per_second
    if ticks_each < 1:  # finer than the unit
        scale = round(1 / ticks_each)
        part = (ticks % _whole(count // scale)) * _whole(scale) if count and count > scale else ticks * _whole(0)
    else:
        part = ticks // _whole(ticks_each)
        part = part if count is None else part % _whole(count)
    return part.cast(kind)


def _flag(name: str, time: _core.Expression) -> _core.Expression | None:
    """Whether a time lies at the edge of a month, a quarter or a year; None for other names."""

    def part(function: str) -> _core.Expression:
        return _core.call(function, [time]).cast("int64")

    def ends() -> _core.Expression:
        return part("dt.day") == part("dt.days_in_month")

    month, first = part("dt.month"), part("dt.day") == _whole(1)
    flags: dict[str, Callable[[], _core.Expression]] = {
        "is_month_start": lambda: first,
        "is_month_end": ends,
        "is_quarter_start": lambda: first & (month % _whole(3) == _whole(1)),
        "is_quarter_end": lambda: ends() & (month % _whole(3) == _whole(0)),
        "is_year_start": lambda: part("dt.ordinal_day") == _whole(1),
        "is_year_end": lambda: ends() & (month == _whole(12)),
        "is_leap_year": lambda: _is_leap(part("dt.year")),
    }
    return flags[name]() if name in flags else None


def _is_leap(year: _core.Expression) -> _core.Expression:
    def divides(count: int) -> _core.Expression:
        return year % _whole(count) == _whole(0)

    return divides(4) & (~divides(100) | divides(400))


def _ticks_of(freq: Any, unit: str) -> int | None:
    """How many ticks of ``unit`` a frequency is; None if it is none of fixed length, or finer."""
    try:
        nanoseconds = pd.tseries.frequencies.to_offset(freq).nanos
    except (ValueError, AttributeError):
        return None
    each = 10**9 // _PER_SECOND[unit]
    return None if nanoseconds % each or nanoseconds <= 0 else int(nanoseconds // each)


class TimeMethods:
    """``series.dt``: pandas' names, in the core where it has the same meaning."""

    def __init__(self, series: Any) -> None:
        dtype = series._meta.dtype
        if getattr(dtype, "kind", "") not in ("M", "m"):
            raise AttributeError("Can only use .dt accessor with datetimelike values")
        self._series = series

    def _pandas(self, name: str, *args: Any, meta: Any = None, **kwargs: Any) -> Any:
        def call(part: Any) -> Any:
            result = getattr(part.dt, name)
            return result(*args, **kwargs) if callable(result) else result

        call.__name__ = f"dt.{name}"
        known = fallback.infer_meta(call, self._series._meta) if meta is None else meta
        return self._series._beside(call, known, f"dt.{name}")

    def __getattr__(self, name: str) -> Any:
        series = self._series
        if name in _PARTS and arithmetic.is_time(series._meta.dtype):
            function, offset = _PARTS[name]
            node = _core.call(function, [series._columns[0].node]).cast("int32")
            if offset:
                node = (node - _core.literal(offset, "int32")).cast("int32")
            return series._like(series._rows, [Column(node)], getattr(series._meta.dt, name))
        if name in _OF_DURATION and arithmetic.is_plain(series._meta.dtype, "m"):
            ticks, unit = self._ticks()
            return series._like(
                series._rows, [Column(part_of_duration(name, ticks, unit))], getattr(series._meta.dt, name)
            )
        if name == "nanosecond" and arithmetic.is_time(series._meta.dtype):
            node = _core.call("dt.nanosecond", [series._columns[0].node]) % _core.literal(1000, "int32")
            return series._like(series._rows, [Column(node.cast("int32"))], series._meta.dt.nanosecond)
        if name == "date" and arithmetic.is_time(series._meta.dtype):
            node = _core.call("dt.date", [series._columns[0].node])
            return series._like(series._rows, [Column(node)], series._meta.astype(object))
        flag = _flag(name, series._columns[0].node) if arithmetic.is_time(series._meta.dtype) else None
        if flag is not None:
            exact = flag.fill_null(_core.literal(False, "bool"))
            return series._like(series._rows, [Column(exact, test=flag)], series._meta.isna())
        sample = fallback.sample_of(series._meta).dt
        if name.startswith("_") or not hasattr(sample, name):
            near = [] if name.startswith("_") else get_close_matches(name, dir(sample), n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise AttributeError(f"'TimeMethods' object has no attribute {name!r}{hint}")
        value = getattr(sample, name)
        if callable(value):
            return lambda *args, **kwargs: self._pandas(name, *args, **kwargs)
        if not isinstance(value, (pd.Series, pd.DataFrame, np.ndarray)):
            return value
        return self._pandas(name)

    def _ticks(self) -> tuple[_core.Expression, str]:
        """The values as integers, and their unit."""
        series = self._series
        return series._columns[0].node.cast("int64"), np.datetime_data(series._meta.dtype)[0]

    def floor(self, freq: Any, ambiguous: Any = "raise", nonexistent: Any = "raise") -> Any:
        """Times down to whole units."""
        return self._whole_units("floor", freq, ambiguous, nonexistent)

    def ceil(self, freq: Any, ambiguous: Any = "raise", nonexistent: Any = "raise") -> Any:
        """Times up to whole units."""
        return self._whole_units("ceil", freq, ambiguous, nonexistent)

    def round(self, freq: Any, ambiguous: Any = "raise", nonexistent: Any = "raise") -> Any:
        """Times to the nearest whole units; of two that are as near, the even one."""
        return self._whole_units("round", freq, ambiguous, nonexistent)

    def normalize(self) -> Any:
        """Times at midnight."""
        if not arithmetic.is_time(self._series._meta.dtype):
            return self._pandas("normalize")
        return self._whole_units("floor", "D", "raise", "raise")

    def _whole_units(self, name: str, freq: Any, ambiguous: Any, nonexistent: Any) -> Any:
        series = self._series
        dtype = series._meta.dtype
        native = cut_times(series, freq) if name == "floor" else None
        if native is not None:
            return native
        step = _ticks_of(freq, arithmetic.unit_of(dtype))
        words = self._words(dtype, ambiguous, nonexistent)
        if step is None or words is None:
            return self._pandas(name, freq, ambiguous=ambiguous, nonexistent=nonexistent)
        unit, zoned = _whole(step), isinstance(dtype, pd.DatetimeTZDtype)
        ticks = (self._wall() if zoned else series._columns[0].node).cast("int64")
        if name == "ceil":
            ticks = ticks + _whole(step - 1)
        count = ticks // unit
        if name == "round":
            twice = ticks % unit * _whole(2)
            up = (twice > unit) | ((twice == unit) & (count % _whole(2) == _whole(1)))
            count = count + up.cast("int64")
        node = (count * unit).cast(arrow.type_name(dtype))
        if zoned:
            node = _core.call("dt.localize", [node, *words])
        return series._like(series._rows, [Column(node)], series._meta)

    def _wall(self) -> _core.Expression:
        """What the clock of the values' zone shows, without a zone."""
        return _core.call("dt.wall", [self._series._columns[0].node])

    def _words(self, dtype: Any, ambiguous: Any, nonexistent: Any) -> list[_core.Expression] | None:
        """How the core is to take times that a clock shows twice or never; None for what only pandas does."""
        known = (str, bool)
        if not isinstance(ambiguous, known) or not isinstance(nonexistent, str):
            return None
        if ambiguous not in _TWICE or nonexistent not in _NEVER or not _has_plain_zone(dtype):
            return None
        return [_core.literal(word, "utf8") for word in (_TWICE[ambiguous], _NEVER[nonexistent])]

    def tz_convert(self, tz: Any) -> Any:
        """The same times by another zone's clock; None: by UTC's, without a zone."""
        series = self._series
        meta = series._meta.dt.tz_convert(tz)
        if not _has_plain_zone(meta.dtype) or not _has_plain_zone(series._meta.dtype):
            return self._pandas("tz_convert", tz, meta=meta)
        return series._like(series._rows, [Column(series._columns[0].node.cast(arrow.type_name(meta.dtype)))], meta)

    def tz_localize(self, tz: Any, ambiguous: Any = "raise", nonexistent: Any = "raise") -> Any:
        """The times at which a zone's clock shows the values; None: what the clock shows, without the zone."""
        series = self._series
        meta = series._meta.dt.tz_localize(tz)
        words = self._words(meta.dtype if tz is not None else series._meta.dtype, ambiguous, nonexistent)
        if words is None:
            return self._pandas("tz_localize", tz, ambiguous=ambiguous, nonexistent=nonexistent, meta=meta)
        if tz is None:
            return series._like(series._rows, [Column(self._wall())], meta)
        node = series._columns[0].node.cast(arrow.type_name(meta.dtype))
        return series._like(series._rows, [Column(_core.call("dt.localize", [node, *words]))], meta)

    def day_name(self, locale: str | None = None) -> Any:
        """The names of days."""
        return self._name_of("day_name", locale)

    def month_name(self, locale: str | None = None) -> Any:
        """The names of months."""
        return self._name_of("month_name", locale)

    def _name_of(self, name: str, locale: str | None) -> Any:
        series = self._series
        if locale is not None or not arithmetic.is_time(series._meta.dtype):
            return self._pandas(name, locale)
        node = _core.call("dt.strftime", [series._columns[0].node, _core.literal(_NAMES[name], "utf8")])
        return series._like(series._rows, [Column(node)], getattr(series._meta.dt, name)())

    def isocalendar(self) -> Any:
        """The year, week and day of ISO 8601, a column each."""
        series = self._series
        if not arithmetic.is_time(series._meta.dtype):
            return self._pandas("isocalendar")
        parts = [_core.call(name, [series._columns[0].node]) for name in ("dt.iso_year", "dt.week", "dt.weekday")]
        return series._like(
            series._rows, [Column(part.cast("uint32")) for part in parts], series._meta.dt.isocalendar()
        )

    def strftime(self, date_format: str) -> Any:
        """Times as text."""
        series = self._series
        if not (arithmetic.is_time(series._meta.dtype) and PLAIN_DATE_FORMAT.fullmatch(date_format)):
            return self._pandas("strftime", date_format)
        node = _core.call("dt.strftime", [series._columns[0].node, _core.literal(date_format, "utf8")])
        return series._like(series._rows, [Column(node)], series._meta.dt.strftime(date_format))

    def total_seconds(self) -> Any:
        """Durations as seconds with fractions."""
        series = self._series
        if not arithmetic.is_plain(series._meta.dtype, "m"):
            raise AttributeError("'TimeMethods' object has no attribute 'total_seconds': it is one of durations")
        ticks, unit = self._ticks()
        seconds = ticks.cast("float64") / _core.literal(float(_PER_SECOND[unit]), "float64")
        return series._like(series._rows, [Column(seconds)], series._meta.dt.total_seconds())

    def to_pydatetime(self) -> Any:
        """The values as Python's datetimes."""
        series = self._series._meta
        meta = pd.Series([], dtype=object, name=series.name, index=series.index)
        return self._series._beside(
            lambda part: pd.Series(list(part.dt.to_pydatetime()), index=part.index, dtype=object),
            meta,
            "dt.to_pydatetime",
        )


def _has_plain_zone(dtype: Any) -> bool:
    """Whether times have no zone, or one that goes by its name in the IANA database."""
    zone = getattr(dtype, "tz", None)
    return zone is None or str(zone) == "UTC" or getattr(zone, "key", None) == str(zone)
