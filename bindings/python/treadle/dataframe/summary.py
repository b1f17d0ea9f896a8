"""Quantiles, descriptions and the like: several aggregates in one walk, shown as a pandas object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from treadle import _core
from treadle.dataframe import arrow, fallback, reductions
from treadle.dataframe.arithmetic import is_plain, is_text, is_time
from treadle.dataframe.rows import Column, Rows
from treadle.dataframe.scalar import Scalar


def shown(plan: _core.DataFrame, make: Callable[[list[Any]], Any], meta: Any, name: str) -> Any:
    """The only row of a plan as the pandas object that ``make`` builds of its values and ``meta`` describes."""
    from treadle.dataframe.collection import new_collection

    names, index, columns = fallback.result_columns(meta)

    def turn(table: _core.Table, partition: int) -> Any:
        row = pa.table(table)
        made = make([pd.Series(row.column(i).to_pandas()).iloc[0] for i in range(row.num_columns)])
        return pa.table(dict(zip(names, arrow.encode(made, meta), strict=True)))

    mapped = plan.map_partitions(turn, f"python: show {name}", fallback.arrow_schema(meta, names), True)
    return new_collection(Rows(mapped), index, columns, meta)


def _inputs(columns: Sequence[Column]) -> tuple[list[tuple[str, _core.Expression]], list[Column]]:
    """Columns as inputs of a plan of aggregates, and as columns of that plan."""
    named = [(f"c{i}", column.node) for i, column in enumerate(columns)]
    return named, [
        Column(_core.col(f"c{i}"), nan=column.nan, pickled=column.pickled, kind=column.kind)
        for i, column in enumerate(columns)
    ]


def checked_shares(q: Any) -> list[float]:
    shares = [float(one) for one in (q if pd.api.types.is_list_like(q) else [q])]
    for share in shares:
        if not 0 <= share <= 1:
            raise ValueError("percentiles should all be in the interval [0, 1]")
    return shares


def _has_quantiles(dtype: Any) -> bool:
    return is_plain(dtype, "iufmM") or is_time(dtype)


def quantile_of_series(series: Any, q: Any) -> Any:
    """Exact quantiles: a value, or a series by ``q``."""
    shares = checked_shares(q)
    dtype = series._meta.dtype
    many = pd.api.types.is_list_like(q)
    if not _has_quantiles(dtype) or not shares:
        if many:
            return series._all_by_pandas("quantile", shares)
        return reductions.scalar_by_pandas(series, "quantile", {"q": shares[0]})
    named, columns = _inputs(series._columns)
    nodes = [reductions.aggregate("quantile", columns[0], dtype, q=share) for share in shares]
    plan = series._rows.build(named).select([node.alias(f"q{i}") for i, node in enumerate(nodes) if node is not None])
    meta = fallback.infer_meta(lambda part: part.quantile(shares), series._meta)
    meta = meta.astype(dtype) if is_plain(dtype, "f") else meta
    if not many:
        return Scalar(plan, meta.dtype)
    index = pd.Index(shares, dtype="float64")
    return shown(plan, lambda row: pd.Series(row, index=index, dtype=meta.dtype, name=meta.name), meta, "quantiles")


def quantile_of_frame(frame: Any, q: Any, numeric_only: bool) -> Any:
    """Exact quantiles of each column: a series by columns, or a frame whose rows are ``q``."""
    chosen = reductions.reduced_columns(frame._meta, "quantile", numeric_only)
    columns, meta_of = [frame._columns[i] for i in chosen], frame._meta.iloc[:, chosen]
    shares = checked_shares(q)
    many = pd.api.types.is_list_like(q)
    if not chosen or not all(_has_quantiles(dtype) for dtype in meta_of.dtypes):
        return frame._all_by_pandas("quantile", shares if many else shares[0], numeric_only=numeric_only)
    named, own = _inputs(columns)
    nodes = []
    for share in shares:
        for i, (column, dtype) in enumerate(zip(own, meta_of.dtypes, strict=True)):
            node = reductions.aggregate("quantile", column, dtype, q=share)
            assert node is not None
            nodes.append(node.alias(f"q{share}_{i}"))
    plan = frame._rows.build(named).select(nodes)
    meta = fallback.infer_meta(lambda part: part.quantile(shares if many else shares[0]), meta_of)
    width = len(chosen)

    def make(row: list[Any]) -> Any:
        if not many:
            return pd.Series(row, index=meta_of.columns, dtype=meta.dtype, name=shares[0])
        values = {i: pd.Series(row[i::width], index=pd.Index(shares, dtype="float64")) for i in range(width)}
        made = pd.DataFrame(values).astype(dict(enumerate(meta.dtypes)))
        return made.set_axis(meta_of.columns, axis=1)

    return shown(plan, make, meta, "quantiles")


def _statistics(name: str, column: Column, dtype: Any, shares: Sequence[float]) -> list[tuple[str, _core.Expression]]:
    """The aggregates that describe a column of numbers or times, as far as they are the core's."""
    wanted: list[tuple[str, dict[str, Any]]] = [("count", {}), ("mean", {})]
    wanted += [("std", {})] if not is_time(dtype) else []
    wanted += [("min", {}), *[("quantile", {"q": share}) for share in shares], ("max", {})]
    made = []
    for i, (how, arguments) in enumerate(wanted):
        node = reductions.aggregate(how, column, dtype, **arguments)
        if node is None and how == "mean":
            node = column.clean().mean()
        assert node is not None
        made.append((how, node.alias(f"{name}_{i}")))
    return made


