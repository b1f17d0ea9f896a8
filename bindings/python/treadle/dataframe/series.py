"""The lazy series."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from treadle import _core
from treadle.computing import compute
from treadle.dataframe import (
    arithmetic,
    arrow,
    exact_values,
    fallback,
    moments,
    reductions,
    rewriting,
    running,
    summary,
)
from treadle.dataframe.alignment import aligned
from treadle.dataframe.collection import Collection, new_collection
from treadle.dataframe.elementwise import Elementwise, operate_columns, together
from treadle.dataframe.exact_values import plausible
from treadle.dataframe.rows import Column, Rows
from treadle.dataframe.scalar import Scalar


class Series(Elementwise):
    """A column over rows, with pandas' meaning."""

    _pandas = pd.Series
    # Of what str.split() answers with: the series, the method, the separator and how many cuts at most.
    _split: Any = None
    # Of a reduction of each column: its plan, a row of columns c0, c1 ..., and whose they are.
    _row: Any = None

    # Operators

    def _operate(self, name: str, other: Any, reverse: bool = False) -> Any:
        from treadle.dataframe.frame import DataFrame

        if isinstance(other, DataFrame):
            return NotImplemented
        if isinstance(other, Scalar):
            return self._with_scalar(name, other, reverse)
        if isinstance(other, Collection) and not isinstance(other, Series):
            return NotImplemented
        operator = arithmetic.OPERATORS[name]
        if isinstance(other, Series) and type(other) is not Series:
            other = other._series()

        def call(a: Any, b: Any) -> Any:
            return operator(b, a) if reverse else operator(a, b)

        call.__name__ = name
        if isinstance(other, Series):
            meta = fallback.infer_meta(call, plausible(self), plausible(other))
        else:
            meta = fallback.infer_meta(lambda a: call(a, other), plausible(self))
        own, other = aligned([self, other], "outer", name)
        meta = meta.set_axis(arrow.index_of(own._meta))
        left, right = (other, own) if reverse else (own, other)
        native = operate_columns(name, left, right, meta)
        return together(call, meta, name, own, other) if native is None else native

    def _with_scalar(self, name: str, other: Scalar, reverse: bool) -> Any:
        rows, node = other.column_of(self._rows)
        meta = pd.Series([], dtype=other.dtype, index=arrow.index_of(self._meta), name=self._meta.name)
        return self._operate(name, new_collection(rows, self._index, [Column(node, nan=True)], meta), reverse)

    def __neg__(self) -> Any:
        if arithmetic.is_plain(self._meta.dtype, "if"):
            column = self._columns[0]
            return self._like(self._rows, [Column(-column.node, nan=column.nan)], -self._meta)
        return self._by_pandas("__neg__")

    def __invert__(self) -> Any:
        if arithmetic.is_plain(self._meta.dtype, "b"):
            return self._like(self._rows, [Column(~self._columns[0].node)], self._meta)
        return self._by_pandas("__invert__")

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

        return TimeMethods(self)

    @property
    def cat(self) -> Any:
        from treadle.dataframe.categories import CategoryMethods

        return CategoryMethods(self)

    # Values

    def isna(self) -> Any:
        """Where values are missing."""
        return self._like(self._rows, [Column(self._columns[0].clean().is_null())], self._meta.isna())

    isnull = isna

    def notna(self) -> Any:
        """Where values are not missing."""
        return self._like(self._rows, [Column(self._columns[0].clean().is_not_null())], self._meta.isna())

    notnull = notna

    def fillna(self, value: Any = None, axis: Any = None) -> Any:
        """``value`` for what is missing."""
        if isinstance(value, (Series, Scalar)):
            return together_where(self, self.notnull(), value)
        node = arithmetic.literal(value, self._meta.dtype) if not self._columns[0].pickled else None
        meta = self._filled_meta(value)
        same = arithmetic.is_number(value) == arithmetic.is_plain(self._meta.dtype, "iufb")
        if node is None or not same or isinstance(self._meta.dtype, pd.CategoricalDtype):
            return self._by_pandas("fillna", value, meta=meta)
        if arithmetic.is_plain(meta.dtype):
            kind = arrow.type_name(meta.dtype)
            values = self._columns[0].clean()
            values = values if self._meta.dtype == meta.dtype else values.cast(kind)
            return self._like(self._rows, [Column(values.fill_null(node.cast(kind)))], meta)
        return self._like(self._rows, [Column(self._columns[0].clean().fill_null(node))], meta)

    def _filled_meta(self, value: Any) -> pd.Series:
        """What missing values replaced by ``value`` make of the type: objects, if it does not fit beside the others."""
        holds = arithmetic.is_plain(self._meta.dtype, "fmM") or arithmetic.is_time(self._meta.dtype)
        return fallback.infer_meta(lambda s: (s.where(s != s) if holds else s).fillna(value), self._meta)

    def astype(self, dtypes: Any) -> Any:
        """The values in another type."""
        target = pd.Series([], dtype=dtypes).dtype
        source = self._meta.dtype
        meta = pd.Series([], dtype=target, name=self._meta.name, index=arrow.index_of(self._meta))
        if target == source:
            return self.copy()
        if arithmetic.is_plain(target, "iuf") and arithmetic.is_plain(source, "iufb"):
            column = self._columns[0]
            if target.kind == "f" or (source.kind != "f" and np.can_cast(source, target)):
                return self._like(self._rows, [Column(column.node.cast(arrow.type_name(target)), nan=column.nan)], meta)
        if exact_values.digits_of(self._columns[0].kind) and target == np.dtype("float64"):
            return self._like(self._rows, [Column(self._columns[0].node.cast("float64"))], meta)
        if arithmetic.is_plain(target, "b") and arithmetic.is_plain(source, "iuf"):
            # What is missing is true, as in pandas.
            node = self._columns[0].clean() != _core.literal(0, "int64")
            return self._like(self._rows, [Column(node.fill_null(_core.literal(True, "bool")))], meta)
        if isinstance(target, pd.CategoricalDtype) and not self._columns[0].pickled:
            open_ended = target.categories is None or not len(target.categories)
            if isinstance(source, pd.CategoricalDtype) and open_ended:
                return self.copy()
            if open_ended:
                return self._like(self._rows, self._columns, unknown_categories(meta))
        return self._by_pandas("astype", dtypes, meta=meta)

    def isin(self, values: Any) -> Any:
        """Whether each value is one of these."""
        if isinstance(values, Collection):
            raise NotImplementedError("isin() takes values that are there: compute() them first, or merge()")
        listed = compute(list(values))[0]
        kind = self._columns[0].kind
        literals = [
            exact_values.literal(value, kind) if kind else arithmetic.literal(value, self._meta.dtype)
            for value in listed
        ]
        dtype = self._meta.dtype
        fitting = (
            (arithmetic.is_plain(dtype) and all(arithmetic.is_number(value) and value == value for value in listed))
            or (arithmetic.is_text(dtype) and all(isinstance(value, builtins.str) for value in listed))
            or exact_values.digits_of(kind) or kind == "date"
        )  # fmt: skip
        if not fitting or not listed or any(node is None for node in literals):
            return self._by_pandas("isin", listed)
        test = _core.call("is_in", [self._columns[0].clean(), *[node for node in literals if node is not None]])
        exact = test.fill_null(_core.literal(False, "bool"))
        return self._like(self._rows, [Column(exact, test=test)], self._meta.isna())

    def between(self, left: Any, right: Any, inclusive: Any = "both") -> Any:
        """Whether each value lies between two."""
        lower = self >= left if inclusive in ("both", "left") else self > left
        upper = self <= right if inclusive in ("both", "right") else self < right
        return lower & upper

    def where(self, cond: Any, other: Any = np.nan) -> Any:
        """The values where ``cond`` is true, ``other`` elsewhere."""
        if not isinstance(cond, Series):
            return self._by_pandas("where", cond, other)
        return together_where(self, cond, other)

    def mask(self, cond: Any, other: Any = np.nan) -> Any:
        """The values where ``cond`` is false, ``other`` elsewhere."""
        if not isinstance(cond, Series):
            return self._by_pandas("mask", cond, other)
        return together_where(self, ~cond, other)

    def clip(self, lower: Any = None, upper: Any = None, axis: Any = None, **kwargs: Any) -> Any:
        """Values below ``lower`` and above ``upper`` replaced by these."""
        bounds = [None if bound is None or bound is pd.NA or bound != bound else bound for bound in (lower, upper)]
        numbers = all(bound is None or arithmetic.is_number(bound) for bound in bounds)
        if kwargs or not numbers or not arithmetic.is_plain(self._meta.dtype):
            return self._by_pandas("clip", lower, upper, **kwargs)
        meta = fallback.infer_meta(lambda part: part.clip(*bounds), self._meta)
        if any(bound is not None and bound != int(bound) for bound in bounds if np.isfinite(bound or 0)):
            # Integers beyond a bound that is none are floats.
            meta = meta.astype(np.promote_types(meta.dtype, "float64"))
        kind = arrow.type_name(meta.dtype)
        node = self._columns[0].clean().cast(kind)
        least, most = (None if bound is None else arithmetic.literal(bound, meta.dtype) for bound in bounds)
        if least is not None:
            node = _core.choose(node < least.cast(kind), least.cast(kind), node)
        if most is not None:
            node = _core.choose(node > most.cast(kind), most.cast(kind), node)
        return self._like(self._rows, [Column(node)], meta)

    def replace(self, to_replace: Any = None, value: Any = None, regex: Any = False) -> Any:
        """Values replaced by others."""
        native = None if regex is not False else rewriting.replaced(self, to_replace, value)
        if native is not None:
            return native
        given = {} if value is None else {"value": value}
        return self._by_pandas("replace", to_replace, regex=regex, **given)

    def abs(self) -> Any:
        """Absolute values."""
        if arithmetic.is_plain(self._meta.dtype, "if"):
            column = self._columns[0]
            return self._like(self._rows, [Column(_core.call("abs", [column.node]), nan=column.nan)], self._meta)
        return self._by_pandas("abs")

    def round(self, decimals: int = 0) -> Any:
        """Values with so many digits behind the point; a negative number rounds before it."""
        dtype = self._meta.dtype
        if not arithmetic.is_plain(dtype, "iuf") or not isinstance(decimals, (int, np.integer)):
            return self._by_pandas("round", decimals)
        if dtype.kind != "f" and decimals >= 0:
            return self.copy()
        if dtype.kind != "f" and dtype != np.dtype("int64"):  # NumPy's wrap around
            return self._by_pandas("round", decimals)
        kind = "float64" if dtype.kind != "f" else arrow.type_name(dtype)
        column, digits = self._columns[0], _core.literal(int(decimals), "int64")
        node = _core.call("pandas.round", [column.node.cast(kind), digits]).cast(arrow.type_name(dtype))
        return self._like(self._rows, [Column(node, nan=column.nan)], self._meta)

    def map(self, arg: Any, na_action: Any = None, meta: Any = None) -> Any:
        """Each value through a function or a mapping."""
        if isinstance(arg, Series):
            arg = arg.compute()
        known = None if meta is None else fallback.make_meta(meta, self._meta)
        if known is None and isinstance(arg, (dict, pd.Series)):
            values = pd.Series(list(arg.values) if isinstance(arg, pd.Series) else list(arg.values()))
            known = self._like(self._rows, self._columns, values.iloc[:0].rename(self._meta.name))._meta
            known = known.set_axis(self._meta.index, axis=0)
        native = rewriting.exchanged(self, arg, known, False) if type(arg) is dict and na_action is None else None
        if native is not None:
            return native
        return self._by_pandas("map", arg, na_action=na_action, meta=known)

    def apply(self, function: Callable[..., Any], *args: Any, meta: Any = None, axis: Any = 0, **kwargs: Any) -> Any:
        """Each value through a function."""
        known = None if meta is None else fallback.make_meta(meta, self._meta)

        def call(part: pd.Series) -> Any:
            return part.apply(function, args=args, **kwargs)

        call.__name__ = fallback.function_name(function)
        known = fallback.infer_meta(call, self._meta) if known is None else known
        return self._beside(call, known, f"apply {fallback.function_name(function)}")

    def rename(self, index: Any = None, sorted_index: bool = False) -> Any:
        """The same values under another name."""
        if callable(index) or isinstance(index, dict):
            return self._map_partitions(lambda part: part.rename(index), self._meta.rename(index), "rename")
        return self._like(self._rows, self._columns, self._meta.rename(index))

    def add_prefix(self, prefix: builtins.str) -> Any:
        """Labels of rows that start so."""
        return self._map_partitions(
            lambda part: part.add_prefix(prefix), self._meta.add_prefix(prefix), f"add_prefix {prefix}"
        )

    def add_suffix(self, suffix: builtins.str) -> Any:
        """Labels of rows that end so."""
        return self._map_partitions(
            lambda part: part.add_suffix(suffix), self._meta.add_suffix(suffix), f"add_suffix {suffix}"
        )

    def to_frame(self, name: Any = None) -> Any:
        """A frame of this one column."""
        meta = self._meta.to_frame() if name is None else self._meta.to_frame(name)
        return self._like(self._rows, self._columns, meta)

    def reset_index(self, drop: bool = False) -> Any:
        """The index as a column of a frame, or dropped."""
        frame = self.to_frame(0 if self._meta.name is None else self._meta.name).reset_index(drop)
        return frame[frame.columns[0]].rename(self._meta.name) if drop else frame

    # Different values

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

    def unique(self, split_every: Any = None, split_out: Any = True, shuffle_method: Any = None) -> Any:
        """The different values, by first appearance."""
        plan = self._rows.build([("value", self._columns[0].clean())]).unique(["value"])
        meta = pd.Series([], dtype=self._meta.dtype, name=self._meta.name)
        plan = plan.with_columns([_core.literal(0, "int64").alias("index_0")])
        column = Column(_core.col("value"), pickled=self._columns[0].pickled, kind=self._columns[0].kind)
        found = Series(Rows(plan), [Column(_core.col("index_0"))], [column], meta)
        return found.reset_index(drop=True)

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
        return self._map_partitions(lambda part: part.explode(), self._meta, "explode")

    def sort_values(self, ascending: Any = True, na_position: builtins.str = "last", **kwargs: Any) -> Any:
        """The values in their order."""
        frame = self.to_frame("value").sort_values("value", ascending=ascending, na_position=na_position, **kwargs)
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
        meta = fallback.infer_meta(lambda a, b: a.combine_first(b), self._meta, other._meta)
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


