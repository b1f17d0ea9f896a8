"""Groups of rows with equal keys: aggregates of the core where their meaning is pandas', else pandas on partitions.

What only pandas can do of a group gets all of it: rows are sorted by the keys and cut into partitions between groups.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from treadle.dataframe import fallback
from treadle.dataframe.alignment import aligned
from treadle.dataframe.exact_values import plausible_frame
from treadle.dataframe.flat_groups import FlatGroups
from treadle.dataframe.frame import DataFrame
from treadle.dataframe.frame_columns import no_column
from treadle.dataframe.group_rows import GroupRows
from treadle.dataframe.grouping import NATIVE, Request
from treadle.dataframe.series import Series
from treadle.dataframe.split_out import in_partitions, splits
from treadle.errors import NotThereYet

# Methods of pandas' groups that need one group at a time, and give rows by key or rows beside the given ones.
_BY_KEY = frozenset(
    {
        "skew", "kurt", "unique", "idxmin", "idxmax", "corr", "corrwith", "cov", "describe", "nlargest", "nsmallest",
        "ohlc", "value_counts", "sample", "take", "is_monotonic_increasing", "is_monotonic_decreasing",
    }
)  # fmt: skip
_PROPERTIES = frozenset({"is_monotonic_increasing", "is_monotonic_decreasing"})
_BESIDE = frozenset({"rank", "pct_change", "fillna"})


class Aggregation:
    """An aggregate of one's own: of partitions, of these, and a last step; each takes grouped pandas objects."""

    def __init__(self, name: str, chunk: Any, agg: Any, finalize: Any = None) -> None:
        self.__name__ = name
        self.chunk = chunk
        self.agg = agg
        self.finalize = finalize


