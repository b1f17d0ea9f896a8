"""Columns that are computed from row to row: running sums and extremes, rows before, gaps filled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from treadle import _core
from treadle.dataframe import arrow, fallback
from treadle.dataframe.arithmetic import is_number, is_plain, is_text, is_time, literal
from treadle.dataframe.rows import Column, Extension, Rows, new_name

# pandas' method: the core's kind, and the types of values (NumPy's letters) that it takes there.
_FOLDS = {
    "cumsum": ("sum", "iufbm"),
    "cumprod": ("product", "iufb"),
    "cummin": ("min", "iufmM"),
    "cummax": ("max", "iufmM"),
}
_STEPS = {"shift": "shift", "ffill": "fill", "bfill": "fill", "cumcount": "number"}


def in_order(plan: _core.DataFrame, step: Callable[[_core.DataFrame], _core.DataFrame]) -> _core.DataFrame:
    """What ``step`` makes of the rows, brought back into their order and their partitions."""
    number, partition = new_name("number"), new_name("partition")
    count = plan.num_partitions
    plan = plan.with_running([("number", "", number, 0), ("partition", "", partition, 0)])
    plan = step(plan).sort([(number, False, False)])
    return cut_at_partitions(plan, partition, count)


def cut_at_partitions(plan: _core.DataFrame, partition: str, count: int) -> _core.DataFrame:
    """Rows that stand in the order of a column of partitions' numbers, in these partitions."""
    if count < 2:
        return plan
    bounds = pa.table({"bounds": pa.array(np.arange(1, count), pa.int64())})
    return plan.repartition_at(partition, _core.Table.from_arrow(bounds))


def run(
    rows: Rows,
    requests: Sequence[tuple[str, _core.Expression | None, int]],
    keys: Sequence[_core.Expression] = (),
    backward: bool = False,
) -> tuple[Rows, list[_core.Expression]]:
    """Running columns over the rows: ``(kind, values, distance)`` each; anew for each combination of ``keys``."""
    takes = [new_name("input") for _ in requests]
    by = [new_name("key") for _ in keys]
    names = [new_name("running") for _ in requests]
    inputs = [node.alias(take) for (_, node, _), take in zip(requests, takes, strict=True) if node is not None]
    inputs += [node.alias(name) for node, name in zip(keys, by, strict=True)]
    columns = [
        (kind, "" if node is None else take, name, distance)
        for (kind, node, distance), take, name in zip(requests, takes, names, strict=True)
    ]

    def apply(plan: _core.DataFrame) -> _core.DataFrame:
        kept = [_core.col(name) for name in [*plan.schema.names, *names]]
        plan = plan.with_columns(inputs) if inputs else plan
        if not by:
            return plan.with_running(columns, [], backward).select(kept)

        def grouped(ordered: _core.DataFrame) -> _core.DataFrame:
            return ordered.sort([(name, False, False) for name in by]).with_running(columns, by, backward)

        return in_order(plan, grouped).select(kept)

    used = [node for _, node, _ in requests if node is not None]
    needed = frozenset(reference for node in (*used, *keys) for reference in node.references())
    extended = rows.extended(Extension(needed, frozenset(names), apply, name="running", by_partition=False))
    return extended, [_core.col(name) for name in names]


def request(method: str, column: Column, source: Any, target: Any, distance: int) -> tuple[str, Any, int] | None:
    """What the core is asked for by a method of pandas' over a column; None if its meaning is another there."""
    if method == "cumcount":
        return "number", None, 0
    if method in _FOLDS:
        kind, letters = _FOLDS[method]
        zoned = is_time(source) and "M" in letters
        if column.pickled or not (is_plain(source, letters) or zoned):
            return None
        values = column.clean()
        return kind, values if source == target else values.cast(arrow.type_name(target)), 0
    if arrow.is_pickled(target) and not column.pickled:
        return None  # what pandas widens to objects: bools beside missing values
    return _STEPS[method], column.node if method == "shift" else column.clean(), distance


def running(
    collection: Any,
    method: str,
    meta: Any,
    distance: int = -1,
    rows: Rows | None = None,
    keys: Sequence[_core.Expression] = (),
    present: _core.Expression | None = None,
    fill_value: Any = None,
) -> Any:
    """``method`` of every column of a collection as ``meta`` describes it; None if a column is not the core's.

    Results are missing where ``present`` is not true. ``fill_value``: what a shift puts where no row is, and there.
    """
    backward = method == "bfill" or (method == "shift" and distance < 0)
    away = abs(distance) if method == "shift" else distance
    sources, targets = arrow.column_dtypes(collection._meta), arrow.column_dtypes(meta)
    if len(sources) != len(targets):
        return None
    found = [
        request(method, column, source, target, away)
        for column, source, target in zip(collection._columns, sources, targets, strict=True)
    ]
    requests = [one for one in found if one is not None]
    pairs = zip(collection._columns, targets, strict=True)
    found_fills = [] if fill_value is None else [_fill(fill_value, column, target) for column, target in pairs]
    fills = [fill for fill in found_fills if fill is not None]
    if len(requests) != len(found) or len(fills) != len(found_fills):
        return None
    if fills:
        requests.append(("number", None, 0))
    extended, nodes = run(rows or collection._rows, requests, keys, backward)
    if fills:
        outside = nodes.pop() < _core.literal(away, "int64")
        if present is not None:
            # Rows of no group have no earlier row either.
            outside, present = outside | ~present, None
        nodes = [_core.choose(outside, fill, node) for node, fill in zip(nodes, fills, strict=True)]
    columns = [
        _result(node, old, source, target, method, present)
        for node, old, source, target in zip(nodes, collection._columns, sources, targets, strict=True)
    ]
    return collection._like(extended, columns, meta)