def unknown_categories(meta: pd.Series) -> pd.Series:
    """A meta of categories that are not known yet."""
    values = pd.Categorical([], categories=pd.Index([arrow.UNKNOWN]))
    return pd.Series(values, name=meta.name, index=meta.index)


def _with_all_categories(counts: _core.DataFrame, dtype: pd.CategoricalDtype) -> _core.DataFrame:
    """A count for each category, in their order; 0 for those that do not occur."""
    table = pa.table({"category": arrow.encode_values(dtype.categories, dtype)})
    every = _core.from_table(_core.Table.from_arrow(table))
    joined = every.join(counts, "left", [_core.col("category")], [_core.col("index_0")], coalesce=False)
    count = _core.col("value").fill_null(_core.literal(0, "int64"))
    return joined.select([_core.col("category").alias("index_0"), count.alias("value")])


def filtered(collection: Any, mask: Series) -> Any:
    """The rows for which ``mask`` is true."""
    collection, mask = aligned([collection, mask], "left", "a mask")
    rows = collection._rows.merged(mask._rows)
    return collection._kept(arithmetic.filter_form(mask._columns[0]), rows)


def together_where(series: Series, condition: Series, other: Any) -> Any:
    """``series`` where ``condition`` is true, else ``other``: natively for numbers of one kind and for text."""
    if isinstance(other, Scalar):
        rows, node = other.column_of(series._rows)
        empty = pd.Series([], dtype=other.dtype, index=arrow.index_of(series._meta))
        other = new_collection(rows, series._index, [Column(node, nan=True)], empty)
    series, condition, other = aligned([series, condition, other], "left", "where")
    others = [other] if isinstance(other, Series) else []
    given = other if isinstance(other, Series) else None

    def call(a: Any, c: Any, b: Any = other) -> Any:
        return a.where(c, b)

    call.__name__ = "where"
    metas = [series._meta, condition._meta, *[one._meta for one in others]]
    meta = fallback.infer_meta(call, *metas)
    plain = arithmetic.is_plain(meta.dtype) and arithmetic.is_plain(series._meta.dtype)
    missing = not others and (other is None or other is pd.NA or (isinstance(other, float) and np.isnan(other)))
    fits = all(one._rows.fits(series._rows) for one in [condition, *others])
    text = arithmetic.is_text(meta.dtype) and arithmetic.is_text(series._meta.dtype)
    if fits and (plain or missing or text) and not series._columns[0].pickled:
        rows = series._rows.merged(condition._rows)
        node = series._columns[0].clean()
        if missing:
            chosen = _core.choose(condition._columns[0].node, node, _core.literal(None, "null"))
            return series._like(rows, [Column(chosen)], meta if plain else series._meta)
        kind = arrow.type_name(meta.dtype)
        if given is not None and (arithmetic.is_text if text else arithmetic.is_plain)(given._meta.dtype):
            rows = rows.merged(given._rows)
            second = given._columns[0].clean()
            return series._like(
                rows, [Column(_core.choose(condition._columns[0].node, node.cast(kind), second.cast(kind)))], meta
            )
        alike = isinstance(other, str) if text else arithmetic.is_number(other)
        value = arithmetic.literal(other, meta.dtype) if given is None and alike else None
        if value is not None:
            return series._like(
                rows, [Column(_core.choose(condition._columns[0].node, node.cast(kind), value.cast(kind)))], meta
            )
    return together(call, meta, "where", series, condition, *others)


