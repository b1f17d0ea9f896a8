"""The lazy index of a frame or a series."""

from __future__ import annotations

import builtins
import html
from dataclasses import replace
from typing import Any

import pandas as pd

from treadle.dataframe import arithmetic, fallback
from treadle.dataframe.collection import Collection, new_collection
from treadle.dataframe.rows import Rows
from treadle.dataframe.series import Series
from treadle.dataframe.split_out import splits


class Index(Series):
    """The labels of rows. Methods are those of a series over the labels."""

    _pandas = pd.Index

    def __init__(self, rows: Rows, index: Any, columns: Any, meta: Any) -> None:
        Collection.__init__(self, rows, index, (), meta)

    def _series(self) -> Series:
        """The labels as a series of values, over the same index."""
        meta = self._meta.to_frame(index=True).iloc[:, 0].rename(self._meta.name)
        return Series(self._rows, self._index, [self._index[0]], meta)

    def _operate(self, name: str, other: Any, reverse: bool = False, by_numpy: bool = False) -> Any:
        """With values or labels: labels; beside a series, and of comparisons, which choose rows: a series."""
        beside = other._series() if isinstance(other, Index) else other
        result = self._series()._operate(name, beside, reverse, by_numpy)
        choosing = name in arithmetic.COMPARISONS or name in arithmetic.LOGIC
        return result if choosing or (beside is other and isinstance(other, Collection)) else self._labels(result)

    def __neg__(self) -> Index:
        return self._labels(-self._series())

    def __abs__(self) -> Index:
        return self._labels(abs(self._series()))

    def to_series(self, index: Any = None, name: Any = None) -> Series:
        """The labels as values."""
        series = self._series()
        return series if name is None else series.rename(name)

    def to_frame(self, index: Any = True, name: Any = None) -> Any:  # type: ignore[override]
        """The labels as a column."""
        return self._series().to_frame(self._meta.name if name is None else name)

    def _labels(self, series: Series) -> Index:
        """What a series of the labels became, as an index: nothing is known of it."""
        meta = pd.Index(series._meta.array, dtype=series._meta.dtype, name=series._meta.name)
        return Index(replace(series._rows, divisions=None), [series._columns[0]], (), meta)

    @property
    def str(self) -> Any:
        """Text methods, whose results are labels."""
        return _LabelMethods(self, self._series().str)

    def map(self, arg: Any, na_action: Any = None, meta: Any = None) -> Any:
        """Each label through a function or a mapping."""
        known = pd.Series(meta.array, dtype=meta.dtype, name=meta.name) if isinstance(meta, pd.Index) else meta
        return self._labels(self._series().map(arg, na_action, known))

    def astype(self, dtypes: Any) -> Any:
        """The labels in another type."""
        return self._labels(self._series().astype(dtypes))

    @splits
    def unique(self, split_every: Any = None, split_out: Any = True, shuffle_method: Any = None) -> Any:
        """The different labels, by first appearance."""
        return self._labels(self._series().unique())

    @splits
    def drop_duplicates(
        self,
        ignore_index: bool = False,
        split_every: Any = None,
        split_out: Any = True,
        shuffle_method: Any = None,
        keep: Any = "first",
    ) -> Any:
        """The first occurrence of each label."""
        return self._labels(self._series().drop_duplicates(keep=keep))

    def map_partitions(self, func: Any, *args: Any, meta: Any = None, **kwargs: Any) -> Any:
        """Each partition's index through ``func``."""

        def call(part: pd.Index) -> Any:
            return func(part, *args, **kwargs)

        known = fallback.infer_meta(call, self._meta) if meta is None else fallback.make_meta(meta)
        return self._map_partitions(call, known, fallback.function_name(func))

    @property
    def names(self) -> Any:
        return self._meta.names

    @property
    def dtype(self) -> Any:
        return self._meta.dtype

    def __getattr__(self, name: builtins.str) -> Any:
        if not name.startswith("_") and getattr(self._meta.dtype, "kind", "") == "M" and hasattr(self._meta, name):
            return _LabelMethods(self, self._series().dt).get(name)
        return super().__getattr__(name)

    def __getattribute__(self, name: builtins.str) -> Any:
        if name in _OF_VALUES:
            return getattr(Collection.__getattribute__(self, "_series")(), name)
        return super().__getattribute__(name)

    def _repr_html_(self) -> builtins.str:
        return f"<pre>{html.escape(repr(self))}</pre>"

    def __repr__(self) -> builtins.str:
        return f"treadle.dataframe.Index, {self.npartitions} partitions, dtype={self._meta.dtype}"

    def rename(self, index: Any = None, sorted_index: bool = False) -> Any:
        """The same labels under another name."""
        return new_collection(self._rows, self._index, (), self._meta.rename(index))


class _LabelMethods:
    """Methods and properties of text or times: what they make of the labels is an index again."""

    def __init__(self, index: Index, methods: Any) -> None:
        self._index = index
        self._methods = methods

    def get(self, name: str) -> Any:
        """The method, or the property's value."""
        found = getattr(self._methods, name)
        if not callable(found):
            return self._shown(found)
        return lambda *args, **kwargs: self._shown(found(*args, **kwargs))

    __getattr__ = get

    def _shown(self, result: Any) -> Any:
        return self._index._labels(result) if type(result) is Series else result

    def __getitem__(self, place: Any) -> Any:
        return self._index._labels(self._methods[place])


# What a series of the labels answers for the index.
_OF_VALUES = frozenset(
    {
        "sum", "min", "max", "mean", "count", "nunique", "isin", "isna", "isnull", "notnull", "notna",
        "value_counts", "nlargest", "nsmallest", "dt", "cat", "fillna", "size", "any", "all",
        "is_monotonic_increasing", "is_monotonic_decreasing",
    }
)  # fmt: skip
