"""Groups of rows with equal keys: aggregates of the core where their meaning is pandas', else pandas on all rows."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from treadle import _core
from treadle.dataframe import fallback, reductions
from treadle.dataframe.collection import Collection, new_collection
from treadle.dataframe.frame import DataFrame, no_column
from treadle.dataframe.rows import Column, Rows, merge_rows
from treadle.dataframe.series import Series

_NATIVE = frozenset({"sum", "mean", "min", "max", "count", "std", "var", "median", "nunique", "size", "any", "all"})


class Aggregation:
    """An aggregate of one's own: of partitions, of these, and a last step; each takes grouped pandas objects."""

    def __init__(self, name: str, chunk: Any, agg: Any, finalize: Any = None) -> None:
        self.__name__ = name
        self.chunk = chunk
        self.agg = agg
        self.finalize = finalize


class Groups:
    """Keys and values over one root. ``values`` is a frame, or a series once one column is picked."""

    def __init__(self, keys: list[Series], labels: list[Any], values: Any, options: dict[str, Any]) -> None:
        self._keys = keys
        self._labels = labels
        self._values = values
        self._options = options

    # Picking columns

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(self._values, DataFrame):
            raise IndexError(f"Column(s) {self._values.name} already selected")
        if isinstance(key, (tuple, list)):
            return type(self)(self._keys, self._labels, self._values[list(key)], self._options)
        return SeriesGroupBy(self._keys, self._labels, self._values[key], self._options)

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and isinstance(self._values, DataFrame) and name in self._values.columns:
            return self[name]
        if not name.startswith("_") and hasattr(pd.core.groupby.DataFrameGroupBy, name):
            return self._pandas_method(name)
        labels = [] if name.startswith("_") else [str(label) for label in self._measured().columns]
        near = get_close_matches(name, labels, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}{hint}")

    def _measured(self) -> Any:
        """The columns that aggregates see: keys are not among them."""
        if isinstance(self._values, Series):
            return self._values.to_frame()
        own = [label for label in self._values.columns if not self._is_key(label)]
        return self._values[own]

    def _is_key(self, label: Any) -> bool:
        return any((isinstance(one, str) and one == label) or one is label for one in self._labels)

    # Plans

    def _rows(self, *more: Collection) -> Rows:
        rows = merge_rows([*(key._rows for key in self._keys), *(one._rows for one in more)])
        if rows is None:
            raise NotImplementedError("keys over other rows than the values; bring them together by merge()")
        return rows

    def _simple_keys(self) -> bool:
        return not any(
            isinstance(key._meta.dtype, pd.CategoricalDtype) or key._columns[0].pickled for key in self._keys
        )

    def _native(self, requests: list[tuple[str, Any, Column, Any, dict[str, Any]]], meta: Any, rows: Rows) -> Any:
        """Aggregates ``(name, label, column, dtype, arguments)`` as one plan; None if one is not the core's."""
        if not self._simple_keys():
            return None
        inputs = [(f"key_{i}", key._columns[0].clean()) for i, key in enumerate(self._keys)]
        aggregates = []
        for i, (name, _, column, dtype, arguments) in enumerate(requests):
            if name == "size":
                aggregates.append(_core.count().alias(f"value_{i}"))
                continue
            inputs.append((f"input_{i}", column.node))
            node = reductions.aggregate(
                name, Column(_core.col(f"input_{i}"), nan=column.nan, pickled=column.pickled), dtype, **arguments
            )
            if node is None or name not in _NATIVE:
                return None
            aggregates.append(node.alias(f"value_{i}"))
        where = None
        if self._options.get("dropna") is not False:
            for _, node in inputs[: len(self._keys)]:
                where = node.is_not_null() if where is None else where & node.is_not_null()
        keys = [f"key_{i}" for i in range(len(self._keys))]
        plan = rows.build(inputs, where).group_by([_core.col(key) for key in keys], aggregates)
        if self._options.get("sort") is not False:
            plan = plan.sort([(key, False, False) for key in keys])
        values = [Column(_core.col(f"value_{i}")) for i in range(len(requests))]
        return new_collection(Rows(plan), [Column(_core.col(key)) for key in keys], values, meta)

    def _by_pandas(self, function: Callable[[Any], Any], name: str, meta: Any = None) -> Any:
        """``function`` of pandas' groups over all rows at once."""
        frame, regroup = self._as_pandas()

        def call(part: pd.DataFrame) -> Any:
            return function(regroup(part))

        call.__name__ = name
        known = fallback.infer_meta(call, frame._meta) if meta is None else self._given_meta(call, frame._meta, meta)
        return frame._map_partitions(call, known, f"groupby {name}", whole=True)

    def _given_meta(self, call: Callable[[Any], Any], before: Any, meta: Any) -> Any:
        """A user's meta: columns as it says, the index as groups have it."""
        given = fallback.make_meta(meta)
        if isinstance(meta, (pd.DataFrame, pd.Series)):
            return given
        if not isinstance(given.index, pd.RangeIndex) and given.index.name is not None:
            return given
        try:
            index = fallback.infer_meta(call, before).index
        except ValueError:
            keys = [pd.Index(key._meta.array, name=label) for key, label in zip(self._keys, self._labels, strict=True)]
            index = keys[0] if len(keys) == 1 else pd.MultiIndex.from_arrays(keys)
        return given.set_axis(index[:0], axis=0)

    def _as_pandas(self) -> tuple[Any, Callable[[pd.DataFrame], Any]]:
        """A frame of keys and values, and what makes pandas' groups of its rows."""
        values = self._values.to_frame() if isinstance(self._values, Series) else self._values
        rows = self._rows(values)
        keys = [key for key in self._keys]
        meta = values._meta.copy()
        meta.columns = pd.RangeIndex(meta.shape[1])
        width = meta.shape[1]
        for i, key in enumerate(keys):
            meta[width + i] = pd.Series(key._meta.array, index=meta.index, dtype=key._meta.dtype)
        columns = [*values._columns, *[key._columns[0] for key in keys]]
        frame = new_collection(rows, values._index, columns, meta)
        labels, names, series = values._meta.columns, self._labels, isinstance(self._values, Series)
        options = {name: value for name, value in self._options.items() if value is not None}
        in_frame = [isinstance(values, DataFrame) and not series and self._is_key_column(label) for label in names]

        def regroup(part: pd.DataFrame) -> Any:
            own = part.iloc[:, :width].set_axis(labels, axis=1)
            by: list[Any] = []
            for i, (name, inside) in enumerate(zip(names, in_frame, strict=True)):
                by.append(name if inside else part.iloc[:, width + i].rename(name))
            grouped = own.groupby(by if len(by) > 1 else by[0], **options)
            return grouped[labels[0]] if series else grouped

        return frame, regroup

    def _is_key_column(self, label: Any) -> bool:
        return isinstance(self._values, DataFrame) and label in self._values.columns

    def _pandas_method(self, method: str) -> Callable[..., Any]:
        def call(*args: Any, meta: Any = None, **kwargs: Any) -> Any:
            for unknown in ("split_every", "split_out", "shuffle_method"):
                kwargs.pop(unknown, None)
            return self._by_pandas(lambda groups: getattr(groups, method)(*args, **kwargs), method, meta)

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

        meta = fallback.infer_meta(lambda part: by_pandas(regroup(part)), frame._meta)
        requests = [
            (name, label, measured._columns[i], measured._meta.dtypes.iloc[i], arguments)
            for i, label in enumerate(measured.columns)
        ]
        native = self._native(requests, meta, self._rows(measured)) if requests else None
        return self._by_pandas(by_pandas, name, meta) if native is None else native

    def sum(self, numeric_only: bool = False, min_count: Any = None, **kwargs: Any) -> Any:
        """The sum of each group."""
        return self._reduce("sum", numeric_only, **({} if min_count is None else {"min_count": min_count}))

    def mean(self, numeric_only: bool = False, split_out: Any = None, **kwargs: Any) -> Any:
        """The arithmetic mean of each group."""
        return self._reduce("mean", numeric_only)

    def min(self, numeric_only: bool = False, **kwargs: Any) -> Any:
        """The smallest value of each group."""
        return self._reduce("min", numeric_only)

    def max(self, numeric_only: bool = False, **kwargs: Any) -> Any:
        """The largest value of each group."""
        return self._reduce("max", numeric_only)

    def count(self, **kwargs: Any) -> Any:
        """How many values of each group are not missing."""
        return self._reduce("count")

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

    def median(
        self, split_every: Any = None, split_out: Any = True, shuffle_method: Any = None, numeric_only: bool = False
    ) -> Any:
        """The median of each group."""
        return self._reduce("median", numeric_only)

    def nunique(self, split_every: Any = None, split_out: Any = True, shuffle_method: Any = None) -> Any:
        """How many different values each group has."""
        return self._reduce("nunique")

    def size(self, **kwargs: Any) -> Any:
        """How many rows each group has."""
        frame, regroup = self._as_pandas()
        meta = fallback.infer_meta(lambda part: regroup(part).size(), frame._meta)
        native = self._native([("size", None, self._keys[0]._columns[0], None, {})], meta, self._rows())
        return self._by_pandas(lambda groups: groups.size(), "size", meta) if native is None else native

    def agg(
        self, arg: Any = None, split_every: Any = 8, split_out: Any = None, shuffle_method: Any = None, **kwargs: Any
    ) -> Any:
        """Several aggregates: a name, a list of them, a mapping of columns to them, or named pairs."""
        if isinstance(self._values, DataFrame):
            named = [pair[0] for pair in kwargs.values() if isinstance(pair, tuple) and len(pair) == 2]
            for label in [*(arg if isinstance(arg, dict) else []), *named]:
                if label not in self._values.columns:
                    raise no_column(label, self._values.columns)
        if isinstance(arg, Aggregation) or _holds_own(arg):
            return self._own_aggregation(arg)
        frame, regroup = self._as_pandas()

        def by_pandas(groups: Any) -> Any:
            return groups.agg(**kwargs) if arg is None else groups.agg(arg)

        meta = fallback.infer_meta(lambda part: by_pandas(regroup(part)), frame._meta)
        requests = self._requests(arg, kwargs)
        native = self._native(requests, meta, self._rows(self._measured())) if requests else None
        return self._by_pandas(by_pandas, "agg", meta) if native is None else native

    aggregate = agg

    def _requests(self, arg: Any, named: dict[str, Any]) -> list[tuple[str, Any, Column, Any, dict[str, Any]]] | None:
        measured = self._measured()
        series = isinstance(self._values, Series)
        pairs: list[tuple[Any, Any]] = []
        if arg is None:
            pairs = [(measured.columns[0], how) if series else tuple(how) for how in named.values()]
        elif isinstance(arg, dict):
            if series:
                return None
            pairs = [
                (label, how) for label, hows in arg.items() for how in (hows if isinstance(hows, list) else [hows])
            ]
        else:
            hows = arg if isinstance(arg, list) else [arg]
            pairs = [(label, how) for label in measured.columns for how in hows]
        requests: list[tuple[str, Any, Column, Any, dict[str, Any]]] = []
        values = self._values.to_frame() if series else self._values
        for label, how in pairs:
            how = _name_of(how)
            if how not in _NATIVE or label not in values.columns:
                return None
            place = values._place(label)
            requests.append((how, label, values._columns[place], values._meta.dtypes.iloc[place], {}))
        return requests

    def _own_aggregation(self, arg: Any) -> Any:
        own = arg if isinstance(arg, Aggregation) else None

        def run(groups: Any, how: Any) -> Any:
            if not isinstance(how, Aggregation):
                return groups.agg(how)
            parts = how.chunk(groups)
            several = parts if isinstance(parts, tuple) else (parts,)
            levels = list(range(len(self._keys)))
            merged = [how.agg(part.groupby(level=levels)) for part in several]
            return how.finalize(*merged) if how.finalize is not None else merged[0]

        if own is not None:
            return self._by_pandas(lambda groups: run(groups, own), own.__name__)
        pieces = arg if isinstance(arg, dict) else {label: arg for label in self._measured().columns}

        def call(groups: Any) -> Any:
            return pd.concat({label: run(groups[label], how) for label, how in pieces.items()}, axis=1)

        return self._by_pandas(call, "agg")

    def apply(self, func: Any, *args: Any, meta: Any = None, shuffle_method: Any = None, **kwargs: Any) -> Any:
        """Each group, a pandas object, through ``func``."""
        return self._by_pandas(
            lambda groups: groups.apply(func, *args, **kwargs), f"apply {fallback.function_name(func)}", meta
        )

    def _aligned(self, method: str, *args: Any, meta: Any = None, **kwargs: Any) -> Any:
        """A method whose result has the rows of the input, over the same rows."""
        frame, regroup = self._as_pandas()

        def call(part: pd.DataFrame) -> Any:
            return getattr(regroup(part), method)(*args, **kwargs)

        call.__name__ = method
        known = fallback.infer_meta(call, frame._meta) if meta is None else fallback.make_meta(meta, frame._meta)
        return frame._beside(call, known, f"groupby {method}", whole=True)

    def transform(self, func: Any, *args: Any, meta: Any = None, shuffle_method: Any = None, **kwargs: Any) -> Any:
        """Each group through ``func``, the result in the shape of the input."""
        return self._aligned("transform", func, *args, meta=meta, **kwargs)

    def cumsum(self, numeric_only: bool = False) -> Any:
        """The running sum in each group."""
        return self._aligned("cumsum")

    def cumprod(self, numeric_only: bool = False) -> Any:
        """The running product in each group."""
        return self._aligned("cumprod")

    def cumcount(self) -> Any:
        """The number of each row in its group."""
        return self._aligned("cumcount")

    def shift(self, periods: int = 1, meta: Any = None, shuffle_method: Any = None, *args: Any, **kwargs: Any) -> Any:
        """The values moved down within their group."""
        return self._aligned("shift", periods, meta=meta)

    def ffill(self, limit: Any = None, shuffle_method: Any = None) -> Any:
        """Gaps filled by the last value of the group."""
        return self._aligned("ffill", limit=limit)

    def bfill(self, limit: Any = None, shuffle_method: Any = None) -> Any:
        """Gaps filled by the next value of the group."""
        return self._aligned("bfill", limit=limit)

    def get_group(self, key: Any) -> Any:
        """The rows of one group."""
        keys = key if isinstance(key, tuple) else (key,)
        mask = self._keys[0] == keys[0]
        for series, value in zip(self._keys[1:], keys[1:], strict=True):
            mask = mask & (series == value)
        return self._values[mask]

    def compute(self, **kwargs: Any) -> Any:
        """The groups of the computed rows."""
        frame, regroup = self._as_pandas()
        return regroup(frame.compute(**kwargs))


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


def _holds_own(arg: Any) -> bool:
    if isinstance(arg, dict):
        return any(isinstance(how, Aggregation) for how in arg.values())
    return False


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
    if options.get("as_index") is False:
        raise NotImplementedError("groupby(as_index=False); use reset_index() on the result")
    return {name: options.get(name) for name in ("sort", "observed", "dropna", "group_keys")}


def group_frame(frame: DataFrame, by: Any, **options: Any) -> GroupBy:
    keys = list(by) if isinstance(by, (list, tuple)) else [by]
    if not keys or by is None:
        raise ValueError("No group keys passed!")
    pairs = [_key_series(frame, key) for key in keys]
    return GroupBy([series for series, _ in pairs], [label for _, label in pairs], frame, _checked(options))


def group_series(series: Series, by: Any, **options: Any) -> SeriesGroupBy:
    keys = list(by) if isinstance(by, (list, tuple)) else [by]
    pairs = [_key_series(series, key) for key in keys]
    return SeriesGroupBy([one for one, _ in pairs], [label for _, label in pairs], series, _checked(options))
