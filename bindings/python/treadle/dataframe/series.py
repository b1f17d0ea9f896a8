"""The lazy series."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from treadle import _core
from treadle.dataframe import (
    arithmetic,
    arrow,
    fallback,
    moments,
    reductions,
    running,
    summary,
)
from treadle.dataframe.collection import new_collection
from treadle.dataframe.elementwise import together
from treadle.dataframe.rows import Column, Rows
from treadle.dataframe.scalar import Scalar
from treadle.dataframe.series_values import SeriesValues, filtered
from treadle.dataframe.split_out import splits


class Series(SeriesValues):
    """A column over rows, with pandas' meaning."""

    _pandas = pd.Series
    # Of what str.split() answers with: the series, the method, the separator and how many cuts at most.
    _split: Any = None
    # Of a reduction of each column: its plan, a row of columns c0, c1 ..., and whose they are.
    _row: Any = None

    # Rows

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, Series) and arithmetic.is_mask(key._meta.dtype):
            return filtered(self, key)
        raise NotImplementedError("a series takes a mask in brackets; use .loc[label] or .head()")

    def dropna(self) -> Any:
        """The values that are not missing."""
        return filtered(self, self.notnull())

    # Description

    @property
    def name(self) -> Any:
        return self._meta.name

    @name.setter
    def name(self, name: Any) -> None:
        self._meta = self._meta.rename(name)

    @property
    def dtype(self) -> Any:
        return self._meta.dtype

    @property
    def dtypes(self) -> Any:
        return self._meta.dtype

    @property
    def index(self) -> Any:
        return new_collection(self._rows, self._index, (), arrow.index_of(self._meta))

    def _with_levels(self) -> Any:
        """The same values; the index, of one level, is pandas' ``MultiIndex``."""
        index = arrow.index_of(self._meta)
        levels = pd.MultiIndex.from_arrays([index], names=[index.name])
        return self._like(self._rows, self._columns, self._meta.set_axis(levels))

    @property
    def axes(self) -> list[Any]:
        return [self.index]

    @property
    def columns(self) -> pd.Index:
        """The label of the only column."""
        return pd.Index([self.name])

    @property
    def str(self) -> Any:
        from treadle.dataframe.strings import StringMethods

        return StringMethods(self)

    @property
    def dt(self) -> Any:
        from treadle.dataframe.datetimes import TimeMethods

        return TimeMethods(self._with_times())

    @property
    def cat(self) -> Any:
        from treadle.dataframe.categories import CategoryMethods

        return CategoryMethods(self)

    # Different values

    @splits
    def value_counts(
        self,
        sort: bool | None = None,
        ascending: bool = False,
        dropna: bool = True,
        normalize: bool = False,
        split_every: Any = None,
        split_out: Any = None,
    ) -> Any:
        """How often each value occurs, the most frequent first."""
        meta = fallback.sample_of(self._meta).value_counts(normalize=normalize).iloc[:0]
        dtype = self._meta.dtype
        categories = isinstance(dtype, pd.CategoricalDtype) and arrow.is_known(dtype)
        if categories and not dropna:
            return self._all_by_pandas("value_counts", ascending=ascending, dropna=dropna, normalize=normalize)
        counts = self._counts(dropna)
        if categories:
            counts = _with_all_categories(counts, dtype)
        if normalize:
            total = counts.select([_core.col("value").sum().cast("float64").alias("total")])
            share = (_core.col("value").cast("float64") / _core.col("total")).alias("value")
            counts = counts.join(total, "cross", [], []).select([_core.col("index_0"), share])
        if sort is not False:
            counts = counts.sort([("value", not ascending, False)])
        labels = Column(_core.col("index_0"), pickled=self._columns[0].pickled, kind=self._columns[0].kind)
        return Series(Rows(counts), [labels], [Column(_core.col("value"))], meta)

    def _counts(self, dropna: bool) -> _core.DataFrame:
        """A row for each different value, ``index_0``, and how often it occurs, ``value``."""
        values = self._columns[0].clean()
        count = _core.count().alias("value")
        if not self._columns[0].pickled:
            plan = self._rows.build([("index_0", values)], values.is_not_null() if dropna else None)
            return plan.group_by([_core.col("index_0")], [count])
        from treadle.dataframe.object_keys import numbered_objects

        numbers = numbered_objects(self, False)
        code = numbers._columns[0].node
        inputs = [("code", code), ("index_0", values)]
        objects: _core.DataFrame = numbers._rows.build(inputs, code.is_not_null() if dropna else None)
        one = _core.col("index_0").first_valid().alias("index_0")
        return objects.group_by([_core.col("code")], [one, count]).select([_core.col("index_0"), _core.col("value")])

    @splits
    def unique(self, split_every: Any = None, split_out: Any = True, shuffle_method: Any = None) -> Any:
        """The different values, by first appearance."""
        plan = self._rows.build([("value", self._columns[0].clean())]).unique(["value"])
        meta = pd.Series([], dtype=self._meta.dtype, name=self._meta.name)
        plan = plan.with_columns([_core.literal(0, "int64").alias("index_0")])
        column = Column(_core.col("value"), pickled=self._columns[0].pickled, kind=self._columns[0].kind)
        found = Series(Rows(plan), [Column(_core.col("index_0"))], [column], meta)
        return found.reset_index(drop=True)

    @splits
    def drop_duplicates(
        self,
        ignore_index: bool = False,
        split_every: Any = None,
        split_out: Any = True,
        shuffle_method: Any = None,
        keep: Any = "first",
    ) -> Any:
        """The first occurrence of each value."""
        frame = self.to_frame("value").drop_duplicates(keep=keep, ignore_index=ignore_index)
        return frame.iloc[:, 0].rename(self._meta.name)

    def nlargest(self, n: int = 5, split_every: Any = None) -> Any:
        """The largest values."""
        return extreme(self, n, True)

    def nsmallest(self, n: int = 5, split_every: Any = None) -> Any:
        """The smallest values."""
        return extreme(self, n, False)

    def groupby(self, by: Any = None, **kwargs: Any) -> Any:
        from treadle.dataframe.groupby import group_series

        return group_series(self, by, **kwargs)

    def quantile(self, q: Any = 0.5, method: Any = "default") -> Any:
        """Exact quantiles."""
        return summary.quantile_of_series(self, q)

    def describe(
        self,
        split_every: Any = False,
        percentiles: Any = None,
        percentiles_method: Any = "default",
        include: Any = None,
        exclude: Any = None,
    ) -> Any:
        """What the values are like: how many, mean, spread, exact quantiles; of text the most frequent."""
        return summary.describe(self, percentiles, include, exclude)

    def explode(self) -> Any:
        """A row for each element of values that are lists."""
        # What lists of Python objects hold is not known: objects.
        exploded = self._map_partitions(lambda part: part.explode(), self._meta, "explode")
        return exploded._with_divisions(self._rows.divisions)

    def sort_values(self, ascending: Any = True, na_position: builtins.str = "last", **kwargs: Any) -> Any:
        """The values in their order."""
        frame = self.to_frame("value").sort_values("value", ascending=ascending, na_position=na_position, **kwargs)
        return frame.iloc[:, 0].rename(self._meta.name)

    def sort_index(self, ascending: Any = True, na_position: builtins.str = "last", **kwargs: Any) -> Any:
        """The values in the order of the index."""
        frame = self.to_frame("value").sort_index(ascending=ascending, na_position=na_position, **kwargs)
        return frame.iloc[:, 0].rename(self._meta.name)

    def idxmin(self, axis: Any = 0, skipna: bool = True, split_every: Any = False, **kwargs: Any) -> Any:
        """The label of the smallest value."""
        return summary.index_of_extreme(self, "idxmin")

    def idxmax(self, axis: Any = 0, skipna: bool = True, split_every: Any = False, **kwargs: Any) -> Any:
        """The label of the largest value."""
        return summary.index_of_extreme(self, "idxmax")

    def mode(self, dropna: bool = True, split_every: Any = False) -> Any:
        """The most frequent values."""
        return summary.mode_of_series(self, dropna)

    def sample(self, n: Any = None, frac: Any = None, replace: bool = False, random_state: Any = None) -> Any:
        return (
            self.to_frame().sample(n, frac, replace, random_state)[self.to_frame().columns[0]].rename(self._meta.name)
        )

    def _with_other(self, name: builtins.str, other: Any, arguments: dict[builtins.str, Any]) -> Scalar:
        """A value of two series over the same rows; by pandas on all rows at once if a function makes it."""
        rows = self._rows.merged(other._rows) if self._rows.fits(other._rows) else None
        method = arguments.get("method", "pearson")
        known = not callable(method) and method in moments.METHODS
        native = moments.of_two(self, other, name, arguments.get("min_periods"), method) if known else None
        if native is not None:
            return native
        if rows is None:
            raise NotImplementedError(
                f"{name}: the series have other rows than each other; bring them together by merge()"
            )
        meta = pd.concat([self._meta.rename(0), other._meta.rename(1)], axis=1)
        both = new_collection(rows, self._index, [self._columns[0], other._columns[0]], meta)

        def call(part: pd.DataFrame) -> Any:
            return pd.Series([getattr(part[0], name)(part[1], **arguments)])

        result = both._map_partitions(call, pd.Series([], dtype="float64"), name, whole=True)
        return Scalar(result._rows.build([("value", result._columns[0].node)]), np.dtype("float64"))

    def corr(self, other: Any, method: Any = "pearson", min_periods: Any = None, split_every: Any = False) -> Scalar:
        """The correlation with another series."""
        return self._with_other("corr", other, {"method": method, "min_periods": min_periods})

    def autocorr(self, lag: int = 1, split_every: Any = False) -> Scalar:
        """The correlation with the values so many rows before."""
        return self.corr(self.shift(lag))

    def dot(self, other: Any, meta: Any = None) -> Any:
        """The sum of the products with another series, or with each column of a frame."""
        from treadle.dataframe.frame import DataFrame

        if isinstance(other, DataFrame):
            return other.mul(self, axis=0).sum().rename(self.name)
        if not isinstance(other, Series):
            raise TypeError(f"dot() takes a lazy series, found {type(other).__name__}")
        total: Scalar = (self * other).sum()
        return total

    def cov(self, other: Any, min_periods: Any = None, split_every: Any = False) -> Scalar:
        """The covariance with another series."""
        return self._with_other("cov", other, {"min_periods": min_periods})

    def combine(self, other: Any, func: Callable[..., Any], fill_value: Any = None) -> Any:
        """``func`` of each value and another series' beside it, or a value."""
        known = {} if fill_value is None else {"fill_value": fill_value}

        def call(a: Any, b: Any) -> Any:
            return a.combine(b, func, **known)

        if isinstance(other, pd.Series):
            from treadle.dataframe.read import from_pandas

            other = from_pandas(other, npartitions=1, sort=False)
        if not isinstance(other, Series):
            return self._by_pandas("combine", other, func, **known)
        meta = fallback.infer_meta(call, self._meta, other._meta)
        if arithmetic.is_plain(meta.dtype):  # values of either may be what the function answers with
            meta = meta.astype(np.result_type(meta.dtype, self._meta.dtype, other._meta.dtype))
        return together(call, meta, f"combine {fallback.function_name(func)}", self, other)

    def combine_first(self, other: Any) -> Any:
        """Its values, and those of a series over the same rows where they are missing."""
        # Over the same rows: two samples of other indexes may not find each other.
        metas = [one.set_axis(pd.RangeIndex(0), axis=0) for one in (self._meta, other._meta)]
        meta = fallback.infer_meta(lambda a, b: a.combine_first(b), *metas)
        meta = meta.set_axis(arrow.index_of(self._meta), axis=0)
        return together(lambda a, b: a.combine_first(b), meta, "combine_first", self, other)

    def random_split(self, frac: Any, random_state: Any = None, shuffle: bool = False) -> list[Any]:
        """Series that get these fractions of the values by chance."""
        return [part.iloc[:, 0].rename(self.name) for part in self.to_frame("value").random_split(frac, random_state)]

    def squeeze(self) -> Any:
        return self

    @property
    def is_monotonic_increasing(self) -> Scalar:
        """Whether the values never fall."""
        return self._in_order(True)

    @property
    def is_monotonic_decreasing(self) -> Scalar:
        """Whether the values never rise."""
        return self._in_order(False)

    def _in_order(self, rising: bool) -> Scalar:
        from treadle.dataframe.conversion import in_order

        dtype = self._meta.dtype
        if not (arithmetic.is_plain(dtype, "iufmM") or arithmetic.is_text(dtype) or arithmetic.is_time(dtype)):
            raise TypeError(f"the order of values of type {dtype} is not known; astype() one that has an order")
        scalar: Scalar = in_order(self, rising)
        return scalar

    @property
    def nbytes(self) -> Scalar:
        """The bytes of the values as pandas holds them."""

        def used(part: Any) -> pd.Series:
            return pd.Series([part.nbytes])

        total: Scalar = self._map_partitions(used, pd.Series([], dtype="int64"), "nbytes").sum()
        return total

    def memory_usage(self, deep: bool = False, index: bool = True) -> Scalar:
        """The bytes of the values as pandas holds them, partition by partition, and of their index."""
        has_index = not isinstance(self._meta, pd.Index)

        def used(part: Any) -> pd.Series:
            return pd.Series([part.memory_usage(deep=deep, **({"index": index} if has_index else {}))])

        total: Scalar = self._map_partitions(used, pd.Series([], dtype="int64"), "memory_usage").sum()
        return total

    def to_string(self, max_rows: int = 5) -> builtins.str:
        """The types and divisions as text."""
        from treadle.dataframe.show import structure

        return builtins.str(structure(self).to_string(max_rows=max_rows))

    @staticmethod
    def from_dict(
        data: Any, *, npartitions: int = 1, orient: builtins.str = "columns", dtype: Any = None, columns: Any = None
    ) -> Any:
        """A frame from a mapping of labels to values."""
        from treadle.dataframe.read import from_dict

        return from_dict(data, npartitions, orient, dtype, columns)

    def nunique_approx(self, split_every: Any = None) -> Any:
        """How many different values there are: exact here."""
        return self.nunique()

    def median_approximate(self, method: Any = "default") -> Any:
        """The median: exact here."""
        return self.median()

    def to_csv(self, filename: Any, **kwargs: Any) -> Any:
        """Writes a CSV file for each partition."""
        return self.to_frame(0 if self.name is None else self.name).to_csv(filename, **kwargs)

    def to_json(self, filename: Any, *args: Any, **kwargs: Any) -> Any:
        """Writes a JSON file for each partition."""
        from treadle.dataframe.write import to_json

        return to_json(self, filename, *args, **kwargs)

    def to_hdf(
        self, path_or_buf: Any, key: builtins.str, mode: builtins.str = "a", append: bool = False, **kwargs: Any
    ) -> Any:
        """Writes a table of an HDF5 file: see ``treadle.dataframe.to_hdf``."""
        from treadle.dataframe.hdf import to_hdf

        return to_hdf(self, path_or_buf, key, mode, append, **kwargs)

    def items(self) -> Iterator[Any]:
        for part in self._parts():
            yield from part.items()

    def __iter__(self) -> Iterator[Any]:
        for part in self._parts():
            yield from part

    def _repr_html_(self) -> builtins.str:
        from treadle.dataframe.show import html_of

        return html_of(self)

    def __repr__(self) -> builtins.str:
        from treadle.dataframe.show import text_of

        return text_of(self)


def _with_all_categories(counts: _core.DataFrame, dtype: pd.CategoricalDtype) -> _core.DataFrame:
    """A count for each category, in their order; 0 for those that do not occur."""
    table = pa.table({"category": arrow.encode_values(dtype.categories, dtype)})
    every = _core.from_table(_core.Table.from_arrow(table))
    joined = every.join(counts, "left", [_core.col("category")], [_core.col("index_0")], coalesce=False)
    count = _core.col("value").fill_null(_core.literal(0, "int64"))
    return joined.select([_core.col("category").alias("index_0"), count.alias("value")])


def extreme(series: Series, n: int, largest: bool) -> Any:
    if not (arithmetic.is_plain(series._meta.dtype) or arithmetic.is_time(series._meta.dtype)):
        return series._all_by_pandas("nlargest" if largest else "nsmallest", n)
    plan = series._rows.build(series._named(), series._columns[0].clean().is_not_null())
    return series._over(plan.sort([("value", largest, False)]).head(n))


for _name in reductions.NATIVE:
    setattr(Series, _name, reductions.series_reduction(_name))


running.add_to(Series)
for _name in moments.SHAPES:
    setattr(Series, _name, moments.series_shape(_name))