def widened(meta: Any) -> Any:
    """What running sums of small integers are made in: results that fit are as small again."""
    if isinstance(meta, pd.DataFrame):
        return meta.astype({label: _wide(dtype) for label, dtype in meta.dtypes.items()})
    return meta.astype(_wide(meta.dtype))


def _wide(dtype: Any) -> Any:
    return np.dtype(f"{dtype.kind}8") if is_plain(dtype, "iu") else dtype


def _fill(value: Any, column: Column, target: Any) -> _core.Expression | None:
    """A value in the type of a shifted column; None if the core has none for it."""
    if column.pickled or isinstance(target, pd.CategoricalDtype):
        return None
    fits = (
        (is_plain(target, "iufb") and is_number(value))
        or (is_text(target) and isinstance(value, str))
        or is_time(target)
    )
    node = literal(value, target) if fits else None
    return None if node is None else node.cast(arrow.type_name(target))


def _result(
    node: _core.Expression, old: Column, source: Any, target: Any, method: str, present: _core.Expression | None
) -> Column:
    if source != target and is_plain(target):
        node = node.cast(arrow.type_name(target))
    if present is not None:
        node = _core.choose(present, node, _core.literal(None, "null"))
    return Column(node, nan=old.nan and method == "shift", pickled=old.pickled, kind=old.kind)


def _until_missing(collection: Any, result: Any) -> Any:
    """The running values up to the first gap of each column."""
    gaps = [("max", column.clean().is_null().cast("int64"), 0) for column in collection._columns]
    rows, nodes = run(result._rows, gaps)
    zero, missing = _core.literal(0, "int64"), _core.literal(None, "null")
    columns = [
        Column(_core.choose(node == zero, column.node, missing))
        for node, column in zip(nodes, result._columns, strict=True)
    ]
    return result._like(rows, columns, result._meta)


def running_method(name: str) -> Callable[..., Any]:
    """A method of frames and series whose values depend on those of earlier rows."""

    def method(self: Any, axis: Any = 0, skipna: bool = True, **kwargs: Any) -> Any:
        across = axis in (1, "columns")
        if across or kwargs:
            more = {"axis": axis} if across else {}
            return self._by_pandas(name, whole=not across, skipna=skipna, **more, **kwargs)
        meta = fallback.infer_meta(lambda part: getattr(part, name)(skipna=skipna), self._meta)
        native = running(self, name, meta)
        if native is None:
            return self._by_pandas(name, whole=True, meta=meta, skipna=skipna)
        return native if skipna else _until_missing(self, native)

    method.__name__ = name
    method.__doc__ = f"``{name}`` as pandas has it: partitions are gone through in order."
    return method


def fill_method(name: str) -> Callable[..., Any]:
    """``ffill`` or ``bfill``."""

    def method(self: Any, axis: Any = 0, limit: Any = None) -> Any:
        if axis in (1, "columns"):
            return self._by_pandas(name, axis=1, limit=limit)
        return running(self, name, self._meta, -1 if limit is None else int(limit))

    method.__name__ = name
    method.__doc__ = f"``{name}`` as pandas has it: gaps get the {'last' if name == 'ffill' else 'next'} value."
    return method


def shift(self: Any, periods: int = 1, freq: Any = None, axis: Any = 0, **kwargs: Any) -> Any:
    """The values moved down by so many rows, or with ``freq`` the index moved by a time."""
    if freq is not None:
        meta = fallback.infer_meta(lambda part: part.shift(periods, freq=freq), self._meta)
        moved = self._map_partitions(lambda part: part.shift(periods, freq=freq), meta, "shift")
        known = self._rows.divisions
        if isinstance(known, tuple):
            moved = moved._with_divisions(type(known)(pd.Index(known).shift(periods, freq)))
        return moved
    across = axis in (1, "columns")
    if across or set(kwargs) - {"fill_value"} or not isinstance(periods, (int, np.integer)):
        return self._by_pandas("shift", periods, whole=not across, axis=axis, **kwargs)
    meta = fallback.infer_meta(lambda part: part.shift(int(periods), **kwargs), self._meta)
    native = running(self, "shift", meta, int(periods), fill_value=kwargs.get("fill_value"))
    return self._by_pandas("shift", periods, whole=True, meta=meta, **kwargs) if native is None else native


def diff(self: Any, periods: int = 1, axis: Any = 0) -> Any:
    """The differences to earlier rows."""
    if axis in (1, "columns"):
        return self._by_pandas("diff", periods, axis=1)
    if not all(is_plain(dtype, "iufmM") or is_time(dtype) for dtype in arrow.column_dtypes(self._meta)):
        return self._by_pandas("diff", periods, whole=True)
    meta = fallback.infer_meta(lambda part: part.diff(periods), self._meta)
    result = as_floats(self) - as_floats(self).shift(periods)
    return result._like(result._rows, result._columns, meta)


def as_floats(collection: Any) -> Any:
    """Unsigned integers would wrap below zero; differences of all integers are floats."""
    if isinstance(collection._meta, pd.Series):
        whole = is_plain(collection._meta.dtype, "iu")
        return collection.astype("float64") if whole else collection
    labels = {label: "float64" for label, dtype in collection._meta.dtypes.items() if is_plain(dtype, "iu")}
    return collection.astype(labels) if labels else collection


def add_to(kind: Any) -> None:
    """Gives a class the methods of this module."""
    for name in _FOLDS:
        setattr(kind, name, running_method(name))
    for name in ("ffill", "bfill"):
        setattr(kind, name, fill_method(name))
    kind.shift = shift
    kind.diff = diff
