"""Date and time methods of a series: ``series.dt``."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from treadle import _core
from treadle.dataframe import arithmetic, fallback
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
}


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

    def floor(self, freq: Any, *args: Any, **kwargs: Any) -> Any:
        """Times down to whole units."""
        native = None if args or kwargs else cut_times(self._series, freq)
        return self._pandas("floor", freq, *args, **kwargs) if native is None else native

    def normalize(self) -> Any:
        """Times at midnight."""
        native = cut_times(self._series, "D")
        return self._pandas("normalize") if native is None else native

    def strftime(self, date_format: str) -> Any:
        """Times as text."""
        series = self._series
        if not (arithmetic.is_plain(series._meta.dtype, "M") and PLAIN_DATE_FORMAT.fullmatch(date_format)):
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
