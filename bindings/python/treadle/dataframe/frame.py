"""The lazy frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from treadle import _core
from treadle.dataframe import arithmetic, arrow, fallback, moments, reductions, running, summary
from treadle.dataframe.alignment import aligned
from treadle.dataframe.collection import Collection, new_collection
from treadle.dataframe.elementwise import together
from treadle.dataframe.order import Ordered
from treadle.dataframe.rows import Column, merge_rows
from treadle.dataframe.scalar import Scalar
from treadle.dataframe.series import OPERATOR_METHODS, Series, filtered
from treadle.errors import NotFound


class DataFrame(Ordered):
    """Columns over rows, with pandas' meaning."""

    _pandas = pd.DataFrame

    # Columns

    @property
    def columns(self) -> pd.Index:
        return self._meta.columns

    @columns.setter
    def columns(self, labels: Any) -> None:
        self._meta = self._meta.set_axis(labels, axis=1)

    @property
    def dtypes(self) -> pd.Series:
        return self._meta.dtypes

    @property
    def index(self) -> Any:
        return new_collection(self._rows, self._index, (), self._meta.index)

    @index.setter
    def index(self, labels: Any) -> None:
        if not isinstance(labels, Series):
            raise TypeError(f"an index is a lazy index or series of the frame's rows, found {type(labels).__name__}")
        values = labels._series() if type(labels) is not Series else labels
        if not self._rows.fits(values._rows):
            raise NotImplementedError("an index of other rows than the frame's; use set_index()")
        index = pd.Index(values._meta.array, dtype=values._meta.dtype, name=values._meta.name)
        self._rows, self._index = replace(self._rows.merged(values._rows), divisions=None), (values._columns[0],)
        self._meta = self._meta.set_axis(index, axis=0)

    @property
    def axes(self) -> list[Any]:
        return [self.index, self.columns]

    def keys(self) -> pd.Index:
        return self.columns

    @property
    def iloc(self) -> Any:
        from treadle.dataframe.selection import PositionIndexer

        return PositionIndexer(self)

    def _place(self, label: Any) -> int:
        columns = self._meta.columns
        try:
            place = columns.get_loc(label)
        except (KeyError, TypeError, pd.errors.InvalidIndexError):
            raise no_column(label, columns) from None
        if isinstance(place, int):
            return place
        if isinstance(columns, pd.MultiIndex):  # a part of a label
            raise no_column(label, columns)
        return int(np.arange(len(columns))[place][0])  # a label that occurs several times: the first

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, Series):
            if not arithmetic.is_mask(key._meta.dtype):
                raise TypeError(f"expected a mask of type bool, found {key._meta.dtype}")
            return filtered(self, key)
        if isinstance(key, slice):
            return self.loc[key]
        if isinstance(key, DataFrame):
            return self.where(key)
        if isinstance(key, (list, pd.Index, pd.Series, np.ndarray)):
            places = [self._place(label) for label in key]
            return self._like(self._rows, [self._columns[place] for place in places], self._meta[list(key)])
        if callable(key) and not isinstance(key, type):
            return self[key(self)]
        if isinstance(key, tuple) and any(isinstance(part, Series) for part in key):
            raise KeyError("a mask and columns go to loc: frame.loc[mask, columns]")
        place = self._place(key)
        return self._like(self._rows, [self._columns[place]], self._meta.iloc[:, place])

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, DataFrame):
            result = self.mask(key, value)
        elif isinstance(key, Series):
            result = self._each(lambda series: series.mask(key, value))
        elif isinstance(key, (list, tuple)) and isinstance(value, DataFrame):
            if len(key) != len(value.columns):
                raise ValueError("Columns must be same length as key")
            result = self.assign(**{label: value.iloc[:, i] for i, label in enumerate(key)})
        elif isinstance(key, list):
            result = self.assign(**dict.fromkeys(key, value))
        else:
            result = self._assigned(key, value)
        self._rows, self._index, self._columns, self._meta = result._rows, result._index, result._columns, result._meta

    def __delitem__(self, key: Any) -> None:
        self._columns, self._meta = (lambda frame: (frame._columns, frame._meta))(self.drop(columns=[key]))

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and "_meta" in self.__dict__ and name in self._meta.columns:
            return self[name]
        return super().__getattr__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if "_meta" in self.__dict__ and not name.startswith("_") and name != "columns" and name in self._meta.columns:
            self[name] = value
            return
        object.__setattr__(self, name, value)

    def __dir__(self) -> list[str]:
        return [
            *super().__dir__(),
            *[label for label in self._meta.columns if isinstance(label, str) and label.isidentifier()],
        ]

    def __contains__(self, label: Any) -> bool:
        return label in self._meta.columns

    def __iter__(self) -> Iterator[Any]:
        return iter(self._meta.columns)

    def assign(self, **pairs: Any) -> Any:
        """The frame with columns added or replaced."""
        result = self
        for label, value in pairs.items():
            result = result._assigned(
                label, value(result) if callable(value) and not isinstance(value, Collection) else value
            )
        return result

    def _assigned(self, label: Any, value: Any) -> Any:
        rows = self._rows
        if isinstance(value, Scalar):
            rows, node = value.column_of(rows)
            column, part = Column(node, nan=True), pd.Series(np.zeros(0, dtype=value.dtype))
        elif isinstance(value, (Collection, pd.Series)):
            if isinstance(value, pd.Series):
                from treadle.dataframe.read import from_pandas

                value = from_pandas(value, npartitions=1, sort=False)
            if isinstance(value, Series) and type(value) is not Series:
                value = value._series()
            if not isinstance(value, Series):
                raise TypeError(
                    f"a column is a series, an array of one dimension or a value, found {type(value).__name__}"
                )
            own, value = aligned([self, value], "left", f"assigning {label!r}")
            if own is not self:
                result: DataFrame = own._assigned(label, value)
                return result
            rows, column, part = rows.merged(value._rows), value._columns[0], value._meta
        elif hasattr(value, "__treadle_blocks__") and getattr(value, "ndim", None) == 1:
            return self._with_array(label, value)
        else:
            part = pd.Series([value])
            if len(part) != 1 or pd.api.types.is_list_like(value):
                raise TypeError("a column is a series of this frame's rows or a single value")
            given = arithmetic.literal(value, part.dtype)
            if given is None or not (arithmetic.is_plain(part.dtype, "iufb") or arithmetic.is_text(part.dtype)):
                return self._constant(label, value)
            column, part = Column(given.cast(arrow.type_name(part.dtype))), part.iloc[:0]
        meta = self._meta.copy()
        meta[label] = pd.Series(part.array[:0], index=meta.index, dtype=part.dtype)
        columns = list(self._columns)
        if label in self._meta.columns:
            columns[self._place(label)] = column
        else:
            columns.append(column)
        return new_collection(rows, self._index, columns, meta)

    def _with_array(self, label: Any, array: Any) -> Any:
        """A column of a lazy array that has a block for each partition."""
        from treadle.dataframe.conversion import from_dask_array
        from treadle.dataframe.mapping import map_partitions

        values = from_dask_array(array, columns=label)
        if values.npartitions != self.npartitions:
            raise ValueError(
                f"expected as many blocks as partitions, {self.npartitions}, found {values.npartitions}; rechunk() it"
            )

        def call(part: pd.DataFrame, block: pd.Series) -> pd.DataFrame:
            return part.assign(**{label: block.to_numpy()})

        meta = self._meta.assign(**{label: pd.Series([], dtype=values.dtype)})
        return map_partitions(call, self, values, meta=meta, align_dataframes=False)

    def _constant(self, label: Any, value: Any) -> Any:
        meta = self._meta.assign(**{label: pd.Series([value]).iloc[:0]})
        return self._beside(lambda part: part.assign(**{label: value}), meta, f"assign {label}")

    def insert(self, loc: int, column: Any, value: Any) -> None:
        self[column] = value
        order = [label for label in self.columns if label != column]
        order.insert(loc, column)
        ordered = self[order]
        self._columns, self._meta = ordered._columns, ordered._meta

    def pop(self, item: Any) -> Any:
        """The column, which the frame then lacks."""
        series = self[item]
        del self[item]
        return series

    def drop(self, labels: Any = None, axis: Any = 0, columns: Any = None, errors: str = "raise") -> Any:
        """The frame without columns."""
        if columns is None and axis in (1, "columns"):
            columns = labels
        if columns is None:
            return self._map_partitions(lambda part: part.drop(labels, errors="ignore"), self._meta, "drop")
        gone = columns if pd.api.types.is_list_like(columns) else [columns]
        if errors == "raise":
            for label in gone:
                self._place(label)
        gone = list(gone)
        kept = [i for i, label in enumerate(self._meta.columns) if label not in gone]
        return self._like(self._rows, [self._columns[i] for i in kept], self._meta.iloc[:, kept])

    def rename(self, index: Any = None, columns: Any = None) -> Any:
        """Other labels for columns."""
        meta = self._meta.rename(columns=columns)
        if index is not None:
            return self._map_partitions(lambda part: part.rename(index=index, columns=columns), meta, "rename")
        return self._like(self._rows, self._columns, meta)

    def add_prefix(self, prefix: str, axis: Any = None) -> Any:
        return self._like(self._rows, self._columns, self._meta.add_prefix(prefix))

    def add_suffix(self, suffix: str, axis: Any = None) -> Any:
        return self._like(self._rows, self._columns, self._meta.add_suffix(suffix))

    def select_dtypes(self, include: Any = None, exclude: Any = None) -> Any:
        """The columns of some types."""
        return self[list(self._meta.select_dtypes(include, exclude).columns)]

    def items(self) -> Iterator[tuple[Any, Any]]:
        return ((label, self.iloc[:, i]) for i, label in enumerate(self._meta.columns))

    def iterrows(self) -> Iterator[Any]:
        for part in self._parts():
            yield from part.iterrows()

    def itertuples(self, index: bool = True, name: Any = "Pandas") -> Iterator[Any]:
        for part in self._parts():
            yield from part.itertuples(index=index, name=name)

    # Values

    def _each(self, function: Callable[[Any], Any]) -> Any:
        """A method of series on each column; the results have one root."""
        parts = [function(self.iloc[:, i]) for i in range(len(self._columns))]
        rows = merge_rows([self._rows, *[part._rows for part in parts]])
        assert rows is not None
        if not parts:
            return self
        meta = pd.concat([part._meta for part in parts], axis=1)
        meta.columns = self._meta.columns
        return self._like(rows, [part._columns[0] for part in parts], meta)

    def isna(self) -> Any:
        """Where values are missing."""
        return self._each(lambda series: series.isna())

    isnull = isna

    def notna(self) -> Any:
        """Where values are not missing."""
        return self._each(lambda series: series.notna())

    notnull = notna

    def clip(self, lower: Any = None, upper: Any = None, axis: Any = None, **kwargs: Any) -> Any:
        """Values below ``lower`` and above ``upper`` replaced by these."""
        if kwargs or axis is not None or any(pd.api.types.is_list_like(bound) for bound in (lower, upper)):
            return self._by_pandas("clip", lower, upper, axis=axis, **kwargs)
        return self._each(lambda series: series.clip(lower, upper))

    def replace(self, to_replace: Any = None, value: Any = None, regex: Any = False) -> Any:
        """Values replaced by others."""
        given = {} if value is None else {"value": value}
        return self._by_pandas("replace", to_replace, regex=regex, **given)

    def abs(self) -> Any:
        """Absolute values."""
        return self._each(lambda series: series.abs())

    def round(self, decimals: Any = 0) -> Any:
        """Numbers with so many digits behind the point; a mapping says how many for each column."""
        if isinstance(decimals, pd.Series):
            decimals = decimals.to_dict()
        if isinstance(decimals, Mapping):
            digits = [decimals.get(label) for label in self._meta.columns]
        else:
            digits = [decimals] * len(self._columns)
        parts = []
        for i, count in enumerate(digits):
            series = self.iloc[:, i]
            numbers = pd.api.types.is_numeric_dtype(series.dtype) and not pd.api.types.is_bool_dtype(series.dtype)
            parts.append(series.round(count) if numbers and count is not None else series)
        return self._of_parts(parts)

    def fillna(self, value: Any = None, axis: Any = None) -> Any:
        """``value`` for what is missing; a mapping says which for each column."""
        if isinstance(value, Mapping):
            result = self
            for label, one in value.items():
                if label in self._meta.columns:
                    result = result._assigned(label, result[label].fillna(one))
            return result
        if isinstance(value, (Series, DataFrame)):
            return together(lambda a, b: a.fillna(b), self._meta, "fillna", self, value, how="left")
        return self._each(lambda series: series.fillna(value) if _takes(series, value) else series)

    def astype(self, dtypes: Any) -> Any:
        """Columns in other types."""
        if isinstance(dtypes, Mapping):
            result = self
            for label, dtype in dtypes.items():
                self._place(label)
                result = result._assigned(label, result[label].astype(dtype))
            return result
        return self._each(lambda series: series.astype(dtypes))

    def isin(self, values: Any) -> Any:
        """Whether each value is one of these; a mapping says which for each column."""
        if isinstance(values, Mapping):
            return self._by_pandas("isin", dict(values))
        return self._each(lambda series: series.isin(values))

    def dropna(self, how: Any = None, subset: Any = None, thresh: Any = None) -> Any:
        """The rows without missing values: in any or all columns, or with ``thresh`` values that are there."""
        if how is not None and thresh is not None:
            raise TypeError("cannot set both the how and thresh arguments.")
        labels = list(self._meta.columns) if subset is None else ([subset] if isinstance(subset, str) else list(subset))
        present = [self._columns[self._place(label)].clean().is_not_null() for label in labels]
        if not present:
            return self
        if thresh is not None:
            counted = [one.cast("int64") for one in present]
            total = counted[0]
            for one in counted[1:]:
                total = total + one
            return self._kept(total >= _core.literal(int(thresh), "int64"))
        test = present[0]
        for one in present[1:]:
            test = test | one if how == "all" else test & one
        return self._kept(test)

    def where(self, cond: Any, other: Any = np.nan) -> Any:
        """The values where ``cond`` is true, ``other`` elsewhere."""
        return self._chosen("where", cond, other)

    def mask(self, cond: Any, other: Any = np.nan) -> Any:
        """The values where ``cond`` is false, ``other`` elsewhere."""
        return self._chosen("mask", cond, other)

    def _chosen(self, name: str, cond: Any, other: Any) -> Any:
        def call(a: Any, c: Any, b: Any = other) -> Any:
            return getattr(a, name)(c, b)

        operands = [one for one in (cond, other) if isinstance(one, Collection)]
        if not operands:
            return self._by_pandas(name, cond, other)
        fits = isinstance(cond, DataFrame) and cond._rows.fits(self._rows) and self.columns.equals(cond.columns)
        if fits and self.columns.is_unique and not isinstance(other, Collection) and pd.api.types.is_scalar(other):
            pairs = [(self.iloc[:, i], cond.iloc[:, i]) for i in range(len(self._columns))]
            return self._of_parts([getattr(one, name)(test, other) for one, test in pairs])
        if not isinstance(cond, Collection):
            meta = fallback.infer_meta(lambda a, b: getattr(a, name)(cond, b), self._meta, other._meta)
            return together(lambda a, b: getattr(a, name)(cond, b), meta, name, self, other)
        meta = fallback.infer_meta(call, self._meta, *[one._meta for one in operands])
        return together(call, meta, name, self, *operands)

    def map(self, func: Any, na_action: Any = None, meta: Any = None) -> Any:
        """Each value through a function."""
        known = None if meta is None else fallback.make_meta(meta, self._meta)
        return self._by_pandas("map", func, na_action=na_action, meta=known)

    applymap = map

    def apply(self, function: Callable[..., Any], *args: Any, meta: Any = None, axis: Any = 0, **kwargs: Any) -> Any:
        """Each row (``axis=1``) through a function."""
        if axis in (0, "index"):
            raise NotImplementedError(
                "apply over columns needs all rows; use apply(axis=1), map_partitions() or compute()"
            )

        def call(part: pd.DataFrame) -> Any:
            return part.apply(function, axis=1, args=args, **kwargs) if len(part) else known

        call.__name__ = fallback.function_name(function)
        known = None
        if meta is None:
            known = fallback.infer_meta(lambda part: part.apply(function, axis=1, args=args, **kwargs), self._meta)
        else:
            known = fallback.make_meta(meta, self._meta)
        return self._beside(call, known, f"apply {fallback.function_name(function)}")

    def query(self, expr: str, **kwargs: Any) -> Any:
        """The rows for which an expression over the columns is true."""
        from treadle.dataframe.query import query

        return query(self, expr, **kwargs)

    def eval(self, expr: str, **kwargs: Any) -> Any:
        """An expression over the columns, or an assignment of one."""
        from treadle.dataframe.query import evaluate

        return evaluate(self, expr, **kwargs)

    def explode(self, column: Any) -> Any:
        meta = fallback.infer_meta(lambda part: part.explode(column), self._meta)
        return self._map_partitions(lambda part: part.explode(column), meta, "explode")

    def nunique(self, axis: Any = 0, dropna: bool = True, split_every: Any = False) -> Any:
        """How many different values each column has."""
        if axis in (1, "columns"):
            return self._by_pandas("nunique", axis=1, dropna=dropna)
        return reductions.reduce_frame(self, "nunique", {"dropna": dropna})

    def quantile(self, q: Any = 0.5, axis: Any = 0, numeric_only: bool = False, method: Any = "default") -> Any:
        """Exact quantiles of each column."""
        if axis in (1, "columns"):
            return self._by_pandas("quantile", q, axis=1, numeric_only=numeric_only)
        return summary.quantile_of_frame(self, q, numeric_only)

    def describe(
        self,
        split_every: Any = False,
        percentiles: Any = None,
        percentiles_method: Any = "default",
        include: Any = None,
        exclude: Any = None,
    ) -> Any:
        """What the columns are like: how many values, mean, spread, exact quantiles; of text the most frequent."""
        return summary.describe(self, percentiles, include, exclude)

    def corr(
        self, method: Any = "pearson", min_periods: Any = None, numeric_only: bool = False, split_every: Any = False
    ) -> Any:
        """The correlation of each pair of columns."""
        return moments.matrix(self, "corr", method, min_periods, numeric_only)

    def cov(self, min_periods: Any = None, numeric_only: bool = False, split_every: Any = False) -> Any:
        """The covariance of each pair of columns."""
        return moments.matrix(self, "cov", "pearson", min_periods, numeric_only)

    def mode(self, dropna: bool = True, split_every: Any = False, numeric_only: bool = False) -> Any:
        """The most frequent values of each column."""
        return summary.mode_of_frame(self, dropna, numeric_only)

    def idxmin(self, axis: Any = 0, skipna: bool = True, numeric_only: bool = False, split_every: Any = False) -> Any:
        """The label of the smallest value of each column."""
        return summary.indexes_of_extremes(self, "idxmin", axis, skipna, numeric_only)

    def idxmax(self, axis: Any = 0, skipna: bool = True, numeric_only: bool = False, split_every: Any = False) -> Any:
        """The label of the largest value of each column."""
        return summary.indexes_of_extremes(self, "idxmax", axis, skipna, numeric_only)

    def nunique_approx(self, split_every: Any = None) -> Any:
        """How many different rows there are: exact here."""
        return self.drop_duplicates()._num_rows()

    def median_approximate(self, axis: Any = 0, method: Any = "default", numeric_only: bool = False) -> Any:
        """The median of each column: exact here."""
        return self.quantile(0.5, axis=axis, numeric_only=numeric_only)

    @property
    def nbytes(self) -> Scalar:
        """The bytes of the values as pandas holds them."""
        total: Scalar = self.memory_usage(index=False).sum()
        return total

    def memory_usage(self, deep: bool = False, index: bool = True) -> Any:
        """The bytes of each column as pandas holds it, partition by partition."""

        def used(part: pd.DataFrame) -> pd.DataFrame:
            return part.memory_usage(deep=deep, index=index).to_frame().T

        return self._map_partitions(used, fallback.infer_meta(used, self._meta), "memory_usage").sum()

    # Operators

    def _operate(self, name: str, other: Any, reverse: bool = False) -> Any:
        operator = arithmetic.OPERATORS[name]
        if isinstance(other, DataFrame):
            own, other = aligned([self, other], "outer", name)
            if list(self.columns) == list(other.columns):
                pairs = [own.iloc[:, i]._operate(name, other.iloc[:, i], reverse) for i in range(len(self._columns))]
                made: DataFrame = own._of_parts(pairs)
                return made
            meta = fallback.infer_meta(operator, self._meta, other._meta)
            return together(lambda a, b: operator(b, a) if reverse else operator(a, b), meta, name, own, other)
        if isinstance(other, Series):
            return self._with_labels(name, other, reverse)
        if isinstance(other, (Scalar, str)) or not pd.api.types.is_list_like(other):
            return self._of_parts([self.iloc[:, i]._operate(name, other, reverse) for i in range(len(self._columns))])
        meta = fallback.infer_meta(lambda a: operator(a, other), self._meta)
        return self._beside(lambda a: operator(other, a) if reverse else operator(a, other), meta, name)

    def _with_labels(self, name: str, other: Series, reverse: bool) -> Any:
        """An operator with a series whose labels are those of columns, such as ``frame.mean()``."""
        operator = arithmetic.OPERATORS[name]
        if other._row is not None and self.columns.is_unique and set(other._row[1]) == set(self.columns):
            plan, labels = other._row
            parts = []
            for i, label in enumerate(self.columns):
                value = _core.col(f"c{labels.index(label)}").alias("value")
                parts.append(self.iloc[:, i]._operate(name, Scalar(plan.select([value]), other.dtype), reverse))
            return self._of_parts(parts)
        if other.npartitions > 1:
            raise NotImplementedError(
                "a frame and a series of several partitions: is its index that of the rows? Then say so by "
                "frame.add(series, axis=0) and the like; or those of columns? Then repartition(npartitions=1)"
            )
        from treadle.dataframe.mapping import map_partitions

        def call(part: pd.DataFrame, labelled: pd.Series) -> Any:
            return operator(labelled, part) if reverse else operator(part, labelled)

        call.__name__ = name
        one = pd.Series(fallback.sample_of(other._meta).iloc[0], index=self.columns)
        meta = fallback.infer_meta(lambda part: call(part, one), self._meta)
        return map_partitions(call, self, other, meta=meta, align_dataframes=False)

    def _of_parts(self, parts: list[Any]) -> Any:
        rows = merge_rows([self._rows, *[part._rows for part in parts]])
        assert rows is not None
        meta = pd.concat([part._meta for part in parts], axis=1) if parts else self._meta
        meta.columns = self._meta.columns
        return self._like(rows, [part._columns[0] for part in parts], meta)

    def __neg__(self) -> Any:
        return self._each(lambda series: -series)

    def __invert__(self) -> Any:
        return self._each(lambda series: ~series)

    # Groups and combinations

    def groupby(
        self,
        by: Any = None,
        group_keys: bool = True,
        sort: Any = None,
        observed: Any = None,
        dropna: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Groups of rows with equal keys."""
        from treadle.dataframe.groupby import group_frame

        return group_frame(self, by, sort=sort, observed=observed, dropna=dropna, group_keys=group_keys, **kwargs)

    def merge(
        self,
        right: Any,
        how: str = "inner",
        on: Any = None,
        left_on: Any = None,
        right_on: Any = None,
        left_index: bool = False,
        right_index: bool = False,
        suffixes: Any = ("_x", "_y"),
        indicator: bool = False,
        shuffle_method: Any = None,
        npartitions: Any = None,
        broadcast: Any = None,
        validate: Any = None,
    ) -> Any:
        """Rows of two frames that belong together."""
        from treadle.dataframe.combine import merge

        by = (how, on, left_on, right_on, left_index, right_index)
        return merge(self, right, *by, suffixes=suffixes, indicator=indicator, validate=validate)

    def join(
        self,
        other: Any,
        on: Any = None,
        how: str = "left",
        lsuffix: str = "",
        rsuffix: str = "",
        shuffle_method: Any = None,
        npartitions: Any = None,
    ) -> Any:
        """Rows of another frame whose index is this frame's index, or its column ``on``."""
        from treadle.dataframe.combine import join

        return join(self, other, on, how, lsuffix, rsuffix)

    def combine_first(self, other: Any) -> Any:
        """Its values, and those of a frame over the same rows where they are missing."""
        meta = fallback.infer_meta(lambda a, b: a.combine_first(b), self._meta, other._meta)
        return together(lambda a, b: a.combine_first(b), meta, "combine_first", self, other)

    def squeeze(self, axis: Any = None) -> Any:
        """The only column as a series; a frame of several stays as it is."""
        if axis in (0, "index"):
            raise NotImplementedError(f"{type(self)} does not support squeeze along axis 0")
        if axis not in (None, 1, "columns"):
            raise ValueError(f"No axis {axis} for object type {type(self)}")
        return self.iloc[:, 0] if len(self._columns) == 1 else self

    def melt(
        self,
        id_vars: Any = None,
        value_vars: Any = None,
        var_name: Any = None,
        value_name: str = "value",
        col_level: Any = None,
    ) -> Any:
        """Columns as rows."""
        from treadle.dataframe.reshape import melt

        return melt(self, id_vars, value_vars, var_name, value_name)

    def pivot_table(self, index: Any = None, columns: Any = None, values: Any = None, aggfunc: Any = "mean") -> Any:
        """Groups as a table of two keys."""
        from treadle.dataframe.reshape import pivot_table

        return pivot_table(self, index, columns, values, aggfunc)

    def categorize(self, columns: Any = None, index: Any = None, split_every: Any = None, **kwargs: Any) -> Any:
        """Categories found by computing."""
        labels = (
            columns
            if columns is not None
            else [
                label
                for label, dtype in self._meta.dtypes.items()
                if isinstance(dtype, pd.CategoricalDtype) or arithmetic.is_text(dtype)
            ]
        )
        result = self
        for label in [labels] if isinstance(labels, str) else labels:
            result = result._assigned(label, result[label].astype("category").cat.as_known())
        return result

    # Writing

    def to_parquet(self, path: Any, **kwargs: Any) -> Any:
        """Writes a data set of Parquet files: a directory that appears complete or not at all."""
        from treadle.dataframe.write import to_parquet

        return to_parquet(self, path, **kwargs)

    def to_csv(self, filename: Any, **kwargs: Any) -> Any:
        """Writes a CSV file for each partition, or one of all."""
        from treadle.dataframe.write import to_csv

        return to_csv(self, filename, **kwargs)

    def to_json(self, filename: Any, *args: Any, **kwargs: Any) -> Any:
        """Writes a JSON file for each partition."""
        from treadle.dataframe.write import to_json

        return to_json(self, filename, *args, **kwargs)

    def to_hdf(self, path_or_buf: Any, key: str, mode: str = "a", append: bool = False, **kwargs: Any) -> Any:
        """Writes a table of an HDF5 file: see ``treadle.dataframe.to_hdf``."""
        from treadle.dataframe.hdf import to_hdf

        return to_hdf(self, path_or_buf, key, mode, append, **kwargs)

    @staticmethod
    def from_dict(
        data: Any, *, npartitions: int = 1, orient: str = "columns", dtype: Any = None, columns: Any = None
    ) -> Any:
        """A frame from a mapping of labels to values."""
        from treadle.dataframe.read import from_dict

        return from_dict(data, npartitions, orient, dtype, columns)

    # Look

    def info(self, buf: Any = None, verbose: bool = False, memory_usage: bool = False) -> None:
        """Prints the columns and their types."""
        from treadle.dataframe.show import info

        info(self, buf)

    def to_string(self, max_rows: int = 5) -> str:
        from treadle.dataframe.show import structure

        return str(structure(self).to_string(max_rows=max_rows))

    def _repr_html_(self) -> str:
        from treadle.dataframe.show import html_of

        return html_of(self)

    def __repr__(self) -> str:
        from treadle.dataframe.show import text_of

        return text_of(self)


def no_column(label: Any, labels: Iterable[Any]) -> NotFound:
    """The error of a label that is not there, with the nearest that is."""
    import difflib

    near = difflib.get_close_matches(str(label), [str(one) for one in labels], 1)
    return NotFound(f"no column is named {label!r}" + (f"; did you mean {near[0]!r}?" if near else ""))


def _takes(series: Any, value: Any) -> bool:
    """Whether pandas would put ``value`` into missing places of a column of this type without a change of type."""
    dtype = series._meta.dtype
    if arithmetic.is_plain(dtype, "iub"):
        return arithmetic.is_number(value)
    return True


def _operator_method(name: str) -> Callable[..., Any]:
    def method(self: Any, other: Any, axis: Any = "columns", level: Any = None, fill_value: Any = None) -> Any:
        if isinstance(other, Series) and fill_value is None and axis in (1, "columns"):
            return self._frames(name, other)
        if isinstance(other, Series) or (fill_value is not None and isinstance(other, Collection)):
            meta = fallback.infer_meta(lambda a, b: getattr(a, name)(b, axis=axis), self._meta, other._meta)
            return together(
                lambda a, b: getattr(a, name)(
                    b, axis=axis, **({} if fill_value is None else {"fill_value": fill_value})
                ),
                meta,
                name,
                self,
                other,
            )
        left = self if fill_value is None else self.fillna(fill_value)
        return (
            left._of_parts([getattr(left.iloc[:, i], name)(other) for i in range(len(left._columns))])
            if not isinstance(other, DataFrame)
            else left._frames(name, other)
        )

    method.__name__ = name
    method.__doc__ = f"The operator ``{name}`` as a method."
    return method


def _frames(self: Any, name: str, other: Any) -> Any:
    base = {"div": "truediv", "divide": "truediv", "rdiv": "rtruediv"}.get(name, name)
    reverse = base.startswith("r") and base[1:] in arithmetic.OPERATORS
    return self._operate(base[1:] if reverse else base, other, reverse)


DataFrame._frames = _frames  # type: ignore[attr-defined]
for _name in OPERATOR_METHODS:
    setattr(DataFrame, _name, _operator_method(_name))
for _name in reductions.NATIVE:
    if _name != "nunique":
        setattr(DataFrame, _name, reductions.frame_reduction(_name))
running.add_to(DataFrame)
for _name in moments.SHAPES:
    setattr(DataFrame, _name, moments.frame_shape(_name))
