"""Frames in another shape."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from treadle import _core
from treadle.dataframe import fallback, reductions
from treadle.dataframe.arithmetic import is_plain, literal
from treadle.dataframe.arrow import is_known, is_pickled
from treadle.dataframe.collection import new_collection
from treadle.dataframe.order import numbered, sort_value
from treadle.dataframe.rows import Column, Rows

_PIVOTS = ("mean", "sum", "count", "min", "max", "first", "last", "std", "var", "median")


def pivot_table(df: Any, index: Any, columns: Any, values: Any, aggfunc: Any = "mean") -> Any:
    """Aggregates of ``values`` by ``index`` (rows) and ``columns``, a column of known categories."""
    if not isinstance(index, str) or not isinstance(columns, str):
        raise ValueError("'index' and 'columns' must be the names of existing columns")
    place = df._place(columns)
    dtype = df._meta.dtypes.iloc[place]
    if not isinstance(dtype, pd.CategoricalDtype):
        raise ValueError("'columns' must be category dtype")
    if not is_known(dtype):
        raise ValueError("'columns' categories must be known; use df.categorize()")
    if aggfunc not in _PIVOTS:
        raise ValueError(f"aggfunc must be one of {', '.join(_PIVOTS)}, found {aggfunc!r}")
    several = isinstance(values, (list, tuple))
    measured = list(values) if several else [values]
    labels = pd.CategoricalIndex(dtype.categories, categories=dtype.categories, ordered=dtype.ordered, name=columns)
    key = df._place(index)
    rows = pd.Index([], dtype=df._meta.dtypes.iloc[key], name=index)
    kinds = [_kind_of_pivot(df._meta.dtypes.iloc[df._place(label)], aggfunc) for label in measured]
    dtypes = [kind for kind in kinds for _ in labels]
    meta = pd.DataFrame({i: pd.Series([], dtype=kind) for i, kind in enumerate(dtypes)}, index=rows)
    meta.columns = pd.MultiIndex.from_product([measured, labels], names=[None, columns]) if several else labels
    found = _pivoted(df, key, place, [df._place(label) for label in measured], aggfunc, meta)
    if found is None:
        raise TypeError(f"pivot_table: {aggfunc} takes numbers, found {[str(df._meta[one].dtype) for one in measured]}")
    return found


def _kind_of_pivot(dtype: Any, aggfunc: str) -> Any:
    """The type of aggregates, of which some may be missing: floats, but what the values are of firsts and lasts."""
    return np.dtype("float64") if aggfunc not in ("first", "last") or is_plain(dtype, "iufb") else dtype


def _pivoted(df: Any, key: int, place: int, measured: list[int], aggfunc: str, meta: pd.DataFrame) -> Any:
    """A group-by that has an aggregate for each category, over the values that are in it."""
    dtype = df._meta.dtypes.iloc[place]
    spread = df._columns[place].clean()
    where = df._columns[key].clean().is_not_null() & spread.is_not_null()
    inputs = [("key", df._columns[key].clean()), ("category", spread)]
    inputs += [(f"v{i}", df._columns[one].clean()) for i, one in enumerate(measured)]
    aggregates, present = [], []
    for i, one in enumerate(measured):
        present.append(_core.col(f"v{i}").count().alias(f"present_{i}"))
        for code, category in enumerate(dtype.categories):
            value = literal(category, dtype.categories.dtype)
            if value is None:
                return None
            chosen = _core.choose(_core.col("category") == value, _core.col(f"v{i}"), _core.literal(None, "null"))
            held = replace(df._columns[one], node=chosen, nan=False, test=None)
            node = reductions.aggregate(aggfunc, held, df._meta.dtypes.iloc[one])
            if node is None:
                return None
            numbers = _kind_of_pivot(df._meta.dtypes.iloc[one], aggfunc) == np.dtype("float64")
            aggregates.append((node.cast("float64") if numbers else node).alias(f"a{i}_{code}"))
    plan = df._rows.build(inputs, where).group_by([_core.col("key")], [*aggregates, *present])
    if aggfunc not in ("count", "sum"):
        # As in pandas: rows without a value are not there.
        some = [_core.col(f"present_{i}") > _core.literal(0, "int64") for i in range(len(measured))]
        test = some[0]
        for one_test in some[1:]:
            test = test | one_test
        plan = plan.filter(test)
    order = sort_value(Column(_core.col("key")), df._meta.dtypes.iloc[key])
    plan = plan.with_columns([order.alias("__order__")]).sort([("__order__", False, False)])
    columns = [
        replace(df._columns[one], node=_core.col(f"a{i}_{code}"), nan=False, test=None)
        if aggfunc in ("first", "last")
        else Column(_core.col(f"a{i}_{code}"))
        for i, one in enumerate(measured)
        for code in range(len(dtype.categories))
    ]
    return new_collection(Rows(plan), [Column(_core.col("key"))], columns, meta)


def get_dummies(
    data: Any,
    prefix: Any = None,
    prefix_sep: str = "_",
    dummy_na: bool = False,
    columns: Any = None,
    sparse: bool = False,
    drop_first: bool = False,
    dtype: Any = bool,
    **kwargs: Any,
) -> Any:
    """A column for each category: categories must be known."""
    meta_of = data._meta.to_frame() if isinstance(data._meta, pd.Series) else data._meta
    chosen = (
        columns
        if columns is not None
        else [label for label in meta_of.columns if not pd.api.types.is_numeric_dtype(meta_of[label].dtype)]
    )
    for label in chosen:
        kind = meta_of[label].dtype
        if not isinstance(kind, pd.CategoricalDtype):
            raise NotImplementedError(
                "`get_dummies` with non-categorical dtypes is not supported. Please use `df.categorize()` beforehand"
            )
        if not is_known(kind):
            raise NotImplementedError(
                "`get_dummies` with unknown categories is not supported. Please use `df.categorize()` beforehand"
            )

    def call(part: Any) -> Any:
        return pd.get_dummies(part, prefix, prefix_sep, dummy_na, columns, sparse, drop_first, dtype)

    return data._map_partitions(call, call(data._meta), "get_dummies")


def melt(
    frame: Any,
    id_vars: Any = None,
    value_vars: Any = None,
    var_name: Any = None,
    value_name: str = "value",
    col_level: Any = None,
) -> Any:
    """Columns as rows: all rows of the first column, then those of the second, and so on."""
    kept = _listed(id_vars)
    turned = _listed(value_vars) or [label for label in frame.columns if label not in kept]
    name = var_name if var_name is not None else frame._meta.columns.name or "variable"
    call: Any = lambda part: part.melt(kept, turned, name, value_name)  # noqa: E731
    meta = fallback.infer_meta(call, frame._meta)
    plain = all(isinstance(label, str) for label in turned)
    kind = meta.dtypes.iloc[-1]
    # Values of several kinds become objects, which the columns are not yet.
    if not turned or not plain or (is_pickled(kind) and not all(frame[one]._columns[0].pickled for one in turned)):
        return frame._all_by_pandas("melt", kept, turned, name, value_name)
    parts = []
    for label in turned:
        part = frame[[*kept, label]]
        if not is_pickled(kind) and part._meta.dtypes.iloc[-1] != kind:
            part = part.astype({label: kind})
        named = [(f"id_{i}", column.node) for i, column in enumerate(part._columns[:-1])]
        value = part._columns[-1]
        parts.append(part._rows.build([*named, ("variable", _core.literal(label, "utf8")), ("value", value.clean())]))
    rows, number = numbered(Rows(_core.concat(parts, "positions")))
    ids = [
        Column(_core.col(f"id_{i}"), nan=one.nan, pickled=one.pickled, kind=one.kind)
        for i, one in enumerate(frame[kept]._columns if kept else ())
    ]
    values = [Column(_core.col("variable")), Column(_core.col("value"), pickled=is_pickled(kind))]
    return new_collection(rows, [number], [*ids, *values], meta.set_axis(pd.RangeIndex(0), axis=0))


def _listed(labels: Any) -> list[Any]:
    if labels is None:
        return []
    return list(labels) if isinstance(labels, (list, tuple, pd.Index)) else [labels]


def to_datetime(arg: Any, errors: str = "raise", meta: Any = None, **kwargs: Any) -> Any:
    """Text or numbers as times."""
    return _converted(pd.to_datetime, arg, meta, errors=errors, **kwargs)


def to_numeric(arg: Any, errors: str = "raise", downcast: Any = None, meta: Any = None) -> Any:
    """Text as numbers."""
    return _converted(pd.to_numeric, arg, meta, errors=errors, downcast=downcast)


def to_timedelta(arg: Any, unit: Any = None, errors: str = "raise", meta: Any = None) -> Any:
    """Text or numbers as durations."""
    return _converted(pd.to_timedelta, arg, meta, unit=unit, errors=errors)


def _converted(function: Any, arg: Any, meta: Any, **kwargs: Any) -> Any:
    if not hasattr(arg, "_meta"):
        return function(arg, **kwargs)
    if meta is None:
        sample = pd.Series(["2000-01-01" if function is pd.to_datetime else "1"], name=arg._meta.name)
        if arg._meta.dtype.kind in "iufMm":
            sample = pd.Series(pd.array([1], dtype=arg._meta.dtype), name=arg._meta.name)
        try:
            meta = function(sample, **kwargs).iloc[:0]
        except (ValueError, TypeError):
            meta = pd.Series(
                [], dtype="datetime64[us]" if function is pd.to_datetime else "float64", name=arg._meta.name
            )
        if function is pd.to_numeric and arg._meta.dtype.kind not in "iuf":
            meta = meta.astype("float64") if errors_coerce(kwargs) else meta
    meta = fallback.make_meta(meta, arg._meta).set_axis(arg._meta.index, axis=0)
    return arg._beside(lambda part: function(part, **kwargs), meta, function.__name__)


def errors_coerce(kwargs: dict[str, Any]) -> bool:
    return kwargs.get("errors") == "coerce"