def extreme(series: Series, n: int, largest: bool) -> Any:
    if not (arithmetic.is_plain(series._meta.dtype) or arithmetic.is_time(series._meta.dtype)):
        return series._all_by_pandas("nlargest" if largest else "nsmallest", n)
    plan = series._rows.build(series._named(), series._columns[0].clean().is_not_null())
    return series._over(plan.sort([("value", largest, False)]).head(n))


def _delegate(name: str) -> Callable[..., Any]:
    def method(self: Any, other: Any, level: Any = None, fill_value: Any = None, axis: Any = 0) -> Any:
        reverse = name.startswith("r") and name[1:] in arithmetic.OPERATORS
        base = name[1:] if reverse else name
        base = {"div": "truediv", "divide": "truediv", "multiply": "mul", "subtract": "sub", "rdiv": "truediv"}.get(
            base, base
        )
        if name == "rdiv":
            reverse = True
        if fill_value is not None and isinstance(other, Series):
            own, other = aligned([self, other], "outer", name)
            result = own.fillna(fill_value)._operate(base, other.fillna(fill_value), reverse)
            # Where both are missing, nothing is filled.
            known = result.where(own.notna() | other.notna())
            return known._like(known._rows, known._columns, result._meta)
        if fill_value is not None:
            return self.fillna(fill_value)._operate(base, other, reverse)
        return self._operate(base, other, reverse)

    method.__name__ = name
    method.__doc__ = f"The operator ``{name}`` as a method."
    return method


OPERATOR_METHODS = (
    "add", "sub", "mul", "multiply", "subtract", "div", "divide", "truediv", "floordiv",
    "mod", "pow", "radd", "rsub", "rmul", "rdiv",
    "rtruediv", "rfloordiv", "rmod", "rpow", "eq", "ne", "lt", "le", "gt", "ge",
)  # fmt: skip
for _name in OPERATOR_METHODS:
    setattr(Series, _name, _delegate(_name))
for _name in reductions.NATIVE:
    setattr(Series, _name, reductions.series_reduction(_name))


running.add_to(Series)
for _name in moments.SHAPES:
    setattr(Series, _name, moments.series_shape(_name))
