"""The values of a frame, each by itself: tests, replacements, functions of one's own, operators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from treadle import _core
from treadle.dataframe import arithmetic, fallback
from treadle.dataframe.alignment import aligned
from treadle.dataframe.collection import Collection
from treadle.dataframe.elementwise import together
from treadle.dataframe.frame_columns import FrameColumns
from treadle.dataframe.rows import merge_rows
from treadle.dataframe.scalar import Scalar
from treadle.dataframe.series import Series
from treadle.dataframe.series_values import OPERATOR_METHODS


class FrameValues(FrameColumns):
    """What a frame does with each of its values."""

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

    def fillna(self, value: Any, axis: Any = None) -> Any:
        """``value`` for what is missing; a mapping says which for each column."""
        if isinstance(value, Mapping):
            result = self
            for label, one in value.items():
                if label in self._meta.columns:
                    result = result._assigned(label, result[label].fillna(one))
            return result
        if isinstance(value, (Series, FrameValues)):
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
        if how not in (None, "any", "all"):
            raise ValueError(f"invalid how option: {how}")
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
        fits = isinstance(cond, FrameValues) and cond._rows.fits(self._rows) and self.columns.equals(cond.columns)
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

    def apply(
        self,
        function: Callable[..., Any],
        *more: Any,
        args: tuple[Any, ...] = (),
        meta: Any = None,
        axis: Any = 0,
        **kwargs: Any,
    ) -> Any:
        """Each row (``axis=1``) through a function, which also gets ``args``."""
        args = (*more, *args)
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
        exploded = self._map_partitions(lambda part: part.explode(column), meta, "explode")
        return exploded._with_divisions(self._rows.divisions)

    # Operators

    def _operate(self, name: str, other: Any, reverse: bool = False) -> Any:
        operator = arithmetic.OPERATORS[name]
        if isinstance(other, FrameValues):
            own, other = aligned([self, other], "outer", name)
            if list(self.columns) == list(other.columns):
                pairs = [own.iloc[:, i]._operate(name, other.iloc[:, i], reverse) for i in range(len(self._columns))]
                made: FrameValues = own._of_parts(pairs)
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
            if not isinstance(other, FrameValues)
            else left._frames(name, other)
        )

    method.__name__ = name
    method.__doc__ = f"The operator ``{name}`` as a method."
    return method


def _frames(self: Any, name: str, other: Any) -> Any:
    base = {"div": "truediv", "divide": "truediv", "rdiv": "rtruediv"}.get(name, name)
    reverse = base.startswith("r") and base[1:] in arithmetic.OPERATORS
    return self._operate(base[1:] if reverse else base, other, reverse)


FrameValues._frames = _frames  # type: ignore[attr-defined]
for _name in OPERATOR_METHODS:
    setattr(FrameValues, _name, _operator_method(_name))
