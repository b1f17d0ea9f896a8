"""Reductions: many values to one, as aggregates of the core where their meaning is pandas'."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from treadle import _core
from treadle.dataframe import exact_values, fallback
from treadle.dataframe.arithmetic import is_plain, is_text, is_time
from treadle.dataframe.arrow import is_pickled
from treadle.dataframe.rows import Column, Rows
from treadle.dataframe.scalar import Scalar

# Names of a column that a reduction leaves out unless asked not to.
_NUMBERS_ONLY = frozenset({"mean", "std", "var", "median"})


def distinct(values: _core.Expression) -> _core.Expression:
    """How many different values there are, nulls not counted: the core counts them as one."""
    some_missing = (values.size() > values.count()).cast("int64")
    return values.nunique() - some_missing


def aggregate(
    name: str, column: Column, dtype: Any, ddof: int = 1, min_count: int = 0, q: float = 0.5, dropna: bool = True
) -> _core.Expression | None:
    """An aggregate of the core that means what pandas' reduction ``name`` means; None if there is none."""
    values = column.clean()
    if name in ("first", "last"):
        return values.first_valid() if name == "first" else values.last_valid()
    if name == "nunique" and isinstance(dtype, pd.CategoricalDtype):
        return distinct(values) if dropna else values.nunique()
    if column.pickled or isinstance(dtype, pd.CategoricalDtype):
        return values.count() if name == "count" else None
    if column.kind and name not in ("count", "nunique"):
        return exact_values.aggregate(name, values, column.kind, min_count)
    number = is_plain(dtype, "iufb")
    if name == "count":
        return values.count()
    if name == "nunique":
        return distinct(values) if dropna else values.nunique()
    if name in ("min", "max") and (is_plain(dtype) or is_text(dtype) or is_time(dtype)):
        return values.min() if name == "min" else values.max()
    if name == "quantile" and (is_plain(dtype, "iufmM") or is_time(dtype)):
        return (values.cast("float64") if dtype.kind in "iu" else values).quantile(q)
    if not number:
        return None
    return _of_numbers(name, values, dtype, ddof, min_count)


def _of_numbers(name: str, values: _core.Expression, dtype: Any, ddof: int, min_count: int) -> _core.Expression | None:
    truth = dtype.kind == "b"
    numbers = values.cast("int64") if truth else values
    if name in ("sum", "prod", "product"):
        total = numbers.sum() if name == "sum" else numbers.product()
        if min_count <= 0:
            return total
        enough = numbers.count() >= _core.literal(min_count, "int64")
        return _core.choose(enough, total, _core.literal(None, "null"))
    if name == "mean":
        return numbers.mean()
    if name == "median":
        return numbers.cast("float64").median()
    if name in ("std", "var", "sem"):
        floats = numbers if dtype.kind == "f" else numbers.cast("float64")
        if name == "var":
            return floats.var(ddof)
        spread = floats.std(ddof)
        return spread if name == "std" else spread / _core.call("sqrt", [numbers.count().cast("float64")])
    if name in ("any", "all"):
        flags = values.cast("int64") if truth else (values != _core.literal(0, "int64")).cast("int64")
        nothing = _core.literal(int(name == "all"), "int64")
        extreme = flags.max() if name == "any" else flags.min()
        return extreme.fill_null(nothing) == _core.literal(1, "int64")
    if name in ("min", "max") and truth:
        flags = values.cast("int64")
        return (flags.min() if name == "min" else flags.max()) == _core.literal(1, "int64")
    return None


_KNOWN = ("ddof", "min_count", "dropna")


def with_missing(name: str, node: _core.Expression | None, column: Column) -> _core.Expression | None:
    """The same aggregate, missing where a value is."""
    if node is None or name in ("any", "all", "count", "nunique"):
        return None
    values = column.clean()
    return _core.choose(values.size() == values.count(), node, _core.literal(None, "null"))


def reduce_series(series: Any, name: str, arguments: dict[str, Any], skipna: bool = True) -> Scalar:
    """The reduction of a series as a lazy scalar."""
    meta = series._meta
    sample = fallback.sample_of(exact_values.plausible(series))
    dtype = np.asarray(getattr(sample, name)(**arguments)).dtype if name != "nunique" else np.dtype("int64")
    if isinstance(meta.dtype, pd.DatetimeTZDtype) or is_time(meta.dtype):
        dtype = meta.dtype if name in ("min", "max") else dtype
    if is_text(meta.dtype) and name in ("min", "max", "sum"):
        dtype = meta.dtype
    known = {key: arguments[key] for key in _KNOWN if key in arguments}
    node = aggregate(name, series._columns[0], meta.dtype, **known)
    if not skipna:
        node = with_missing(name, node, series._columns[0])
    if node is None:
        return scalar_by_pandas(series, name, {**arguments, **({} if skipna else {"skipna": False})})
    # Expressions over aggregates name columns, so what is aggregated is one.
    rows = Rows(series._rows.build([("value", series._columns[0].node)]))
    column = Column(_core.col("value"), nan=series._columns[0].nan, kind=series._columns[0].kind)
    again = aggregate(name, column, meta.dtype, **known)
    again = again if skipna else with_missing(name, again, column)
    assert again is not None
    return Scalar(rows.root.select([again.alias("value")]), dtype)