def _of_text(rows: Rows, name: str, column: Column) -> _core.DataFrame:
    """One row: how many values, how many different ones, the most frequent one (the first of several), how often."""
    values = column.clean()
    counts = rows.build([("value", values)], values.is_not_null()).group_by(
        [_core.col("value")], [_core.count().alias("rows")]
    )
    first = counts.sort([("rows", True, False)]).head(1)
    top = first.select(
        [_core.col("value").first().alias(f"{name}_top"), _core.col("rows").first().alias(f"{name}_freq")]
    )
    total = counts.select([_core.col("rows").sum().alias(f"{name}_count"), _core.count().alias(f"{name}_unique")])
    return total.join(top, "cross", [], [])


def describe(collection: Any, percentiles: Any = None, include: Any = None, exclude: Any = None) -> Any:
    """Counts, means, spreads and quantiles, or for other types counts and the most frequent value."""
    series = isinstance(collection._meta, pd.Series)
    arguments = {"percentiles": percentiles, "include": include, "exclude": exclude}
    meta = fallback.infer_meta(lambda part: part.describe(**arguments), collection._meta)
    labels = fallback.sample_of(collection._meta).describe(**arguments).index
    frame = collection.to_frame(0) if series else collection
    chosen = [0] if series else _described(frame._meta, meta)
    if chosen is None or any(frame._columns[i].pickled for i in chosen):
        return collection._all_by_pandas("describe", meta=meta, **arguments)
    shares = [float(label[:-1]) / 100 for label in labels if isinstance(label, str) and label.endswith("%")]
    if percentiles is not None:
        shares = sorted({*checked_shares(percentiles), *([0.5] if "50%" in labels else [])})
    plan, rows_of = _description(frame, chosen, shares)
    if plan is None:
        return collection._all_by_pandas("describe", meta=meta, **arguments)
    percents = [label for label in labels if isinstance(label, str) and label.endswith("%")]

    def make(row: list[Any]) -> Any:
        at, parts = 0, []
        for names, number in rows_of:
            values, marks = row[at : at + len(names)], iter(percents)
            at += len(names)
            index = [next(marks) if name == "quantile" else name for name in names]
            parts.append(pd.Series(values, index=index, dtype="float64" if number else object))
        if series:
            return parts[0].rename(meta.name)
        made = pd.concat([part.reindex(labels) for part in parts], axis=1)
        made.columns = meta.columns
        return made

    return shown(plan, make, meta, "description")


def _described(meta_of: pd.DataFrame, meta: pd.DataFrame) -> list[int] | None:
    """Places of the columns that a description has; None if labels do not say."""
    if not meta_of.columns.is_unique:
        return None
    return [int(np.flatnonzero(np.asarray(meta_of.columns == label))[0]) for label in meta.columns]


def _description(
    frame: Any, chosen: Sequence[int], shares: Sequence[float]
) -> tuple[_core.DataFrame | None, list[tuple[list[str], bool]]]:
    """One row with the statistics of these columns; for each column their names, and whether it is of numbers."""
    columns, dtypes = [frame._columns[i] for i in chosen], [frame._meta.dtypes.iloc[i] for i in chosen]
    named, own = _inputs(columns)
    aggregates, rows_of, texts, order = [], [], [], []
    for i, (column, dtype) in enumerate(zip(own, dtypes, strict=True)):
        if is_plain(dtype, "iuf") or is_time(dtype):
            made = _statistics(f"c{i}", column, dtype, shares)
            aggregates += [node for _, node in made]
            order += [f"c{i}_{at}" for at in range(len(made))]
            rows_of.append(([how for how, _ in made], is_plain(dtype)))
        elif is_text(dtype):
            texts.append(_of_text(frame._rows, f"c{i}", columns[i]))
            order += [f"c{i}_{name}" for name in ("count", "unique", "top", "freq")]
            rows_of.append((["count", "unique", "top", "freq"], False))
        else:
            return None, []
    parts = [frame._rows.build(named).select(aggregates)] if aggregates else []
    parts += texts
    plan = parts[0]
    for other in parts[1:]:
        plan = plan.join(other, "cross", [], [])
    return plan.select([_core.col(name) for name in order]), rows_of


