"""Frames in another shape."""

from __future__ import annotations

from typing import Any

import pandas as pd

from treadle.dataframe.arrow import is_known


def pivot_table(df: Any, index: Any, columns: Any, values: Any, aggfunc: Any = "mean") -> Any:
    """Aggregates of ``values`` by ``index`` (rows) and ``columns``, a column of known categories."""
    if not isinstance(index, str) or not isinstance(columns, str):
        raise ValueError("'index' and 'columns' must be the names of existing columns")
    dtype = df._meta.dtypes[columns]
    if not isinstance(dtype, pd.CategoricalDtype):
        raise ValueError("'columns' must be category dtype")
    if not is_known(dtype):
        raise ValueError("'columns' categories must be known; use df.categorize()")
    labels = pd.CategoricalIndex(dtype.categories, categories=dtype.categories, ordered=dtype.ordered, name=columns)
    rows = pd.Index([], dtype=df._meta.dtypes[index], name=index)
    meta = pd.DataFrame({i: pd.Series([], dtype="float64") for i in range(len(labels))}, index=rows)
    meta.columns = labels

    def call(part: pd.DataFrame) -> pd.DataFrame:
        table = part.pivot_table(index=index, columns=columns, values=values, aggfunc=aggfunc, observed=False)
        return table.reindex(columns=labels).astype("float64")

    return df._map_partitions(call, meta, "pivot_table", whole=True)


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
    """Columns as rows."""
    return frame.melt(id_vars, value_vars, var_name, value_name, col_level)


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
    meta = meta.set_axis(arg._meta.index, axis=0)
    return arg._beside(lambda part: function(part, **kwargs), meta, function.__name__)


def errors_coerce(kwargs: dict[str, Any]) -> bool:
    return kwargs.get("errors") == "coerce"
