"""Rows by label and columns by place."""

from __future__ import annotations

import bisect
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from treadle.dataframe import arithmetic
from treadle.dataframe.collection import new_collection
from treadle.dataframe.series import Series
from treadle.dataframe.series_values import filtered


class LocIndexer:
    """``frame.loc[labels, columns]``; labels may be a mask, a slice, a list or one label."""

    def __init__(self, collection: Any) -> None:
        self._collection = collection

    def __getitem__(self, key: Any) -> Any:
        collection = self._collection
        if isinstance(key, tuple):
            if len(key) > 2:
                raise pd.errors.IndexingError("Too many indexers")
            key, columns = key
            if isinstance(collection._meta, pd.DataFrame):
                collection = self._columns(columns)
        if isinstance(key, slice) and key == slice(None):
            return collection
        if isinstance(key, Series):
            return filtered(collection, key)
        if callable(key):
            return filtered(collection, key(self._collection))
        if not isinstance(key, slice):
            if pd.api.types.is_list_like(key):
                return filtered(collection, self._mask(collection, key))
            self._check_label(key)
        near, divisions = _partitions_of(collection, key)
        found = filtered(near, self._mask(near, key))
        if divisions is None:
            return found
        rows = replace(found._rows, divisions=divisions)
        return new_collection(rows, found._index, found._columns, found._meta)

    def _check_label(self, label: Any) -> None:
        """KeyError for a label that cannot be there: rows are looked at when the result is computed."""
        index = self._collection.index._meta
        if isinstance(label, (bool, np.bool_)) and not arithmetic.is_plain(index.dtype, "b"):
            raise KeyError(f"{label}: boolean label can not be used without a boolean index")
        divisions = self._collection._rows.divisions
        if arithmetic.is_time(index.dtype) or not isinstance(divisions, tuple) or divisions[0] is None:
            return
        try:
            outside = not divisions[0] <= label <= divisions[-1]
        except TypeError:
            return
        if outside:
            raise KeyError(f"{label!r}: the index goes from {divisions[0]!r} to {divisions[-1]!r}")

    def _columns(self, columns: Any) -> Any:
        frame = self._collection
        if isinstance(columns, slice):
            return frame[list(frame._meta.loc[:, columns].columns)]
        return frame[columns]

    def _mask(self, collection: Any, key: Any) -> Series:
        labels: Any = collection.index.to_series()
        if isinstance(key, slice):
            mask = None
            if key.start is not None:
                mask = labels >= _label(labels, key.start)
            if key.stop is not None:
                upper = labels <= _label(labels, key.stop, end=True)
                mask = upper if mask is None else mask & upper
            found: Series = labels.notna() if mask is None else mask
            return found
        if pd.api.types.is_list_like(key):
            listed: Series = labels.isin(list(key))
            return listed
        if arithmetic.is_time(labels.dtype) and isinstance(key, str):
            between: Series = (labels >= _label(labels, key)) & (labels <= _label(labels, key, end=True))
            return between
        one: Series = labels == key
        return one


def _partitions_of(collection: Any, key: Any) -> tuple[Any, tuple[object, ...] | None]:
    """The partitions in which a label, or those of a slice, may lie, and where these will begin and end; all of them,
    and None, where divisions are not known."""
    known = collection._rows.divisions
    if not isinstance(known, tuple) or len(known) != collection.npartitions + 1 or None in known:
        return collection, None
    labels = collection.index.to_series()
    first, last = (key.start, key.stop) if isinstance(key, slice) else (key, key)
    try:
        start = known[0] if first is None else _label(labels, first)
        stop = known[-1] if last is None else _label(labels, last, end=True)
        begin = min(max(bisect.bisect_right(known, start) - 1, 0), collection.npartitions - 1)
        end = min(max(bisect.bisect_right(known, stop), begin + 1), collection.npartitions)
        bounds = (max(start, known[begin]), min(stop, known[end]))
        nothing = bounds[0] > bounds[1]
    except TypeError:  # labels of another type: there are none
        return collection, None
    near = collection._partitions(list(range(begin, end)))
    return near, None if nothing else (bounds[0], *known[begin + 1 : end], bounds[1])


def _label(labels: Any, value: Any, end: bool = False) -> Any:
    """A label as a value: part of a date stands for its first or last moment."""
    if not (arithmetic.is_time(labels.dtype) and isinstance(value, str)):
        return value
    zone = getattr(labels.dtype, "tz", None)
    index = pd.DatetimeIndex([], dtype=labels.dtype)
    unit = getattr(index, "unit", "ns")
    moment = index._maybe_cast_slice_bound(value, "right" if end else "left")
    stamp = pd.Timestamp(moment)
    if zone is not None and stamp.tz is None:
        stamp = stamp.tz_localize(zone)
    return stamp.floor("ns").as_unit("ns").floor({"s": "s", "ms": "ms", "us": "us", "ns": "ns"}[unit])


class PositionIndexer:
    """``frame.iloc[:, columns]``: columns by place; rows have no place before they are computed."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, tuple) or len(key) != 2 or key[0] != slice(None):
            raise NotImplementedError(
                "iloc takes all rows and some columns: frame.iloc[:, [0, 2]]; use head() for rows"
            )
        frame = self._frame
        places = key[1]
        if isinstance(places, int):
            place = range(len(frame._columns))[places]
            return frame._like(frame._rows, [frame._columns[place]], frame._meta.iloc[:, place])
        chosen = list(pd.RangeIndex(len(frame._columns))[places])
        return frame._like(frame._rows, [frame._columns[i] for i in chosen], frame._meta.iloc[:, chosen])