class Groups(GroupRows):
    """Groups of rows, with pandas' methods."""

    # Picking columns

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(self._values, DataFrame):
            raise IndexError(f"Column(s) {self._values.name} already selected")
        if isinstance(key, (tuple, list)):
            return type(self)(self._keys, self._labels, self._values[list(key)], self._options, True)
        return SeriesGroupBy(self._keys, self._labels, self._values[key], self._options)

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and isinstance(self._values, DataFrame) and name in self._values.columns:
            return self[name]
        if name in _PROPERTIES:
            return self._by_key(lambda groups: getattr(groups, name), name)
        if name in _BESIDE or name in _BY_KEY:
            return self._pandas_method(name)
        if not name.startswith("_") and hasattr(pd.core.groupby.DataFrameGroupBy, name):
            raise NotThereYet(f"groups have no {name} yet; use apply(), or map_partitions() behind shuffle()")
        labels = [] if name.startswith("_") else [str(label) for label in self._measured().columns]
        near = get_close_matches(name, labels, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}{hint}")

    def __dir__(self) -> list[str]:
        labels = self._values.columns if isinstance(self._values, DataFrame) else []
        return [*super().__dir__(), *[label for label in labels if isinstance(label, str) and label.isidentifier()]]

    def _pandas_method(self, method: str) -> Callable[..., Any]:
        def call(*args: Any, meta: Any = None, **kwargs: Any) -> Any:
            for unknown in ("split_every", "shuffle_method"):
                kwargs.pop(unknown, None)
            if method in _BESIDE:
                return self._aligned(method, *args, meta=meta, **kwargs)
            split_out = kwargs.pop("split_out", None)
            result = self._by_key(lambda groups: getattr(groups, method)(*args, **kwargs), method, meta)
            return in_partitions(result, split_out, self._values.npartitions)

        return call

    # Aggregates

    def _reduce(self, name: str, numeric_only: bool = False, **arguments: Any) -> Any:
        measured = self._measured()
        if numeric_only:
            measured = measured.select_dtypes(include="number") if isinstance(self._values, DataFrame) else measured
        frame, regroup = self._as_pandas()
        more = {"numeric_only": True} if numeric_only and isinstance(self._values, DataFrame) else {}

        def by_pandas(groups: Any) -> Any:
            return getattr(groups, name)(**arguments, **more)

        meta = self._with_object_keys(
            fallback.infer_meta(lambda part: by_pandas(regroup(part)), plausible_frame(frame))
        )
        requests = [
            (name, label, measured._columns[i], measured._meta.dtypes.iloc[i], arguments)
            for i, label in enumerate(measured.columns)
        ]
        native = self._native(requests, meta, self._rows(measured)) if requests else None
        return self._by_key(by_pandas, name, meta) if native is None else native

    @splits
    def sum(self, numeric_only: bool = False, min_count: Any = None, **kwargs: Any) -> Any:
        """The sum of each group."""
        return self._reduce("sum", numeric_only, **({} if min_count is None else {"min_count": min_count}))

    @splits
    def mean(self, numeric_only: bool = False, split_out: Any = None, **kwargs: Any) -> Any:
        """The arithmetic mean of each group."""
        return self._reduce("mean", numeric_only)

    @splits
    def min(self, numeric_only: bool = False, **kwargs: Any) -> Any:
        """The smallest value of each group."""
        return self._reduce("min", numeric_only)

    @splits
    def max(self, numeric_only: bool = False, **kwargs: Any) -> Any:
        """The largest value of each group."""
        return self._reduce("max", numeric_only)

    @splits
    def count(self, **kwargs: Any) -> Any:
        """How many values of each group are not missing."""
        return self._reduce("count")

    @splits
    def std(
        self,
        ddof: int = 1,
        split_every: Any = None,
        split_out: Any = None,
        numeric_only: bool = False,
        shuffle_method: Any = None,
    ) -> Any:
        """The standard deviation of each group."""
        return self._reduce("std", numeric_only, ddof=ddof)

    @splits
    def var(
        self,
        ddof: int = 1,
        split_every: Any = None,
        split_out: Any = None,
        numeric_only: bool = False,
        shuffle_method: Any = None,
    ) -> Any:
        """The variance of each group."""
        return self._reduce("var", numeric_only, ddof=ddof)

    @splits
    def median(
        self, split_every: Any = None, split_out: Any = True, shuffle_method: Any = None, numeric_only: bool = False
    ) -> Any:
        """The median of each group."""
        return self._reduce("median", numeric_only)

    @splits
    def nunique(self, split_every: Any = None, split_out: Any = True, shuffle_method: Any = None) -> Any:
        """How many different values each group has."""
        return self._reduce("nunique")

    @splits
    def first(self, numeric_only: bool = False, sort: Any = None, **kwargs: Any) -> Any:
        """The first value of each group that is not missing."""
        return self._reduce("first", numeric_only)

    @splits
    def last(self, numeric_only: bool = False, sort: Any = None, **kwargs: Any) -> Any:
        """The last value of each group that is not missing."""
        return self._reduce("last", numeric_only)

    @splits
    def prod(self, numeric_only: bool = False, min_count: Any = None, **kwargs: Any) -> Any:
        """The product of each group."""
        return self._reduce("prod", numeric_only, **({} if min_count is None else {"min_count": min_count}))

    @splits
    def sem(self, ddof: int = 1, numeric_only: bool = False, **kwargs: Any) -> Any:
        """The standard error of the mean of each group."""
        return self._reduce("sem", numeric_only, ddof=ddof)

    @splits
    def any(self, skipna: bool = True, **kwargs: Any) -> Any:
        """Whether some value of each group is true."""
        return self._reduce("any") if skipna else self._by_key(lambda groups: groups.any(skipna=False), "any")

    @splits
    def all(self, skipna: bool = True, **kwargs: Any) -> Any:
        """Whether all values of each group are true."""
        return self._reduce("all") if skipna else self._by_key(lambda groups: groups.all(skipna=False), "all")

    @splits
    def quantile(self, q: Any = 0.5, numeric_only: bool = False, **kwargs: Any) -> Any:
        """An exact quantile of each group."""
        if pd.api.types.is_list_like(q):
            return self._by_key(lambda groups: groups.quantile(list(q)), "quantile")
        return self._reduce("quantile", numeric_only, q=float(q))

    @splits
    def size(self, **kwargs: Any) -> Any:
        """How many rows each group has."""
        frame, regroup = self._as_pandas()
        meta = self._with_object_keys(fallback.infer_meta(lambda part: regroup(part).size(), frame._meta))
        native = self._native([("size", None, self._keys[0]._columns[0], None, {})], meta, self._rows())
        return self._by_key(lambda groups: groups.size(), "size", meta) if native is None else native

    @splits
    def agg(
        self, arg: Any = None, split_every: Any = 8, split_out: Any = None, shuffle_method: Any = None, **kwargs: Any
    ) -> Any:
        """Several aggregates: a name, a list of them, a mapping of columns to them, or named pairs."""
        kwargs = {name: _plain_pair(how) for name, how in kwargs.items()}
        if isinstance(self._values, DataFrame):
            named = [pair[0] for pair in kwargs.values() if isinstance(pair, tuple) and len(pair) == 2]
            for label in [*(arg if isinstance(arg, dict) else []), *named]:
                if label not in self._values.columns:
                    raise no_column(label, self._values.columns)
        _check_names(arg, kwargs)
        if isinstance(arg, Aggregation) or _holds_own(arg):
            return self._own_aggregation(arg)
        frame, regroup = self._as_pandas()

        def by_pandas(groups: Any) -> Any:
            return groups.agg(**kwargs) if arg is None else groups.agg(arg)

        meta = self._with_object_keys(
            fallback.infer_meta(lambda part: by_pandas(regroup(part)), plausible_frame(frame))
        )
        requests = self._requests(arg, kwargs)
        native = self._native(requests, meta, self._rows(self._measured())) if requests else None
        return self._by_key(by_pandas, "agg", meta) if native is None else native

    aggregate = agg

    def _requests(self, arg: Any, named: dict[str, Any]) -> list[Request] | None:
        measured = self._measured()
        series = isinstance(self._values, Series)
        pairs: list[tuple[Any, Any]] = []
        if arg is None:
            if not series and not all(isinstance(how, tuple) and len(how) == 2 for how in named.values()):
                return None
            pairs = [(measured.columns[0], how) if series else how for how in named.values()]
        elif isinstance(arg, dict):
            if series:
                return None
            pairs = [
                (label, how) for label, hows in arg.items() for how in (hows if isinstance(hows, list) else [hows])
            ]
        else:
            hows = arg if isinstance(arg, list) else [arg]
            pairs = [(label, how) for label in measured.columns for how in hows]
        requests: list[Request] = []
        values = self._values.to_frame() if series else self._values
        for label, how in pairs:
            how = _name_of(how)
            if how not in NATIVE or label not in values.columns:
                return None
            place = values._place(label)
            requests.append((how, label, values._columns[place], values._meta.dtypes.iloc[place], {}))
        return requests

    def _own_aggregation(self, arg: Any) -> Any:
        def run(groups: Any, how: Any) -> Any:
            if not isinstance(how, Aggregation):
                return groups.agg(how)
            parts = how.chunk(groups)
            levels = list(range(len(self._keys)))
            merged = how.agg(*[part.groupby(level=levels) for part in _several(parts)])
            return how.finalize(*_several(merged)) if how.finalize is not None else merged

        if isinstance(arg, Aggregation):
            return self._by_key(lambda groups: run(groups, arg), arg.__name__)
        if isinstance(self._values, Series):
            named = {_shown_name(how): how for how in arg}
            return self._by_key(
                lambda groups: pd.concat({name: run(groups, how) for name, how in named.items()}, axis=1), "agg"
            )
        pieces = arg if isinstance(arg, dict) else dict.fromkeys(self._measured().columns, arg)
        deep = any(isinstance(how, (list, tuple)) for how in pieces.values())

        def call(groups: Any) -> Any:
            made = {
                (label, _shown_name(one)) if deep else label: run(groups[label], one)
                for label, how in pieces.items()
                for one in (how if isinstance(how, (list, tuple)) else [how])
            }
            return pd.concat(made, axis=1)

        return self._by_key(call, "agg")

    def apply(self, func: Any, *args: Any, meta: Any = None, shuffle_method: Any = None, **kwargs: Any) -> Any:
        """Each group, a pandas object, through ``func``."""
        name = f"apply {fallback.function_name(func)}"
        if self._options.get("group_keys") is False:
            return self._apply_without_keys(lambda group: func(group, *args, **kwargs), name, meta)
        return self._by_key(lambda groups: groups.apply(func, *args, **kwargs), name, meta)

    def transform(self, func: Any, *args: Any, meta: Any = None, shuffle_method: Any = None, **kwargs: Any) -> Any:
        """Each group through ``func``, the result in the shape of the input."""
        native = self._spread(func) if isinstance(func, str) and not args and not kwargs else None
        return self._aligned("transform", func, *args, meta=meta, **kwargs) if native is None else native

    def _of_numbers(self, numeric_only: bool) -> Any:
        """These groups, or those of the columns of numbers alone."""
        if not numeric_only or isinstance(self._values, Series):
            return self
        dtypes = self._measured()._meta.dtypes
        return self[[label for label, dtype in dtypes.items() if pd.api.types.is_numeric_dtype(dtype)]]

    def cumsum(self, numeric_only: bool = False) -> Any:
        """The running sum in each group."""
        return self._of_numbers(numeric_only)._run("cumsum")

    def cumprod(self, numeric_only: bool = False) -> Any:
        """The running product in each group."""
        return self._of_numbers(numeric_only)._run("cumprod")

    def cummin(self, numeric_only: bool = False) -> Any:
        """The running minimum in each group."""
        return self._of_numbers(numeric_only)._run("cummin")

    def cummax(self, numeric_only: bool = False) -> Any:
        """The running maximum in each group."""
        return self._of_numbers(numeric_only)._run("cummax")

    def cumcount(self) -> Any:
        """The number of each row in its group."""
        return self._run("cumcount")

    def shift(self, periods: int = 1, meta: Any = None, shuffle_method: Any = None, *args: Any, **kwargs: Any) -> Any:
        """The values moved down within their group."""
        if args or set(kwargs) - {"fill_value"} or not isinstance(periods, (int, np.integer)):
            return self._aligned("shift", periods, *args, meta=meta, **kwargs)
        return self._run("shift", int(periods), kwargs.get("fill_value"))

    def diff(self, periods: int = 1) -> Any:
        """The differences to earlier rows of the group."""
        return self._aligned("diff", periods)

    def ffill(self, limit: Any = None, shuffle_method: Any = None) -> Any:
        """Gaps filled by the last value of the group."""
        return self._run("ffill", -1 if limit is None else int(limit))

    def bfill(self, limit: Any = None, shuffle_method: Any = None) -> Any:
        """Gaps filled by the next value of the group."""
        return self._run("bfill", -1 if limit is None else int(limit))

    def compute(self, **kwargs: Any) -> Any:
        """The groups of the computed rows."""
        frame, regroup = self._as_pandas()
        return regroup(frame.compute(**kwargs))

    def __repr__(self) -> str:
        return f"<treadle {type(self).__name__} by {self._labels}, {self._values.npartitions} partitions>"


