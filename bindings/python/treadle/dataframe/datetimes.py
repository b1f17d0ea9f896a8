"""Date and time methods of a series: ``series.dt``."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from treadle import _core
from treadle.dataframe import arithmetic, fallback
from treadle.dataframe.rows import Column

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
        sample = fallback.sample_of(series._meta).dt
        if name.startswith("_") or not hasattr(sample, name):
            raise AttributeError(f"'TimeMethods' object has no attribute {name!r}")
        value = getattr(sample, name)
        if callable(value):
            return lambda *args, **kwargs: self._pandas(name, *args, **kwargs)
        if not isinstance(value, (pd.Series, pd.DataFrame, np.ndarray)):
            return value
        return self._pandas(name)

    def to_pydatetime(self) -> Any:
        """The values as Python's datetimes."""
        series = self._series._meta
        meta = pd.Series([], dtype=object, name=series.name, index=series.index)
        return self._series._beside(
            lambda part: pd.Series(list(part.dt.to_pydatetime()), index=part.index, dtype=object),
            meta,
            "dt.to_pydatetime",
        )
