"""The lazy frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from treadle import _core
from treadle.dataframe import arithmetic, arrow, fallback, reductions
from treadle.dataframe.collection import Collection, new_collection
from treadle.dataframe.elementwise import Elementwise, together
from treadle.dataframe.rows import Column, Extension, Rows, merge_rows, new_name
from treadle.dataframe.scalar import Scalar
from treadle.dataframe.series import (
    OPERATOR_METHODS,
    PARTITION_WISE,
    ROW_KEEPING,
    Series,
    all_by_pandas,
    by_pandas,
    filtered,
)
from treadle.errors import NotFound


class DataFrame(Elementwise):
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

    @property
    def axes(self) -> list[Any]:
        return [self.index, self.columns]

    def keys(self) -> pd.Index:
        return self.columns

    @property
    def size(self) -> Scalar:
        """How many values there are, lazily."""
        plan = self._rows.build([("rows", self._counted())])
        width = _core.literal(len(self._columns), "int64")
        return Scalar(
            plan.select([_core.count().alias("rows")]).select([(_core.col("rows") * width).alias("rows")]),
            np.dtype("int64"),
        )

    @property
    def shape(self) -> tuple[Any, int]:
        plan = self._rows.build([("rows", self._counted())]).select([_core.count().alias("rows")])
        return Scalar(plan, np.dtype("int64")), len(self._columns)

    @property
    def values(self) -> Any:
        """The values as a NumPy array: runs the plan."""
        return self.compute().to_numpy()

    @property
    def loc(self) -> Any:
        from treadle.dataframe.selection import LocIndexer

        return LocIndexer(self)

    @property
    def iloc(self) -> Any:
        from treadle.dataframe.selection import PositionIndexer

        return PositionIndexer(self)

    def _place(self, label: Any) -> int:
        places = np.flatnonzero(np.asarray(self._meta.columns == label))
        if len(places) == 0:
            raise no_column(label, self._meta.columns)
        return int(places[0])

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, Series):
            if not arithmetic.is_plain(key._meta.dtype, "b"):
                raise TypeError(f"expected a mask of type bool, found {key._meta.dtype}")
            return filtered(self, key)
        if isinstance(key, slice):
            return self.loc[key]
        if isinstance(key, (list, pd.Index, np.ndarray)):
            places = [self._place(label) for label in key]
            return self._like(self._rows, [self._columns[place] for place in places], self._meta[list(key)])
        if callable(key) and not isinstance(key, type):
            return self[key(self)]
        place = self._place(key)
        return self._like(self._rows, [self._columns[place]], self._meta.iloc[:, place])

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, (list, tuple)) and isinstance(value, DataFrame):
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
        elif isinstance(value, Collection):
            if isinstance(value, Series) and type(value) is not Series:
                value = value._series()
            if not isinstance(value, Series):
                raise TypeError(f"a column is a series or a value, found {type(value).__name__}")
            merged = merge_rows([rows, value._rows])
            if merged is None:
                raise NotImplementedError(
                    "a column over other rows than the frame's; bring them together by merge() or join()"
                )
            rows, column, part = merged, value._columns[0], value._meta
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

    def abs(self) -> Any:
        """Absolute values."""
        return self._each(lambda series: series.abs())

    def fillna(self, value: Any = None, axis: Any = None) -> Any:
        """``value`` for what is missing; a mapping says which for each column."""
        if isinstance(value, Mapping):
            result = self
            for label, one in value.items():
                if label in self._meta.columns:
                    result = result._assigned(label, result[label].fillna(one))
            return result
        if isinstance(value, (Series, DataFrame)):
            return together(lambda a, b: a.fillna(b), self._meta, "fillna", self, value)
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
        from treadle.dataframe.selection import query

        return query(self, expr, **kwargs)

    def eval(self, expr: str, **kwargs: Any) -> Any:
        """An expression over the columns, or an assignment of one."""
        return self._by_pandas("eval", expr, **kwargs)

    def explode(self, column: Any) -> Any:
        meta = fallback.infer_meta(lambda part: part.explode(column), self._meta)
        return self._map_partitions(lambda part: part.explode(column), meta, "explode")

    def nunique(self, axis: Any = 0, dropna: bool = True, split_every: Any = False) -> Any:
        """How many different values each column has."""
        if axis in (1, "columns"):
            return self._by_pandas("nunique", axis=1, dropna=dropna)
        return reductions.reduce_frame(self, "nunique", {} if dropna else {"dropna": False}, skipna=dropna)

    def quantile(self, q: Any = 0.5, axis: Any = 0, numeric_only: bool = False, method: Any = "default") -> Any:
        """Exact quantiles of each column."""
        if axis in (1, "columns"):
            return self._by_pandas("quantile", q, axis=1, numeric_only=numeric_only)
        many = list(q) if isinstance(q, (list, tuple, np.ndarray)) else q
        return self._all_by_pandas("quantile", many, numeric_only=numeric_only)

    # Operators

    def _operate(self, name: str, other: Any, reverse: bool = False) -> Any:
        operator = arithmetic.OPERATORS[name]
        if isinstance(other, DataFrame):
            if list(self.columns) == list(other.columns) and self._rows.fits(other._rows):
                pairs = [self.iloc[:, i]._operate(name, other.iloc[:, i], reverse) for i in range(len(self._columns))]
                return self._of_parts(pairs)
            meta = fallback.infer_meta(operator, self._meta, other._meta)
            return together(lambda a, b: operator(b, a) if reverse else operator(a, b), meta, name, self, other)
        if isinstance(other, Series):
            raise NotImplementedError(
                "a frame and a lazy series: say by columns what is meant, as in frame.assign(...)"
            )
        if isinstance(other, (Scalar, str)) or not pd.api.types.is_list_like(other):
            return self._of_parts([self.iloc[:, i]._operate(name, other, reverse) for i in range(len(self._columns))])
        meta = fallback.infer_meta(lambda a: operator(a, other), self._meta)
        return self._beside(lambda a: operator(other, a) if reverse else operator(a, other), meta, name)

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

    # Index

    def reset_index(self, drop: bool = False) -> Any:
        """The index as columns, or dropped; rows are then numbered, in each partition from 0."""
        plain = pd.RangeIndex(0)
        levels = arrow.index_of(self._meta)
        columns, meta = list(self._columns), self._meta.set_axis(plain, axis=0)
        if not drop:
            dtypes = arrow.index_dtypes(levels)
            names = [
                name if name is not None else _level_name(i, len(dtypes), self._meta)
                for i, name in enumerate(levels.names)
            ]
            for i, (name, dtype) in enumerate(zip(names, dtypes, strict=True)):
                meta.insert(i, name, pd.Series([], dtype=dtype))
            columns = [*self._index, *columns]
        rows, number = numbered(self._rows, columns or list(self._index))
        return new_collection(rows, [number], columns, meta)

    def set_index(
        self,
        other: Any,
        drop: bool = True,
        sorted: bool = False,
        npartitions: Any = None,
        divisions: Any = None,
        sort: bool = True,
        shuffle_method: Any = None,
        upsample: float = 1.0,
        partition_size: Any = None,
        append: bool = False,
        **options: Any,
    ) -> Any:
        """A column as the index; rows are sorted by it unless they are already or need not be."""
        if append or (isinstance(other, (list, tuple)) and len(other) != 1):
            raise NotImplementedError("an index of several levels; set one column, or use groupby() by several")
        if isinstance(other, (list, tuple)):
            other = other[0]
        series = other if isinstance(other, Series) else self[other]
        meta = self._meta
        columns = list(self._columns)
        if not isinstance(other, Series):
            place = self._place(other)
            if drop:
                columns.pop(place)
                meta = meta.iloc[:, [i for i in range(meta.shape[1]) if i != place]]
        index = pd.Index(series._meta.array, name=series._meta.name)
        merged = merge_rows([self._rows, series._rows])
        if merged is None:
            raise NotImplementedError("an index over other rows than the frame's; bring them together by merge()")
        result = new_collection(merged, [series._columns[0]], columns, meta.set_axis(index, axis=0))
        if sort and not sorted:
            plan = result._rows.build([(name, node) for name, node in result._named()])
            result = result._over(plan.sort([("index_0", False, False)]))
        count = len(divisions) - 1 if divisions is not None else npartitions
        if divisions is not None:
            return result.repartition(divisions=divisions, force=True)
        return result.repartition(npartitions=count) if isinstance(count, int) and count > 1 else result

    # Order

    def sort_values(
        self,
        by: Any,
        npartitions: Any = None,
        ascending: Any = True,
        na_position: str = "last",
        partition_size: Any = None,
        sort_function: Any = None,
        sort_function_kwargs: Any = None,
        upsample: float = 1.0,
        ignore_index: bool = False,
        shuffle_method: Any = None,
        **options: Any,
    ) -> Any:
        """The rows in the order of one or several columns."""
        labels = by if isinstance(by, list) else [by]
        ways = ascending if isinstance(ascending, (list, tuple)) else [ascending] * len(labels)
        if na_position not in ("first", "last"):
            raise ValueError("na_position must be either 'first' or 'last'")
        if len(ways) != len(labels):
            raise ValueError(f"Length of ascending ({len(ways)}) != length of by ({len(labels)})")
        result = self._sorted(labels, list(ways), na_position == "first")
        if ignore_index:
            result = result.reset_index(drop=True)
        return result.repartition(npartitions=npartitions) if isinstance(npartitions, int) else result

    def _sorted(self, labels: list[Any], ascending: list[bool], nulls_first: bool) -> Any:
        places = [self._place(label) for label in labels]
        named = self._named()
        keys = [
            (f"key_{i}", sort_value(self._columns[place], self._meta.dtypes.iloc[place]))
            for i, place in enumerate(places)
        ]
        plan = self._rows.build([*named, *keys])
        plan = plan.sort([(f"key_{i}", not up, nulls_first) for i, up in enumerate(ascending)])
        return self._over(plan.select([_core.col(name) for name, _ in named]))

    def nlargest(self, n: int = 5, columns: Any = None, split_every: Any = None) -> Any:
        """The rows with the largest values in columns."""
        return self._extreme(n, columns, False)

    def nsmallest(self, n: int = 5, columns: Any = None, split_every: Any = None) -> Any:
        """The rows with the smallest values in columns."""
        return self._extreme(n, columns, True)

    def _extreme(self, n: int, columns: Any, smallest: bool) -> Any:
        labels = columns if isinstance(columns, list) else [columns]
        ordered = self._sorted(labels, [smallest] * len(labels), False)
        return ordered._over(ordered._rows.build(ordered._named()).head(n))

    def drop_duplicates(
        self,
        subset: Any = None,
        split_every: Any = None,
        split_out: Any = True,
        shuffle_method: Any = None,
        ignore_index: bool = False,
        keep: Any = "first",
    ) -> Any:
        """The first row of each different combination of values."""
        labels = list(self.columns) if subset is None else (subset if isinstance(subset, list) else [subset])
        places = [self._place(label) for label in labels]
        if keep != "first":
            return self._all_by_pandas("drop_duplicates", subset=labels, keep=keep, ignore_index=ignore_index)
        names = self._names()
        named = [
            (name, column.clean())
            for name, column in zip([one for one, _ in self._named()], (*self._index, *self._columns), strict=True)
        ]
        plan = self._rows.build(named).unique([names[place] for place in places])
        kept = self._over(plan)
        return kept.reset_index(drop=True) if ignore_index else kept

    def sample(self, n: Any = None, frac: Any = None, replace: bool = False, random_state: Any = None) -> Any:
        """Rows by chance: a fraction of each partition, or ``n`` of all."""
        state = random_state if random_state is not None else int(np.random.default_rng().integers(2**31))
        if n is not None:
            return self._map_partitions(
                lambda part: part.sample(n=n, replace=replace, random_state=state), self._meta, "sample", whole=True
            )

        def call(part: pd.DataFrame, partition: int) -> pd.DataFrame:
            seed = np.random.SeedSequence([int(state), partition]) if isinstance(state, (int, np.integer)) else state
            chance = np.random.default_rng(seed) if isinstance(seed, np.random.SeedSequence) else seed
            return part.sample(frac=frac, replace=replace, random_state=chance)

        return self._map_partitions(call, self._meta, "sample", with_partition=True)

    def random_split(self, frac: Any, random_state: Any = None, shuffle: bool = False) -> list[Any]:
        """Frames that get these fractions of the rows by chance."""
        state = random_state if random_state is not None else int(np.random.default_rng().integers(2**31))
        limits = np.cumsum(frac)
        if not np.isclose(limits[-1], 1):
            raise ValueError("frac should sum to 1")

        def piece(number: int) -> Any:
            def call(part: pd.DataFrame, partition: int) -> pd.DataFrame:
                drawn = np.random.default_rng(np.random.SeedSequence([int(state), partition])).random(len(part))
                chosen = np.searchsorted(limits[:-1], drawn, side="right") == number
                return part[chosen]

            return self._map_partitions(call, self._meta, "random_split", with_partition=True)

        return [piece(number) for number in range(len(frac))]

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
    ) -> Any:
        """Rows of two frames that belong together."""
        from treadle.dataframe.combine import merge

        return merge(
            self, right, how, on, left_on, right_on, left_index, right_index, suffixes=suffixes, indicator=indicator
        )

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
        return self._all_by_pandas(
            "melt", id_vars=id_vars, value_vars=value_vars, var_name=var_name, value_name=value_name
        )

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

    def to_records(self, index: bool = False, lengths: Any = None) -> Any:
        """The rows as a NumPy record array: runs the plan."""
        return self.compute().to_records(index=index)

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
    if arithmetic.is_plain(dtype, "iufb"):
        return arithmetic.is_number(value)
    return True


def _level_name(level: int, count: int, meta: Any) -> str:
    if count > 1:
        return f"level_{level}"
    return "index" if "index" not in meta.columns else "level_0"


def sort_value(column: Column, dtype: Any) -> _core.Expression:
    """What rows are ordered by: a category by its place among the categories."""
    if isinstance(dtype, pd.CategoricalDtype) and arrow.is_known(dtype):
        from treadle.dataframe.categories import code_of

        return code_of(column, dtype)
    return column.clean()


def numbered(rows: Rows, columns: list[Column]) -> tuple[Rows, Column]:
    """The rows with a column of their numbers, in each partition from 0."""
    import pyarrow as pa

    name, take = new_name("number"), new_name("input")
    schema = pa.table({name: pa.array([], pa.int64())})
    counted = next((column for column in columns if column.node.references()), None)
    node = counted.node if counted is not None else _core.literal(1, "int64")

    def call(table: _core.Table, partition: int) -> pa.Table:
        return pa.table({name: pa.array(np.arange(len(table)))})

    def apply(plan: _core.DataFrame) -> _core.DataFrame:
        kept = plan.schema.names
        plan = plan.with_columns([node.alias(take)]).map_beside(call, "python: number rows", schema, [take], False)
        return plan.select([_core.col(one) for one in [*kept, name]])

    return rows.extended(Extension(frozenset(node.references()), frozenset({name}), apply)), Column(_core.col(name))


def _operator_method(name: str) -> Callable[..., Any]:
    def method(self: Any, other: Any, axis: Any = "columns", level: Any = None, fill_value: Any = None) -> Any:
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
for _name in reductions.BY_PANDAS:
    setattr(DataFrame, _name, reductions.frame_reduction(_name))
for _name in PARTITION_WISE:
    if _name not in ("add_prefix", "add_suffix"):
        setattr(DataFrame, _name, by_pandas(_name, False))
for _name in ROW_KEEPING:
    setattr(DataFrame, _name, by_pandas(_name, True))
for _name in ("describe", "mode", "corr", "cov", "idxmin", "idxmax", "memory_usage"):
    setattr(DataFrame, _name, all_by_pandas(_name))