class GroupBy(Groups):
    """Groups of a frame."""


class SeriesGroupBy(Groups):
    """Groups of one column."""

    def unique(self, **kwargs: Any) -> Any:
        """The different values of each group."""
        return self._pandas_method("unique")(**kwargs)

    def value_counts(self, **kwargs: Any) -> Any:
        """How often each value occurs in each group."""
        return self._pandas_method("value_counts")(**kwargs)


def _plain_pair(how: Any) -> Any:
    """pandas' NamedAgg as a pair of column and aggregate, unless it has arguments for the aggregate."""
    if isinstance(how, list) and len(how) == 2:
        return tuple(how)
    plain = isinstance(how, pd.NamedAgg) and not getattr(how, "args", ()) and not getattr(how, "kwargs", {})
    return (how.column, how.aggfunc) if plain else how


def _name_of(how: Any) -> Any:
    if isinstance(how, str):
        return how
    known = {
        np.sum: "sum",
        np.mean: "mean",
        np.min: "min",
        np.max: "max",
        np.std: "std",
        np.var: "var",
        sum: "sum",
        min: "min",
        max: "max",
        np.median: "median",
    }
    try:
        return known.get(how, how)
    except TypeError:
        return how


def _check_names(arg: Any, named: dict[str, Any]) -> None:
    """AttributeError, with the nearest, for the name of an aggregate that is not there."""
    given = list(arg.values()) if isinstance(arg, dict) else [arg]
    given += [how[1] if isinstance(how, tuple) and len(how) == 2 else how for how in named.values()]
    for how in given:
        for one in how if isinstance(how, list) else [how]:
            if isinstance(one, str) and not hasattr(pd.core.groupby.SeriesGroupBy, one):
                near = get_close_matches(one, sorted(NATIVE), n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise AttributeError(f"groups have no aggregate named {one!r}{hint}")


def _holds_own(arg: Any) -> bool:
    """Whether aggregations of one's own are among what a column, or all, are aggregated by."""
    if isinstance(arg, dict):
        return any(_holds_own(how) for how in arg.values())
    if isinstance(arg, (list, tuple)):
        return any(_holds_own(how) for how in arg)
    return isinstance(arg, Aggregation)


def _several(parts: Any) -> tuple[Any, ...]:
    return parts if isinstance(parts, tuple) else (parts,)


def _shown_name(how: Any) -> str:
    return how if isinstance(how, str) else fallback.function_name(how)


def _key_series(values: Any, by: Any) -> tuple[Series, Any]:
    if isinstance(by, Series):
        series = by._series() if type(by) is not Series else by
        return series, series.name
    if callable(by):
        return values.index.to_series().map(by), None
    if isinstance(values, DataFrame) and by in values.columns:
        return values[by], by
    if by == values._meta.index.name and by is not None:
        return values.index.to_series(), by
    raise no_column(by, values._meta.columns if isinstance(values, DataFrame) else [])


def _checked(options: dict[str, Any]) -> dict[str, Any]:
    unknown = set(options) - {"sort", "observed", "dropna", "group_keys", "level", "axis", "as_index"}
    if unknown:
        raise TypeError(f"groupby() got unexpected arguments {sorted(unknown)}")
    return {name: options.get(name) for name in ("sort", "observed", "dropna", "group_keys")}


def _of_level(values: Any, by: Any, level: Any) -> Any:
    """The keys that ``by``, or else a level of the index, says."""
    if by is not None or level is None:
        return by
    names = values._meta.index.names
    level = level[0] if isinstance(level, (list, tuple)) and len(level) == 1 else level
    if len(names) != 1 or (level not in (0, -1) and level != names[0]):
        raise ValueError(f"level: expected 0 or the name of the index, {names[0]!r}, found {level!r}")
    return values.index


def group_frame(frame: DataFrame, by: Any, **options: Any) -> Any:
    by = _of_level(frame, by, options.get("level"))
    keys = list(by) if isinstance(by, (list, tuple)) else [by]
    if not keys or by is None:
        raise ValueError("No group keys passed!")
    pairs = [_key_series(frame, key) for key in keys]
    frame, *by_series = aligned([frame, *[series for series, _ in pairs]], "left", "groupby")
    groups = GroupBy(by_series, [label for _, label in pairs], frame, _checked(options))
    return FlatGroups(groups) if options.get("as_index") is False else groups


def group_series(series: Series, by: Any, **options: Any) -> SeriesGroupBy:
    if options.get("as_index") is False:
        raise TypeError("as_index=False only valid with DataFrame")
    by = _of_level(series, by, options.get("level"))
    keys = list(by) if isinstance(by, (list, tuple)) else [by]
    pairs = [_key_series(series, key) for key in keys]
    series, *by_series = aligned([series, *[one for one, _ in pairs]], "left", "groupby")
    return SeriesGroupBy(by_series, [label for _, label in pairs], series, _checked(options))
