"""Eager reshaping: pivot, describe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from treadle.frame import expr
from treadle.frame.expr import Expr, col, flatten, lit
from treadle.frame.types import DataType

if TYPE_CHECKING:
    from treadle.frame.eager import DataFrame

Frame = TypeVar("Frame", bound="DataFrame")

_AGGREGATES = ("sum", "mean", "median", "min", "max", "first", "last", "len", "count")


def _aggregate(values: Expr, name: str) -> Expr:
    if name not in _AGGREGATES:
        raise ValueError(f"aggregate_function: expected one of {', '.join(_AGGREGATES)}, found {name!r}")
    aggregated: Expr = getattr(values, name)()
    return aggregated


def pivot(
    frame: Frame, on: Any, index: Any, values: Any, aggregate: str | None, sort_columns: bool, separator: str
) -> Frame:
    labels = flatten([on])
    if len(labels) != 1:
        raise NotImplementedError("pivot on several columns is not there yet; join them by concat_str() before")
    kept = flatten([index]) if index is not None else []
    shown = flatten([values]) if values is not None else []
    if not kept and not shown:
        raise ValueError("pivot: expected index or values")
    kept = kept or [name for name in frame.columns if name not in (*labels, *shown)]
    shown = shown or [name for name in frame.columns if name not in (*labels, *kept)]
    frame._check([*labels, *kept, *shown])
    if aggregate is None and frame.select([*kept, *labels]).unique().height != frame.height:
        raise ValueError("pivot: expected one value for each cell, found several; give aggregate_function")
    keys = frame.select(labels).unique().to_series().to_list()
    ordered = sorted(keys, key=lambda key: (key is None, key)) if sort_columns else keys
    return _pivoted(frame, labels[0], ordered, kept, shown, aggregate or "max", separator)


def _pivoted(
    frame: Frame, label: str, keys: list[Any], kept: list[str], shown: list[str], aggregate: str, separator: str
) -> Frame:
    columns = []
    for name in shown:
        for key in keys:
            text = "null" if key is None else str(key).lower() if isinstance(key, bool) else str(key)
            title = text if len(shown) == 1 else f"{name}{separator}{text}"
            cell = expr.when(col(label).eq_missing(key)).then(col(name)).otherwise(None)
            counted = col(name).filter(col(label).eq_missing(key)) if aggregate in ("len", "count") else cell
            columns.append(_aggregate(counted, "max" if aggregate == "first" else aggregate).alias(title))
    return frame.group_by(kept).agg(columns)


def describe(frame: DataFrame, percentiles: Any) -> DataFrame:
    from treadle.frame.eager import DataFrame

    marks = [] if percentiles is None else flatten([percentiles])
    statistics = ["count", "null_count", "mean", "std", "min", *[f"{_percent(mark)}%" for mark in marks], "max"]
    columns: dict[str, list[Any]] = {"statistic": statistics}
    for name, kind in frame.schema.items():
        columns[name] = _described(frame, name, kind, marks)
    types = {name: float if kind.is_numeric() or kind.core == "bool" else str for name, kind in frame.schema.items()}
    return DataFrame(columns, schema_overrides=types)


def _percent(mark: float) -> str:
    return f"{mark * 100:g}"


def _described(frame: DataFrame, name: str, kind: DataType, marks: list[float]) -> list[Any]:
    numeric = kind.is_numeric() or kind.core == "bool"
    value = col(name).cast(float) if numeric else col(name)
    numbers = kind.is_numeric()
    # Of bools there are the share that is true and the extremes alone.
    spread = [value.mean(), value.std() if numbers else lit(None)] if numeric else []
    plain = [] if kind.is_nested() else [value.min(), value.max()]
    wanted = [col(name).count(), col(name).null_count(), *spread, *plain]
    found = list(frame.select([one.alias(str(place)) for place, one in enumerate(wanted)]).row(0))
    count, nulls = found[:2]
    mean, std = found[2:4] if numeric else (None, None)
    least, most = (None, None) if kind.is_nested() else found[-2:]
    cells = [count, nulls, mean, std, least, *_percentiles(frame, name, numbers, marks), most]
    return [None if cell is None else float(cell) if numeric else str(cell) for cell in cells]


def _percentiles(frame: DataFrame, name: str, numeric: bool, marks: list[float]) -> list[Any]:
    """The values nearest to these places in the order of all."""
    if not numeric or not marks:
        return [None] * len(marks)
    ordered = frame.select(col(name).cast(float)).drop_nulls().sort(name)
    if ordered.is_empty():
        return [None] * len(marks)
    return [ordered.item(int((ordered.height - 1) * mark + 0.5), name) for mark in marks]