def scalar_by_pandas(series: Any, name: str, arguments: dict[str, Any]) -> Scalar:
    def call(part: Any) -> Any:
        value = getattr(part, name)(**arguments)
        return pd.Series([value], dtype=known.dtype if value is pd.NaT else None)

    call.__name__ = name
    known = pd.Series([], dtype=object)
    known = meta = fallback.infer_meta(call, exact_values.plausible(series))
    result = series._map_partitions(call, meta, name, whole=True)
    plan = result._rows.build([("value", result._columns[0].node)])
    plain = isinstance(series._meta.dtype, (np.dtype, pd.CategoricalDtype)) or is_time(series._meta.dtype)
    knows_na = not plain and getattr(series._meta.dtype, "na_value", None) is pd.NA
    return Scalar(plan, meta.dtype, result._columns[0].pickled, _na_if_missing if knows_na else None)


def _na_if_missing(value: Any) -> Any:
    return pd.NA if pd.api.types.is_scalar(value) and pd.isna(value) else value


def reduced_columns(meta: pd.DataFrame, name: str, numeric_only: bool) -> list[int]:
    """Positions of the columns that take part. Throws as pandas does for those that cannot."""
    if not numeric_only:
        return list(range(meta.shape[1]))
    return [i for i, dtype in enumerate(meta.dtypes) if pd.api.types.is_numeric_dtype(dtype)]


def reduce_frame(
    frame: Any, name: str, arguments: dict[str, Any], numeric_only: bool = False, skipna: bool = True
) -> Any:
    """The reduction of each column: a series by the columns' labels."""
    chosen = reduced_columns(frame._meta, name, numeric_only)
    columns = [frame._columns[i] for i in chosen]
    meta = frame._meta.iloc[:, chosen]

    def by_pandas(part: pd.DataFrame) -> Any:
        return getattr(part, name)(**arguments, **({} if skipna else {"skipna": False}))

    by_pandas.__name__ = name
    result = fallback.infer_meta(by_pandas, meta)
    known = {key: arguments[key] for key in _KNOWN if key in arguments}
    inputs = [(f"c{i}", column.node) for i, column in enumerate(columns)]
    own = [Column(_core.col(f"c{i}"), nan=one.nan, pickled=one.pickled, kind=one.kind) for i, one in enumerate(columns)]
    nodes = [aggregate(name, column, dtype, **known) for column, dtype in zip(own, meta.dtypes, strict=True)]
    if not skipna:
        nodes = [with_missing(name, node, column) for node, column in zip(nodes, own, strict=True)]
    if not nodes or any(node is None for node in nodes):
        chosen_frame = frame._like(frame._rows, columns, meta)
        return chosen_frame._map_partitions(by_pandas, result, name, whole=True)
    aggregates = [node.alias(f"c{i}") for i, node in enumerate(nodes) if node is not None]
    plan = frame._rows.build(inputs).select(aggregates)
    return column_wise(plan, meta.columns, result)


def column_wise(plan: _core.DataFrame, labels: pd.Index, meta: pd.Series) -> Any:
    """The only row of a plan as a series by the columns' labels."""
    from treadle.dataframe.summary import shown

    def make(values: list[Any]) -> pd.Series:
        series = pd.Series(values, index=labels, dtype=meta.dtype if meta.dtype.kind == "O" else None)
        return series if series.dtype == meta.dtype else series.astype(meta.dtype)

    result = shown(plan, make, meta, "a value a column")
    if not is_pickled(meta.dtype):
        result._row = (plan, list(labels))
    return result


def check_axis(axis: Any, known: tuple[Any, ...], kind: str) -> None:
    """ValueError for an axis that there is not."""
    if isinstance(axis, bool) or axis not in known:
        raise ValueError(f"No axis named {axis} for object type {kind}")


def series_reduction(name: str, **defaults: Any) -> Callable[..., Any]:
    """A method of a series that reduces it natively if it can be."""

    def method(self: Any, axis: Any = 0, skipna: bool = True, split_every: Any = False, **kwargs: Any) -> Any:
        check_axis(axis, (0, "index", None), "Series")
        kwargs.pop("numeric_only", None)
        kwargs.pop("split_out", None)
        return reduce_series(self, name, {**defaults, **kwargs}, skipna)

    method.__name__ = name
    method.__doc__ = f"``{name}`` as pandas has it: a lazy value."
    return method


def frame_reduction(name: str, **defaults: Any) -> Callable[..., Any]:
    """A method of a frame that reduces each column natively if all can be."""

    def method(
        self: Any,
        axis: Any = 0,
        skipna: bool = True,
        numeric_only: bool = False,
        split_every: Any = False,
        **kwargs: Any,
    ) -> Any:
        check_axis(axis, (0, 1, "index", "columns", None), "DataFrame")
        arguments = {**defaults, **kwargs}
        if axis in (1, "columns"):
            if name in ("sum", "mean") and skipna and not arguments:
                from treadle.dataframe.rewriting import across

                native = across(self, name, numeric_only)
                if native is not None:
                    return native
            more = {} if name in ("count", "nunique") else {"skipna": skipna}
            if name not in ("nunique", "any", "all"):
                more["numeric_only"] = numeric_only
            return self._by_pandas(name, axis=1, **more, **arguments)
        return reduce_frame(self, name, arguments, numeric_only, skipna)

    method.__name__ = name
    method.__doc__ = f"``{name}`` of each column as pandas has it: a lazy series."
    return method


NATIVE = (
    "sum",
    "prod",
    "product",
    "mean",
    "min",
    "max",
    "count",
    "std",
    "var",
    "sem",
    "median",
    "nunique",
    "any",
    "all",
)