def index_of_extreme(series: Any, name: str) -> Any:
    """The label of the first smallest or largest value."""
    dtype = series._meta.dtype
    one_level = len(series._index) == 1 and not series._index[0].pickled
    if not one_level or not (is_plain(dtype) or is_time(dtype)):
        return reductions.scalar_by_pandas(series, name, {})
    values = series._columns[0].clean()
    rows = series._rows.build([("index", series._index[0].node), ("value", values)], values.is_not_null())
    first = rows.sort([("value", name == "idxmax", False)]).head(1).select([_core.col("index")])
    return Scalar(first, arrow.index_dtypes(arrow.index_of(series._meta))[0])


def indexes_of_extremes(frame: Any, name: str, axis: Any, skipna: bool, numeric_only: bool) -> Any:
    """The label of the first smallest or largest value of each column."""
    if axis in (1, "columns"):
        return frame._by_pandas(name, axis=1, skipna=skipna, numeric_only=numeric_only)
    chosen = reductions.reduced_columns(frame._meta, name, numeric_only)
    meta_of = frame._meta.iloc[:, chosen]
    one_level = len(frame._index) == 1 and not frame._index[0].pickled
    if not (skipna and chosen and one_level and all(is_plain(d) or is_time(d) for d in meta_of.dtypes)):
        return frame._all_by_pandas(name, skipna=skipna, numeric_only=numeric_only)
    plan = None
    for i, place in enumerate(chosen):
        values = frame._columns[place].clean()
        rows = frame._rows.build([("index", frame._index[0].node), ("value", values)], values.is_not_null())
        first = rows.sort([("value", name == "idxmax", False)]).head(1)
        label = first.select([_core.col("index").first().alias(f"c{i}")])
        plan = label if plan is None else plan.join(label, "cross", [], [])
    assert plan is not None
    meta = fallback.infer_meta(lambda part: getattr(part, name)(), meta_of)
    return reductions.column_wise(plan, meta_of.columns, meta)


def _modes(rows: Rows, column: Column, dropna: bool, names: tuple[str, str]) -> _core.DataFrame:
    """The most frequent values in ascending order, and their numbers: columns of these names."""
    value, number = names
    values = column.clean()
    counts = rows.build([(value, values)], values.is_not_null() if dropna else None).group_by(
        [_core.col(value)], [_core.count().alias("rows")]
    )
    most = counts.select([_core.col("rows").max().alias("most")])
    plan = counts.join(most, "cross", [], []).filter(_core.col("rows") == _core.col("most"))
    plan = plan.sort([(value, False, False)]).with_running([("number", "", number, 0)])
    return plan.select([_core.col(value), _core.col(number)])


def mode_of_frame(frame: Any, dropna: bool, numeric_only: bool) -> Any:
    """The most frequent values of each column; those of columns that have fewer are followed by gaps."""
    from treadle.dataframe.collection import new_collection

    chosen = reductions.reduced_columns(frame._meta, "mode", numeric_only)
    columns, meta = [frame._columns[i] for i in chosen], frame._meta.iloc[:, chosen]
    if not columns or any(column.pickled for column in columns):
        return frame._all_by_pandas("mode", dropna=dropna, numeric_only=numeric_only)
    if any(isinstance(dtype, pd.CategoricalDtype) for dtype in meta.dtypes):
        return frame._all_by_pandas("mode", dropna=dropna, numeric_only=numeric_only)
    plan = _modes(frame._rows, columns[0], dropna, ("c0", "number"))
    for i, column in enumerate(columns[1:], 1):
        other = _modes(frame._rows, column, dropna, (f"c{i}", f"number_{i}"))
        plan = plan.join(other, "outer", [_core.col("number")], [_core.col(f"number_{i}")], coalesce=False)
        number = _core.col("number").fill_null(_core.col(f"number_{i}")).alias("number")
        plan = plan.select([number, *[_core.col(f"c{j}") for j in range(i + 1)]])
    plan = plan.sort([("number", False, False)])
    values = [Column(_core.col(f"c{i}")) for i in range(len(columns))]
    meta = meta.set_axis(pd.RangeIndex(0), axis=0)
    return new_collection(Rows(plan), [Column(_core.col("number"))], values, meta)


def mode_of_series(series: Any, dropna: bool = True) -> Any:
    """The most frequent values, in ascending order."""
    from treadle.dataframe.collection import new_collection

    column = series._columns[0]
    if column.pickled or isinstance(series._meta.dtype, pd.CategoricalDtype):
        return series._all_by_pandas("mode", dropna=dropna)
    plan = _modes(series._rows, column, dropna, ("value", "number"))
    meta = series._meta.set_axis(pd.RangeIndex(0), axis=0)
    return new_collection(Rows(plan), [Column(_core.col("number"))], [Column(_core.col("value"))], meta)
